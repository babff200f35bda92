/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Trace and span ids, minted in the kernel so that what a hit is called never changes.
 */
#ifndef RK_IDS_H
#define RK_IDS_H

#include "config.h"
#include "counters.h"

/* David Stafford's mix 13, as in splitmix64: a bijection, so ids of one load never repeat. */
static __always_inline __u64 mix(__u64 x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	x ^= x >> 31;
	return x ? x : 1; /* ids of all zeros are invalid (W3C Trace Context) */
}

/* The ids of a root span, and of its trace. */
static __always_inline void mint(__u64 seq, __u8 *trace_id, __u8 *span_id)
{
	__u64 high = mix(seq ^ config.id_seed[0]), low = mix(seq ^ config.id_seed[1]);
	__u64 span = mix(seq ^ config.id_seed[2]);

	__builtin_memcpy(trace_id, &high, 8);
	__builtin_memcpy(trace_id + 8, &low, 8);
	__builtin_memcpy(span_id, &span, 8);
}

/* Not atomic: a fetching add needs Linux 5.12. Each entry program has a counter of its own on each
 * CPU, and the kernel does not run a program on a CPU that is already in it.
 */
static __always_inline __u64 next_seq(struct rk_counters *c, __u32 entry)
{
	__u64 n = c->next_seq[entry];

	c->next_seq[entry] = n + 1;
	return ((__u64)bpf_get_smp_processor_id() << 52) + ((__u64)entry << 48) + config.seq_base + n;
}

/* The number of the program that began a hit. */
static __always_inline __u32 entry_of(__u64 seq)
{
	return seq >> 48 & 0xf;
}

#endif
