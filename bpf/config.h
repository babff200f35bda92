/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * What the agent has set, and what it is told apart by.
 */
#ifndef RK_CONFIG_H
#define RK_CONFIG_H

/* Its own section, so that the agent finds it at offset 0 of a map of its own. */
const volatile struct rk_config config SEC(".rodata.config") = {};

struct rk_live live SEC(".data.live") = {};

/* Thread group of the agent, learnt from its self-test. What it calls itself is no hit. */
__u32 self_tgid = 0;

static __always_inline bool is_self(__u64 pid_tgid)
{
	return self_tgid && self_tgid == (__u32)(pid_tgid >> 32);
}

#endif
