/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Requests of the kernel itself (file systems, dm-crypt, DNS and so on). request_key() and
 * request_key_net() are inline around the functions here; request_key(2) does not come by them.
 */
#ifndef RK_KERNEL_REQUEST_H
#define RK_KERNEL_REQUEST_H

#include "join.h"
#include "construction.h"
#include "gate.h"

#define NUL_TERMINATED (~0ULL)

/* The strings belong to the caller, who waits: they can be read at the return. */
static __always_inline int kernel_requests_key(enum rk_probe probe, struct key_type *type,
					       const char *description, const void *callout,
					       __u64 callout_len)
{
	const __u32 entry = RK_ENTRY_KERNEL;
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct call *call, *outer;
	struct entering *e;

	if (!c || is_agents_own(pid_tgid) || !live.recording || !begins(pid_tgid))
		return 0;
	count(&c->hits[RK_REQUEST_KEY]);
	if (!caller_wanted(pid_tgid) || !operation_wanted(RK_REQUEST_KEY, 0)) {
		count(&c->filtered[RK_REQUEST_KEY]);
		return 0;
	}
	e = bpf_map_lookup_elem(&entering, &entry);
	if (!e)
		return 0;
	call = &e->call;
	__builtin_memset(call, 0, __builtin_offsetof(struct call, data));
	call->kind = RK_REQUEST_KEY;
	call->flags = RK_F_KERNEL_ORIGIN | RK_F_KERNEL_COPIES;
	call->seq = next_seq(c, entry);
	call->arg[0] = (__u64)type;
	call->arg[1] = (__u64)description;
	call->arg[2] = (__u64)callout;
	call->arg[3] = callout_len;
	mint(call->seq, call->trace_id, call->span_id);
	outer = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (outer && !outer->unrecorded) {
		__builtin_memcpy(call->trace_id, outer->trace_id, sizeof(call->trace_id));
		__builtin_memcpy(call->parent_span_id, outer->span_id, sizeof(call->parent_span_id));
	} else {
		parent_of_caller(call);
		if (!*(__u64 *)call->parent_span_id)
			application_of_caller(call);
	}
	call->start_ns = bpf_ktime_get_boot_ns();
	switch (bpf_map_update_elem(&kernel_requests, &pid_tgid, call, BPF_NOEXIST)) {
	case 0:
		break;
	case -EEXIST: /* the return of the thread's last request was missed */
		count(&c->lost[RK_REQUEST_KEY][RK_LOST_EXIT_MISSED]);
		bpf_map_update_elem(&kernel_requests, &pid_tgid, call, BPF_ANY);
		break;
	default:
		count(&c->lost[RK_REQUEST_KEY][RK_LOST_INFLIGHT_FULL]);
	}
	return 0;
}

/* request_key_tag(type, description, domain_tag, callout_info) */
SEC("kprobe/request_key_tag")
int BPF_KPROBE(kprobe_request_key_tag, struct key_type *type, const char *description, void *tag,
	       const char *callout)
{
	return kernel_requests_key(RK_PROBE_REQUEST_KEY_TAG, type, description, callout,
				   NUL_TERMINATED);
}

/* request_key_with_auxdata(type, description, domain_tag, callout_info, callout_len, aux) */
SEC("kprobe/request_key_with_auxdata")
int BPF_KPROBE(kprobe_request_key_with_auxdata, struct key_type *type, const char *description,
	       void *tag, const void *callout, __u64 callout_len)
{
	return kernel_requests_key(RK_PROBE_REQUEST_KEY_WITH_AUXDATA, type, description, callout,
				   callout_len);
}

/* request_key_rcu(type, description, domain_tag): a search only. */
SEC("kprobe/request_key_rcu")
int BPF_KPROBE(kprobe_request_key_rcu, struct key_type *type, const char *description)
{
	return kernel_requests_key(RK_PROBE_REQUEST_KEY_RCU, type, description, NULL,
				   NUL_TERMINATED);
}

