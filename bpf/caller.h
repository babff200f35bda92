/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Who called: read while the task is in the call, so that it holds for one that exits right after.
 */
#ifndef RK_CALLER_H
#define RK_CALLER_H

#include "path.h"

/* enum pid_type */
#define PIDTYPE_TGID 1

/* A process id in the namespace of a given level; 0 when it has none there. */
static __always_inline __u32 pid_at_level(const struct pid *pid, __u32 level)
{
	struct upid upid = {};

	if (!pid || level > 32 /* MAX_PID_NS_LEVEL */ || BPF_CORE_READ(pid, level) < level)
		return 0;
	bpf_probe_read_kernel(&upid, bpf_core_type_size(struct upid),
			      (const void *)pid + bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid));
	return upid.nr;
}

static __always_inline void fill_pids(struct rk_record *r, struct task_struct *task,
				      struct task_struct *parent)
{
	struct pid *tid = BPF_CORE_READ(task, thread_pid);
	struct pid_namespace *ns = NULL;
	__u32 level = BPF_CORE_READ(tid, level);

	if (!tid || level > 32)
		return;
	bpf_probe_read_kernel(&ns, sizeof(ns),
			      (const void *)tid + bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, ns));
	r->pid_ns = BPF_CORE_READ(ns, ns.inum);
	r->ns_tid = pid_at_level(tid, level);
	r->ns_pid = pid_at_level(BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]), level);
	tid = BPF_CORE_READ(parent, signal, pids[PIDTYPE_TGID]);
	/* The parent can be outside: its id at that level then is of another namespace. */
	if (tid && level <= BPF_CORE_READ(tid, level)) {
		struct pid_namespace *parent_ns = NULL;

		bpf_probe_read_kernel(&parent_ns, sizeof(parent_ns),
				      (const void *)tid +
					      bpf_core_field_offset(struct pid, numbers) +
					      level * bpf_core_type_size(struct upid) +
					      bpf_core_field_offset(struct upid, ns));
		if (parent_ns == ns)
			r->ns_ppid = pid_at_level(tid, level);
	}
}

/* Everything but the paths. */
static __always_inline void fill_caller(struct rk_record *r, __u64 pid_tgid)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	const struct cred *real = BPF_CORE_READ(task, real_cred);
	const struct cred *cred = BPF_CORE_READ(task, cred);

	r->pid = pid_tgid >> 32;
	r->tid = pid_tgid;
	r->ppid = BPF_CORE_READ(parent, tgid);
	r->process_start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	r->parent_start_ns = BPF_CORE_READ(parent, group_leader, start_boottime);
	fill_pids(r, task, parent);
	r->ruid = BPF_CORE_READ(real, uid.val);
	r->rgid = BPF_CORE_READ(real, gid.val);
	r->euid = BPF_CORE_READ(real, euid.val);
	r->egid = BPF_CORE_READ(real, egid.val);
	if (real != cred) {
		r->flags |= RK_F_SERVICE_CREDS;
		r->service_uid = BPF_CORE_READ(cred, fsuid.val);
		r->service_gid = BPF_CORE_READ(cred, fsgid.val);
	}
	r->loginuid = -1;
	if (bpf_core_field_exists(task->loginuid))
		r->loginuid = BPF_CORE_READ(task, loginuid.val);
	r->session_keyring = BPF_CORE_READ(real, session_keyring, serial);
	r->user_ns = BPF_CORE_READ(real, user_ns, ns.inum);
	r->cgroup_id = bpf_get_current_cgroup_id();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
}

#endif
