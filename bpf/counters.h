/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Counters, and where the programs keep what is too large for their stack.
 */
#ifndef RK_COUNTERS_H
#define RK_COUNTERS_H

/* One entry for each CPU, as many as the agent sets. Not BPF_MAP_TYPE_PERCPU_ARRAY: that can only be
 * read through bpf(2), and while a read is interrupted by a task switch the kernel runs no kprobe
 * program on that CPU (bpf_disable_instrumentation()). This one the agent has mapped.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
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
	__u32 cpu = bpf_get_smp_processor_id();
	struct rk_counters *c = bpf_map_lookup_elem(&counters, &cpu);

	if (c)
		count(&c->probe[probe]);
	return c;
}

#endif
