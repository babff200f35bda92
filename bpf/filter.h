/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Which hits are wanted; decided before the ring. The configuration is constant once the programs
 * are loaded, so that the verifier takes out what was not asked for.
 */
#ifndef RK_FILTER_H
#define RK_FILTER_H

#include "cgroup.h"
#include "config.h"
#include "submit.h"

static __always_inline bool has_pid(const volatile struct rk_filter *f, __u32 pid)
{
	for (int i = 0; i < RK_FILTER_VALUES && i < f->pids; i++) {
		if (f->pid[i] == pid)
			return true;
	}
	return false;
}

static __always_inline bool has_uid(const volatile struct rk_filter *f, __u32 uid)
{
	for (int i = 0; i < RK_FILTER_VALUES && i < f->uids; i++) {
		if (f->uid[i] == uid)
			return true;
	}
	return false;
}

/* Whether the caller is in one of these cgroups (v2) or below it. There is a helper for it, but not
 * on Linux 5.10. Not static, so that it is verified once.
 */
__noinline int in_cgroup(__u32 unwanted)
{
	const volatile struct rk_filter *f = unwanted ? &config.unwanted : &config.wanted;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct kernfs_node *kn = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);

	for (int i = 0; i < MAX_CGROUP_DEPTH && kn; i++) {
		__u64 id = BPF_CORE_READ(kn, id);

		for (int j = 0; j < RK_FILTER_VALUES && j < f->cgroups; j++) {
			if (f->cgroup[j] == id)
				return 1;
		}
		kn = cgroup_above(kn);
	}
	return 0;
}

static __always_inline bool has_comm(const volatile struct rk_filter *f)
{
	__u64 comm[RK_COMM_LEN / 8] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	for (int i = 0; i < RK_FILTER_VALUES && i < f->comms; i++) {
		const volatile __u64 *wanted = (const volatile __u64 *)f->comm[i].bytes;

		if (comm[0] == wanted[0] && comm[1] == wanted[1])
			return true;
	}
	return false;
}

static __always_inline bool has_operation(const volatile struct rk_filter *f, __u32 kind,
					  __u32 operation)
{
	__u64 bit = operation;

	if (kind == RK_REQUEST_KEY)
		bit = RK_OPERATION_REQUEST_KEY;
	else if (kind == RK_ADD_KEY)
		bit = RK_OPERATION_ADD_KEY;
	else if (operation >= RK_OPERATION_REQUEST_KEY)
		return false;
	return f->operations >> bit & 1;
}

static __always_inline bool has_type(const volatile struct rk_filter *f, const __u8 *type,
				     __u64 len)
{
	for (int i = 0; i < RK_FILTER_VALUES && i < f->types; i++) {
		bool same = len == f->type[i].len;

		for (int j = 0; j < RK_TYPE_CAP - 1 && j < f->type[i].len && same; j++)
			same = type[j] == f->type[i].bytes[j];
		if (same)
			return true;
	}
	return false;
}

static __always_inline bool has_prefix(const volatile struct rk_filter *f, const __u8 *text,
				       __u64 len)
{
	for (int i = 0; i < RK_FILTER_VALUES && i < f->prefixes; i++) {
		bool same = len >= f->prefix[i].len;

		for (int j = 0; j < RK_PREFIX_CAP && j < f->prefix[i].len && same; j++)
			same = text[j] == f->prefix[i].bytes[j];
		if (same)
			return true;
	}
	return false;
}

#define FILTERED(bit, has)                                                                        \
	(((config.wanted.given & (bit)) && !has(&config.wanted)) ||                               \
	 ((config.unwanted.given & (bit)) && has(&config.unwanted)))

/* Its own process is told by what the self-test has shown of it, so that it need not know its number
 * in the initial pid namespace.
 */
static __always_inline bool caller_wanted(__u64 pid_tgid)
{
#define HAS_PID(f) has_pid(f, pid_tgid >> 32)
#define HAS_UID(f) has_uid(f, bpf_get_current_uid_gid())
	if (config.own_process && !is_self(pid_tgid))
		return false;
#define HAS_CGROUP(f) in_cgroup((f) == &config.unwanted)
	return !FILTERED(RK_FILTER_PID, HAS_PID) && !FILTERED(RK_FILTER_UID, HAS_UID) &&
	       !FILTERED(RK_FILTER_CGROUP, HAS_CGROUP) && !FILTERED(RK_FILTER_COMM, has_comm);
}

static __always_inline bool operation_wanted(__u32 kind, __u64 operation)
{
#define HAS_OPERATION(f) has_operation(f, kind, operation)
	return !FILTERED(RK_FILTER_OPERATION, HAS_OPERATION);
}

/* Whether not everything is wanted. */
static __always_inline bool filtering(void)
{
	return config.own_process || config.wanted.given | config.unwanted.given;
}

/* Whether anything is asked of the operation, without which a call cannot be judged. */
static __always_inline bool operations_filtered(void)
{
	return (config.wanted.given | config.unwanted.given) & RK_FILTER_OPERATION;
}

static __always_inline bool texts_filtered(void)
{
	return (config.wanted.given | config.unwanted.given) &
	       (RK_FILTER_TYPE | RK_FILTER_DESCRIPTION);
}

/* The type and the description of a record, which begin its strings. What is not known is nothing
 * that was asked for.
 */
static __always_inline bool texts_wanted(const struct record_buffer *b)
{
	const struct rk_text *type = &b->record.text[RK_TEXT_TYPE];
	const struct rk_text *description = &b->record.text[RK_TEXT_DESCRIPTION];
	__u64 type_len = type->state == RK_TEXT_PRESENT ? type->len : 0;
	__u64 len = description->state == RK_TEXT_PRESENT ? description->len : 0;

	if (!texts_filtered())
		return true;
	if (type_len >= RK_TYPE_CAP)
		return false;
#define HAS_TYPE(f) (type->state == RK_TEXT_PRESENT && has_type(f, b->data, type_len))
#define HAS_PREFIX(f)                                                                             \
	(description->state == RK_TEXT_PRESENT && has_prefix(f, place(b->data, type_len, RK_TYPE_CAP), len))
	return !FILTERED(RK_FILTER_TYPE, HAS_TYPE) && !FILTERED(RK_FILTER_DESCRIPTION, HAS_PREFIX);
}

#endif
