/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The application's span that the calling thread works for: OTEP 4947's record of the thread, and
 * OBI's map of threads for processes that keep none.
 *
 * Which processes keep a record, and where its thread-local variable is, the agent finds out; see
 * process_context.h.
 */
#ifndef RK_THREAD_CONTEXT_H
#define RK_THREAD_CONTEXT_H

#include "call.h"
#include "config.h"
#include "submit.h"

#define MAX_PROCESSES 8192

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32); /* thread group */
	__type(value, struct rk_process);
} processes SEC(".maps");

/* As counters. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rk_context_counters);
} context_counters SEC(".maps");

struct obi_context {
	__u8 trace_id[16];
	__u8 span_id[8];
};

/* /sys/fs/bpf/otel/traces_ctx_v1, where OBI has pinned it; else never looked at. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct obi_context);
} traces_ctx_v1 SEC(".maps");

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_struct___context {
#if defined(__TARGET_ARCH_x86)
	unsigned long fsbase;
#elif defined(__TARGET_ARCH_arm64)
	struct {
		unsigned long tp_value;
	} uw;
#endif
};

struct task_struct___context {
	struct task_struct___context *group_leader;
	__u64 start_boottime;
	struct thread_struct___context thread;
};

#pragma clang attribute pop

/* The record of OTEP 4947 up to its attributes. */
struct thread_record {
	__u64 trace_id[2];
	__u64 span_id;
	__u8 valid;
	__u8 flags;
	__u16 attributes_size;
	__u32 not_of_it;
};

#define THREAD_RECORD_SIZE 28

static __always_inline void count_context(enum rk_context_count which)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct rk_context_counters *c = bpf_map_lookup_elem(&context_counters, &cpu);

	if (c)
		count(&c->count[which]);
}

/* The entry of the calling process, if it is of this process and complete. */
static __always_inline struct rk_process *process_of_caller(void)
{
	struct task_struct___context *task = (void *)bpf_get_current_task();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct rk_process *process;

	if (!(config.context & RK_CONTEXT_SDK))
		return NULL;
	process = bpf_map_lookup_elem(&processes, &tgid);
	if (!process || !process->ready)
		return NULL;
	/* A process id can be given again, but not to a process that began in the same tick. */
	if (BPF_CORE_READ(task, group_leader, start_boottime) - process->start_ns >=
	    RK_START_TICK_NS) {
		count_context(RK_CONTEXT_STALE);
		return NULL;
	}
	return process;
}

/* What the kernel has saved when it last switched away from the thread, or set itself by clone(2)
 * or arch_prctl(2). A thread that has written the register by itself since (wrfsbase; on arm64 the
 * main thread's first write, before it was ever switched away from) is read where it was before.
 */
static __always_inline __u64 thread_pointer(void)
{
	struct task_struct___context *task = (void *)bpf_get_current_task();

#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread.fsbase);
#else
	return BPF_CORE_READ(task, thread.uw.tp_value);
#endif
}

static __always_inline bool read_user_word(__u64 *word, __u64 address)
{
	return !bpf_probe_read_user(word, sizeof(*word), (const void *)address);
}

/* Where the thread's otel_thread_ctx_v1 is. 0: nowhere yet; -1: its memory cannot be read. */
static __always_inline __u64 variable_of_thread(const struct rk_process *process)
{
	__u64 pointer = thread_pointer(), vector, count, block;

	if (process->tls == RK_TLS_STATIC)
		return pointer + process->tls_offset;
	/* The dynamic thread vector: one block of variables for each module, made when first used. */
	if (!read_user_word(&vector, pointer + process->vector_offset) ||
	    !read_user_word(&count, vector + process->vector_count_offset))
		return -1;
	if (process->tls_module > count)
		return 0;
	if (!read_user_word(&block, vector + process->tls_module * process->vector_stride))
		return -1;
	if (!block || block == (__u64)-1) /* TLS_DTV_UNALLOCATED */
		return 0;
	return block + process->tls_offset;
}

/* The record is the thread's own and the thread is here, in a system call, so no writer that keeps
 * to OTEP 4947 is in the middle of it. One that does not is found by reading twice: what is taken
 * lies between two looks at valid and was the same before.
 */
static __always_inline enum rk_context_count read_thread_record(const struct rk_process *process,
								struct thread_record *r)
{
	__u64 variable = variable_of_thread(process);
	struct thread_record first = {};
	__u64 from;

