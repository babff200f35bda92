/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The key that a helper answers about.
 */
#ifndef RK_ANSWER_H
#define RK_ANSWER_H

#include "keys.h"
#include "tampering.h"

/* Instantiate, negate, reject and assume_authority do not look their key up. */
static __always_inline int answered(struct key *key)
{
	struct rk_counters *c = counted(RK_PROBE_KEY_ANSWERED);
	struct gathered *g = bpf_map_lookup_elem(&copied_texts, &zero);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct call *call;

	if (!c || !g)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (call && call->kind == RK_KEYCTL && !call->unrecorded &&
	    keyctl_answers(call->arg[0]) && BPF_CORE_READ(key, serial) == (__s32)call->arg[1])
		operating_on(c, pid_tgid, call, key, g);
	return 0;
}

#endif
