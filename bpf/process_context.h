/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Processes that say what they are, by the process context of OTEP 4719.
 *
 * Its publication ends with prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping, size, "OTEL_CTX"),
 * whether the kernel can name mappings or not. The agent is told of it, reads the context and puts
 * the process into the map processes. exec(2) takes it out again: the memory is another one then.
 * fork(2) does not copy it. The end of a process needs no probe: its start time tells a later
 * process of the same id apart, and the agent sweeps.
 */
#ifndef RK_PROCESS_CONTEXT_H
#define RK_PROCESS_CONTEXT_H

#include "thread_context.h"

/* include/uapi/linux/prctl.h */
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0

/* A multiple of every page size (64 KiB on some arm64 kernels). */
#define PUBLICATIONS_BYTES 65536

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, PUBLICATIONS_BYTES);
} publications SEC(".maps");

static __always_inline int process_published(__u64 option, __u64 what, __u64 address,
					     const void *name)
{
	const __u64 otel_ctx = 0x5854435f4c45544fULL; /* "OTEL_CTX", little endian */
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct rk_publication p = { .address = address, .pid = pid_tgid >> 32 };
	__u64 given = 0;

	if ((__u32)option != PR_SET_VMA || what != PR_SET_VMA_ANON_NAME)
		return 0;
	counted(RK_PROBE_PRCTL);
	/* A name that is not resident may be it; the agent looks. */
	if (!bpf_probe_read_user(&given, sizeof(given), name) && given != otel_ctx)
		return 0;
	if (is_agents_own(pid_tgid))
		return 0;
	if (bpf_ringbuf_output(&publications, &p, sizeof(p), 0))
		count_context(RK_CONTEXT_MISSED);
	return 0;
}

SEC("fentry/" SYS "prctl")
int BPF_PROG(fentry_prctl, const struct pt_regs *regs)
{
	__u64 arg[5] = NATIVE_ARGS(DIRECT, regs);

	return process_published(arg[0], arg[1], arg[2], (const void *)arg[4]);
}

SEC("kprobe/" SYS "prctl")
int kprobe_prctl(struct pt_regs *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)PT_REGS_PARM1(ctx);
	__u64 arg[5] = NATIVE_ARGS(PROBED, regs);

	return process_published(arg[0], arg[1], arg[2], (const void *)arg[4]);
}

SEC("tracepoint/syscalls/sys_enter_prctl")
int tp_enter_prctl(struct trace_event_raw_sys_enter *ctx)
{
	return process_published(ctx->args[0], ctx->args[1], ctx->args[2],
				 (const void *)ctx->args[4]);
}

/* After the old memory is gone and before the new program's first instruction. */
static __always_inline int process_execs(void)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	counted(RK_PROBE_PROCESS_EXEC);
	bpf_map_delete_elem(&processes, &tgid);
	return 0;
}

/* setup_new_exec(bprm) */
SEC("kprobe/setup_new_exec")
int kprobe_setup_new_exec(struct pt_regs *ctx)
{
	return process_execs();
}

/* Where there are no kprobes. A tracepoint's program can be preempted on newer kernels, and as long
 * as it is the kernel runs no kprobe program on that CPU.
 */
SEC("tracepoint/sched/sched_process_exec")
int tp_process_exec(void *ctx)
{
	return process_execs();
}

#endif