	if (!variable)
		return RK_CONTEXT_ABSENT;
	if (variable == (__u64)-1 || !read_user_word(&from, variable))
		return RK_CONTEXT_FAULT;
	if (!from)
		return RK_CONTEXT_ABSENT;
	if (from & 1)
		return RK_CONTEXT_INVALID;
	if (bpf_probe_read_user(&first, THREAD_RECORD_SIZE, (const void *)from))
		return RK_CONTEXT_FAULT;
	if (!first.valid)
		return RK_CONTEXT_ABSENT;
	if (bpf_probe_read_user(r, THREAD_RECORD_SIZE, (const void *)from))
		return RK_CONTEXT_FAULT;
	if (first.valid != 1 || r->valid != 1 || first.trace_id[0] != r->trace_id[0] ||
	    first.trace_id[1] != r->trace_id[1] || first.span_id != r->span_id)
		return RK_CONTEXT_INVALID;
	if (!(r->trace_id[0] | r->trace_id[1] | r->span_id))
		return RK_CONTEXT_ABSENT;
	if (!(r->trace_id[0] | r->trace_id[1]) || !r->span_id)
		return RK_CONTEXT_INVALID;
	return RK_CONTEXT_READ;
}

/* At the entry of a call that no upcall is the parent of: sets app_trace_id, app_span_id, app_flags
 * and correlation; where that span is to be the parent, trace_id, parent_span_id and
 * RK_F_APP_PARENT too.
 */
static __always_inline void application_of_caller(struct call *call)
{
	struct rk_process *process = process_of_caller();

	if (process && process->tls != RK_TLS_NONE) {
		struct thread_record record = {};
		enum rk_context_count found = RK_CONTEXT_ABSENT;

		/* A 32-bit program has its thread pointer elsewhere. */
		if (!(call->flags & RK_F_COMPAT))
			found = read_thread_record(process, &record);
		count_context(found);
		if (found == RK_CONTEXT_INVALID || found == RK_CONTEXT_FAULT)
			call->correlation = RK_CORRELATION_SUPPRESSED;
		/* What the SDK says is authoritative, that no span is current as well. */
		if (found != RK_CONTEXT_READ)
			return;
		__builtin_memcpy(call->app_trace_id, record.trace_id, sizeof(call->app_trace_id));
		__builtin_memcpy(call->app_span_id, &record.span_id, sizeof(call->app_span_id));
		call->app_flags = record.flags;
		call->correlation = RK_CORRELATION_SDK_TLS;
	} else if (config.context & RK_CONTEXT_OBI) {
		__u64 pid_tgid = bpf_get_current_pid_tgid();
		struct obi_context *obi = bpf_map_lookup_elem(&traces_ctx_v1, &pid_tgid);
		struct obi_context copy;
		__u64 trace_id[2], span_id;

		if (!obi)
			return;
		copy = *obi;
		__builtin_memcpy(trace_id, copy.trace_id, sizeof(trace_id));
		__builtin_memcpy(&span_id, copy.span_id, sizeof(span_id));
		if (!(trace_id[0] | trace_id[1]) || !span_id)
			return;
		count_context(RK_CONTEXT_OBI_READ);
		__builtin_memcpy(call->app_trace_id, trace_id, sizeof(trace_id));
		__builtin_memcpy(call->app_span_id, &span_id, sizeof(span_id));
		call->app_flags = 1; /* the map does not say; OBI keeps sampled ones */
		call->correlation = RK_CORRELATION_OBI_MAP;
	} else {
		return;
	}
	if (!(config.context & RK_CONTEXT_PARENT))
		return;
	call->flags |= RK_F_APP_PARENT;
	__builtin_memcpy(call->trace_id, call->app_trace_id, sizeof(call->trace_id));
	__builtin_memcpy(call->parent_span_id, call->app_span_id, sizeof(call->parent_span_id));
}

/* The name of the service the caller is, after the other strings; returns the new used. */
static __always_inline __u64 service_of_caller(struct record_buffer *b, __u64 used)
{
	struct rk_process *process = process_of_caller();
	struct rk_text *text = &b->record.text[RK_TEXT_SERVICE];
	__u64 n;
	__u8 *to;

	if (!process)
		return used;
	n = process->service_name_len;
	to = place(b->data, used, RK_MAX_DATA);
	barrier_var(n);
	if (!n || n > RK_SERVICE_CAP)
		return used;
	if (bpf_probe_read_kernel(to, n, process->service_name))
		return used;
	text->state = RK_TEXT_PRESENT;
	text->len = n;
	text->truncated = process->service_name_cut;
	return used + n;
}

#endif