/* answer: struct key * or an error pointer. */
static __always_inline int kernel_request_answered(enum rk_probe probe, __u64 answer)
{
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	bool is_error = answer >= (__u64)-MAX_ERRNO;
	struct record_buffer *b;
	struct key *key = (struct key *)answer;
	struct key_type *type;
	struct rk_record *r;
	struct call *call;
	__u64 used;

	b = bpf_map_lookup_elem(&kprobe_scratch, &zero);
	if (!c || !b || is_agents_own(pid_tgid))
		return 0;
	/* Within a call, the claim is that call's. */
	if (!bpf_map_lookup_elem(&calls, &pid_tgid))
		ends(pid_tgid, false);
	call = bpf_map_lookup_elem(&kernel_requests, &pid_tgid);
	if (!call) {
		if (live.recording && begins_all() && caller_wanted(pid_tgid) && operation_wanted(RK_REQUEST_KEY, 0)) {
			count(&c->hits[RK_REQUEST_KEY]);
			count(&c->lost[RK_REQUEST_KEY][RK_LOST_ENTRY_MISSED]);
		}
		return 0;
	}
	r = &b->record;
	abandon_upcall(c, pid_tgid, call);
	if (!is_error)
		keep_access(call, key); /* request_key_rcu() waits for none */
	begin_record(r, call, is_error ? (__s64)answer : call->key_serial);
	type = (struct key_type *)call->arg[0];
	used = append_text(b->data, RK_MAX_DATA, 0,
			   BPF_CORE_READ(type, name), RK_TYPE_CAP, false, &r->text[RK_TEXT_TYPE]);
	used = forget_bounds(&r->size, used);
	used = append_text(b->data, RK_MAX_DATA, used, (const void *)call->arg[1], RK_TEXT_CAP, false,
			   &r->text[RK_TEXT_DESCRIPTION]);
	used = forget_bounds(&r->size, used);
	if (probe == RK_PROBE_REQUEST_KEY_RCU_EXIT)
		r->text[RK_TEXT_CALLOUT].state = RK_TEXT_ABSENT;
	else if (call->arg[3] == NUL_TERMINATED)
		used = append_text(b->data, RK_MAX_DATA, used, (const void *)call->arg[2],
				   RK_TEXT_CAP, false, &r->text[RK_TEXT_CALLOUT]);
	else
		used = append_counted(b->data, RK_MAX_DATA, used, (const void *)call->arg[2],
				      call->arg[3], RK_TEXT_CAP, &r->text[RK_TEXT_CALLOUT]);
	used = forget_bounds(&r->size, used);
	if (!texts_wanted(b)) {
		count(&c->filtered[RK_REQUEST_KEY]);
		goto out;
	}
	r->tampering_reason = RK_REASON_NO_CALLER;
	if (!is_error) {
		r->key[0].resolved = r->result;
	} else {
		r->flags &= ~RK_F_KEY_ACCESS;
	}
	fill_caller(r, pid_tgid);
	used = forget_bounds(&r->size, append_executable(b, used));
	used = forget_bounds(&r->size, append_cgroup(b, used));
	outcome_of_request(call, r);
	if (!submit(c, RK_REQUEST_KEY, b, used)) {
		if (!is_error)
			forget_origin(r->result);
	} else if (!is_error) {
		remember_origin(r, call);
	}
out:
	bpf_map_delete_elem(&kernel_requests, &pid_tgid);
	return 0;
}

SEC("kretprobe/request_key_tag")
int BPF_KRETPROBE(kretprobe_request_key_tag, __u64 key)
{
	return kernel_request_answered(RK_PROBE_REQUEST_KEY_TAG_EXIT, key);
}

SEC("kretprobe/request_key_with_auxdata")
int BPF_KRETPROBE(kretprobe_request_key_with_auxdata, __u64 key)
{
	return kernel_request_answered(RK_PROBE_REQUEST_KEY_WITH_AUXDATA_EXIT, key);
}

SEC("kretprobe/request_key_rcu")
int BPF_KRETPROBE(kretprobe_request_key_rcu, __u64 key)
{
	return kernel_request_answered(RK_PROBE_REQUEST_KEY_RCU_EXIT, key);
}

#endif
