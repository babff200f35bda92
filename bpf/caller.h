/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Who called.
 */
#ifndef RK_CALLER_H
#define RK_CALLER_H

static __always_inline void fill_caller(struct rk_record *r, __u64 pid_tgid)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u64 uid_gid = bpf_get_current_uid_gid();

	r->pid = pid_tgid >> 32;
	r->tid = pid_tgid;
	r->loginuid = -1;
	r->ppid = BPF_CORE_READ(task, real_parent, tgid);
	r->ruid = uid_gid;
	r->rgid = uid_gid >> 32;
	r->euid = BPF_CORE_READ(cred, euid.val);
	r->egid = BPF_CORE_READ(cred, egid.val);
	r->cgroup_id = bpf_get_current_cgroup_id();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
}

#endif
