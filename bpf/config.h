/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * What the agent has set, and what it is told apart by.
 */
#ifndef RK_CONFIG_H
#define RK_CONFIG_H

#include "requestkey.h"

/* Its own section, so that the agent finds it at offset 0 of a map of its own. */
const volatile struct rk_config config SEC(".rodata.config") = {};

struct rk_live live SEC(".data.live") = {};

/* What changes while the programs run, in a section of its own for the same reason. */
volatile struct rk_control control SEC(".data.control") = {};

/* The programs may outlive the agent, and its process id may then be another's. */
static __always_inline bool is_self(__u64 pid_tgid)
{
	struct task_struct *task;

	if (!control.self_tgid || control.self_tgid != (__u32)(pid_tgid >> 32))
		return false;
	task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, group_leader, start_boottime) == control.self_start_ns;
}

/* What the agent calls itself is no hit, unless it is the application that it watches. */
static __always_inline bool is_agents_own(__u64 pid_tgid)
{
	return !config.own_process && is_self(pid_tgid);
}

/* The caller is the agent: it knows the nonce. */
static __always_inline void set_self(__u64 pid_tgid)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	control.self_start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	control.self_tgid = pid_tgid >> 32;
}

#endif
