/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Records on their way to the agent.
 */
#ifndef RK_SUBMIT_H
#define RK_SUBMIT_H

#include "counters.h"

struct record_buffer {
	struct rk_record record;
	/* RK_TEXT_CAP more than is used: a read of at most RK_TEXT_CAP that starts inside
	 * RK_MAX_DATA stays inside, which is all the verifier can be told.
	 */
	__u8 data[RK_MAX_DATA + RK_TEXT_CAP];
};

_Static_assert(sizeof(struct record_buffer) <= 32768, "a per-CPU value has at most 32 KiB");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

/* Where data[used] is: used is below room anyway, a power of two, but verifiers before Linux 5.12 forget
 * the bounds of what is spilled, though not those of a pointer.
 */
static __always_inline __u8 *place(const __u8 *data, __u64 used, __u64 room)
{
	const __u8 *to;

	barrier_var(used);
	to = data + (used & (room - 1));
	barrier_var(to);
	return (__u8 *)to;
}

static __always_inline __u64 wakeup(void)
{
	/* Only the first record of a batch wakes the reader, which then lets more gather. A reader
	 * that empties the ring between this look and the output sees the record at its poll's
	 * timeout.
	 */
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP;
}

/* What the verifier knows of used differs by the way that led here, and it would follow what comes
 * next once for each: a number from memory is any number. at is part of a map's value, and written
 * before it is told for good.
 */
static __always_inline __u64 forget_bounds(volatile __u32 *at, __u64 used)
{
	*at = used;
	return *at;
}

/* Puts a record with used bytes of strings into the ring and counts it as submitted or lost.
 * Returns whether it is in the ring.
 */
static __always_inline bool submit(struct rk_counters *c, __u32 kind, struct record_buffer *b,
				   __u64 used)
{
	__u64 flags = wakeup(), size;

	/* Right before its use: verifiers before Linux 5.12 forget the bounds of what is spilled. */
	barrier_var(used);
	size = sizeof(b->record) + (used & (RK_MAX_DATA - 1));
	b->record.size = size;
	if (bpf_ringbuf_output(&ring, b, size, flags)) {
		count(&c->lost[kind][RK_LOST_RING_FULL]);
		return false;
	}
	count(&c->submitted[kind]);
	return true;
}

#endif
