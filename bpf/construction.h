/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The programs that follow the making of a key. All but that of umh_keys_init() and
 * key_reject_and_link() run on the requester's thread.
 */
#ifndef RK_CONSTRUCTION_H
#define RK_CONSTRUCTION_H

#include "answer.h"
#include "caller.h"
#include "filter.h"
#include "gate.h"
#include "keys.h"
#include "texts.h"
#include "upcall.h"

/* The kernel runs kprobe programs without preemption and one at a time on a CPU, so that they share
 * it. fexit programs can be preempted and are then skipped for other tasks of that CPU: with many
 * upcalls at once, some would never be seen to end.
 */
SCRATCH(kprobe_scratch, struct record_buffer);

static __always_inline __u64 append_key(struct record_buffer *b, const struct key *key)
{
	struct rk_record *r = &b->record;
	__u64 used;

	used = append_text(b->data, RK_MAX_DATA, 0, BPF_CORE_READ(key, index_key.type, name), RK_TYPE_CAP,
			   false, &r->text[RK_TEXT_TYPE]);
	return append_text(b->data, RK_MAX_DATA, used, BPF_CORE_READ(key, index_key.description), RK_TEXT_CAP,
			   false, &r->text[RK_TEXT_DESCRIPTION]);
}

/* request_key_auth_new(target, op, callout_info, callout_len, dest_keyring): the key is to be made
 * for this call, by /sbin/request-key or by what its type has instead.
 */
SEC("kprobe/request_key_auth_new")
int BPF_KPROBE(kprobe_request_key_auth_new, struct key *target)
{
	struct call *call;

	if (!counted(RK_PROBE_REQUEST_KEY_AUTH_NEW))
		return 0;
	call = request_under_way(bpf_get_current_pid_tgid());
	if (call)
		call->way |= WAY_CONSTRUCTED;
	return 0;
}

/* call_sbin_request_key(authkey, aux) */
SEC("kprobe/call_sbin_request_key")
int BPF_KPROBE(kprobe_call_sbin_request_key, struct key *auth_key)
{
	struct rk_counters *c = counted(RK_PROBE_CALL_SBIN_REQUEST_KEY);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct request_key_auth *rka;
	struct upcall upcall = {};
	struct call *call;

	if (!c || is_agents_own(pid_tgid))
		return 0;
	call = request_under_way(pid_tgid);
	if (call ? call->unrecorded : !live.recording || !begins_all())
		return 0; /* no hit; or the request may be the other set's */
	count(&c->hits[RK_UPCALL]);
	if (!call && filtering()) {
		count(&c->filtered[RK_UPCALL]);
		return 0;
	}
	upcall.seq = next_seq(c, RK_ENTRY_UPCALL);
	mint(upcall.seq, upcall.trace_id, upcall.span_id);
	if (call) {
		__builtin_memcpy(upcall.trace_id, call->trace_id, sizeof(upcall.trace_id));
		__builtin_memcpy(upcall.parent_span_id, call->span_id, sizeof(upcall.parent_span_id));
		call->way |= WAY_UPCALL;
	}
	rka = BPF_CORE_READ(auth_key, payload.data[0]);
	upcall.key = BPF_CORE_READ(rka, target_key);
	upcall.auth_key = BPF_CORE_READ(auth_key, serial);
	upcall.start_ns = bpf_ktime_get_boot_ns();
	switch (bpf_map_update_elem(&upcalls, &pid_tgid, &upcall, BPF_NOEXIST)) {
	case 0:
		break;
	case -EEXIST: /* the end of the thread's last upcall was missed */
		count(&c->lost[RK_UPCALL][RK_LOST_EXIT_MISSED]);
		bpf_map_update_elem(&upcalls, &pid_tgid, &upcall, BPF_ANY);
		break;
	default:
		count(&c->lost[RK_UPCALL][RK_LOST_INFLIGHT_FULL]);
	}
	return 0;
}

/* call_usermodehelper_exec(sub_info, wait): where the thread has an upcall, this is it; the helper's
 * session keyring is what it is handed.
 */
SEC("kprobe/call_usermodehelper_exec")
int BPF_KPROBE(kprobe_call_usermodehelper_exec, struct subprocess_info *info)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct helper helper = { .requester = pid_tgid };
	struct upcall *upcall;
	struct key *keyring;

	if (!counted(RK_PROBE_CALL_USERMODEHELPER_EXEC))
		return 0;
	upcall = bpf_map_lookup_elem(&upcalls, &pid_tgid);
	if (!upcall)
		return 0;
	keyring = BPF_CORE_READ(info, data);
	upcall->keyring = BPF_CORE_READ(keyring, serial);
	helper.keyring = keyring;
	__builtin_memcpy(helper.trace_id, upcall->trace_id, sizeof(helper.trace_id));
	__builtin_memcpy(helper.span_id, upcall->span_id, sizeof(helper.span_id));
	bpf_map_update_elem(&helpers, &upcall->keyring, &helper, BPF_ANY);
	helpers_seen = 1;
	return 0;
}

