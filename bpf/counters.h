/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Counters, and where the programs keep what is too large for their stack.
 */
#ifndef RK_COUNTERS_H
#define RK_COUNTERS_H

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rk_counters);
} counters SEC(".maps");

/* Scratch. fentry and fexit programs can be preempted by another of them on the same CPU, but not
 * by the same program (that one is skipped and counted as a recursion miss), so one for each use.
 */
#define SCRATCH(name, type_)                               \
	struct {                                           \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);   \
		__uint(max_entries, 1);                    \
		__type(key, __u32);                        \
		__type(value, type_);                      \
	} name SEC(".maps")

static const __u32 zero;

static __always_inline void count(__u64 *counter)
{
	/* Atomic: fentry programs of two tasks can interleave on one CPU. */
	__sync_fetch_and_add(counter, 1);
}

static __always_inline struct rk_counters *counted(enum rk_probe probe)
{
	struct rk_counters *c = bpf_map_lookup_elem(&counters, &zero);

	if (c)
		count(&c->probe[probe]);
	return c;
}

#endif
