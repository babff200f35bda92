/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The end of keys. Runs in the kernel's garbage collector, some time after the last reference went.
 */
#ifndef RK_KEY_FREE_H
#define RK_KEY_FREE_H

#include "construction.h"
#include "origin.h"

/* How the key had ended; a key that is freed can be seen by nobody else any more. */
static __always_inline __u8 end_of(const struct key *key)
{
	unsigned long flags = BPF_CORE_READ(key, flags);
	__s64 expiry = BPF_CORE_READ(key, expiry);

	if (flags >> KEY_FLAG_REVOKED & 1)
		return RK_END_REVOKED;
	if (flags >> KEY_FLAG_INVALIDATED & 1)
		return RK_END_INVALIDATED;
	if (BPF_CORE_READ(key, state) != KEY_IS_POSITIVE)
		return RK_END_NEGATIVE;
	/* None is 0 or TIME64_MAX, depending on the kernel. */
	if (expiry > 0 && expiry <= live.boot_epoch + (__s64)(bpf_ktime_get_boot_ns() / 1000000000))
		return RK_END_EXPIRED;
	return RK_END_UNLINKED;
}

/* security_key_free(key) */
SEC("kprobe/security_key_free")
int BPF_KPROBE(kprobe_security_key_free, struct key *key)
{
	struct rk_counters *c = counted(RK_PROBE_SECURITY_KEY_FREE);
	__s32 serial = BPF_CORE_READ(key, serial);
	struct rejection *rejection;
	struct record_buffer *b;
	struct origin *origin;
	struct helper *helper;
	struct rk_record *r;
	__u64 used;

	if (!c)
		return 0;
	helper = bpf_map_lookup_elem(&helpers, &serial);
	if (helper && helper->keyring == key)
		bpf_map_delete_elem(&helpers, &serial);
	rejection = bpf_map_lookup_elem(&rejections, &serial);
	if (rejection && rejection->key == key)
		bpf_map_delete_elem(&rejections, &serial);

	origin = bpf_map_lookup_elem(&origins, &serial);
	b = bpf_map_lookup_elem(&kprobe_scratch, &zero);
	if (!origin || !b || !is_origin_of(origin, key))
		return 0;
	if (!live.recording || control.gate == RK_GATE_SHUT) {
		bpf_map_delete_elem(&origins, &serial);
		return 0;
	}
	count(&c->hits[RK_KEY_FREED]);
	r = &b->record;
	__builtin_memset(r, 0, sizeof(*r));
	r->version = RK_RECORD_VERSION;
	r->kind = RK_KEY_FREED;
	r->flags = RK_F_KERNEL_COPIES;
	r->seq = next_seq(c, RK_ENTRY_KEY_FREED);
	r->start_ns = r->end_ns = bpf_ktime_get_boot_ns();
	mint(r->seq, r->trace_id, r->span_id);
	take_origin(r, origin);
	bpf_map_delete_elem(&origins, &serial);
	r->key[0].resolved = serial;
	r->key_end = end_of(key);
	used = append_key(b, key);
	/* The task that frees is nobody the filters know; the call that is the origin has passed. */
	if (operations_filtered() || !texts_wanted(b)) {
		count(&c->filtered[RK_KEY_FREED]);
		return 0;
	}
	fill_caller(r, bpf_get_current_pid_tgid());
	submit(c, RK_KEY_FREED, b, used);
	return 0;
}

#endif