/* umh_keys_init(info, cred): in the task that is about to become the helper. */
SEC("kprobe/umh_keys_init")
int BPF_KPROBE(kprobe_umh_keys_init, struct subprocess_info *info)
{
	struct helper *helper;
	struct upcall *upcall;
	struct key *keyring;
	__s32 serial;

	if (!counted(RK_PROBE_UMH_KEYS_INIT))
		return 0;
	keyring = BPF_CORE_READ(info, data);
	serial = BPF_CORE_READ(keyring, serial);
	helper = bpf_map_lookup_elem(&helpers, &serial);
	if (!helper || helper->keyring != keyring)
		return 0;
	upcall = bpf_map_lookup_elem(&upcalls, &helper->requester);
	if (upcall && upcall->keyring == serial)
		upcall->helper_pid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}

static __always_inline void submit_upcall(struct rk_counters *c, __u64 pid_tgid,
					  const struct upcall *upcall, __s64 result,
					  struct record_buffer *b)
{
	struct key *key = (struct key *)upcall->key;
	struct rk_record *r = &b->record;
	__u64 used;

	__builtin_memset(r, 0, sizeof(*r));
	r->version = RK_RECORD_VERSION;
	r->kind = RK_UPCALL;
	r->flags = RK_F_KERNEL_COPIES;
	r->seq = upcall->seq;
	r->start_ns = upcall->start_ns;
	r->end_ns = bpf_ktime_get_boot_ns();
	r->result = result;
	__builtin_memcpy(r->trace_id, upcall->trace_id, sizeof(r->trace_id));
	__builtin_memcpy(r->span_id, upcall->span_id, sizeof(r->span_id));
	__builtin_memcpy(r->parent_span_id, upcall->parent_span_id, sizeof(r->parent_span_id));
	r->key[0].resolved = BPF_CORE_READ(key, serial);
	r->auth_key = upcall->auth_key;
	r->helper_pid = upcall->helper_pid;
	used = forget_bounds(&r->size, append_key(b, key));
	if (!texts_wanted(b)) {
		count(&c->filtered[RK_UPCALL]);
		return;
	}
	fill_caller(r, pid_tgid);
	used = forget_bounds(&r->size, append_executable(b, used));
	used = forget_bounds(&r->size, append_cgroup(b, used));
	submit(c, RK_UPCALL, b, used);
}

/* The helper has ended. What it left the key as is the answer to the request. */
SEC("kretprobe/call_usermodehelper_exec")
int BPF_KRETPROBE(kretprobe_call_usermodehelper_exec, int result)
{
	struct rk_counters *c = counted(RK_PROBE_UPCALL_END);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct record_buffer *b;
	struct upcall *upcall;
	struct call *call;
	struct key *key;
	__s16 state;

	upcall = bpf_map_lookup_elem(&upcalls, &pid_tgid);
	b = bpf_map_lookup_elem(&kprobe_scratch, &zero);
	if (!c || !upcall || !b)
		return 0;
	key = (struct key *)upcall->key;
	state = BPF_CORE_READ(key, state);
	submit_upcall(c, pid_tgid, upcall, result, b);
	bpf_map_delete_elem(&upcalls, &pid_tgid);
	call = request_under_way(pid_tgid);
	if (call) {
		call->way &= ~WAY_UPCALL;
		if (state < 0)
			call->refused = -state;
	}
	return 0;
}

static __always_inline void await(struct key *key, bool constructing, __s16 state)
{
	struct call *call;

	call = request_under_way(bpf_get_current_pid_tgid());
	/* The keyring it names as destination comes by here too, before the kernel has copied. */
	if (!call || !(call->flags & RK_F_KERNEL_COPIES))
		return;
	keep_access(call, key);
	if (constructing)
		call->way |= WAY_WAITED;
	else if (state < 0)
		call->refused = -state;
}

/* wait_for_key_construction(key, intr): every request that has a key comes here, so the cheap way is
 * the better one.
 */
SEC("fentry/wait_for_key_construction")
int BPF_PROG(fentry_wait_for_key_construction, struct key *key)
{
	counted(RK_PROBE_WAIT_FOR_KEY_CONSTRUCTION);
	await(key, key->flags >> KEY_FLAG_USER_CONSTRUCT & 1, key->state);
	return 0;
}

SEC("kprobe/wait_for_key_construction")
int BPF_KPROBE(kprobe_wait_for_key_construction, struct key *key)
{
	counted(RK_PROBE_WAIT_FOR_KEY_CONSTRUCTION);
	await(key,
	      BPF_CORE_READ(key, flags) >> KEY_FLAG_USER_CONSTRUCT & 1, BPF_CORE_READ(key, state));
	return 0;
}

/* key_reject_and_link(key, timeout, error, keyring, authkey): by the helper, and once more by the
 * requester if there was no helper or it failed. The second time finds the key settled (EBUSY).
 */
SEC("kprobe/key_reject_and_link")
int BPF_KPROBE(kprobe_key_reject_and_link, struct key *key, unsigned int timeout, unsigned int error)
{
	struct rejection rejection = { .key = key, .error = error };
	__s32 serial;

	if (!counted(RK_PROBE_KEY_REJECT_AND_LINK))
		return 0;
	answered(key);
	if (BPF_CORE_READ(key, state) != KEY_IS_UNINSTANTIATED)
		return 0;
	serial = BPF_CORE_READ(key, serial);
	bpf_map_update_elem(&rejections, &serial, &rejection, BPF_ANY);
	return 0;
}

#endif
