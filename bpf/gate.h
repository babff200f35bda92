/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Two sets of programs are attached while an agent takes over from one of another version or with
 * other filters. Each call must be recorded by one of them, by which one does not matter. A switch
 * they both look at is not enough, as they look at it one after the other; so in between they claim
 * each call in a map they share.
 *
 *   old    OPEN   CLAIM  CLAIM  SHUT   SHUT, until its last call has returned
 *   new    SHUT   SHUT   CLAIM  CLAIM  HEIR                            OPEN
 *
 * From one column to the next the agent waits for longer than the programs of one call are apart.
 */
#ifndef RK_GATE_H
#define RK_GATE_H

#include "config.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, __u64); /* nonce of the set that records the call, but for KEPT */
} claims SEC(".maps");

/* In a claim: it holds for a call that was interrupted, and is to be entered again. */
#define KEPT 1ULL

static __always_inline __u64 claim(__u64 kept)
{
	return (config.selftest_nonce & ~KEPT) | kept;
}

static __always_inline bool is_mine(__u64 claimed)
{
	return ((claimed ^ config.selftest_nonce) & ~KEPT) == 0;
}

/* Whether the call that is being entered is this set's. */
static __always_inline bool begins(__u64 pid_tgid)
{
	__u64 me = claim(0);
	__u64 *owner;

	switch (control.gate) {
	case RK_GATE_SHUT:
		return false;
	case RK_GATE_CLAIM:
		/* No room: rather twice than not at all. */
		if (bpf_map_update_elem(&claims, &pid_tgid, &me, BPF_NOEXIST) != -EEXIST)
			return true;
		owner = bpf_map_lookup_elem(&claims, &pid_tgid);
		return !owner || is_mine(*owner);
	case RK_GATE_HEIR:
		owner = bpf_map_lookup_elem(&claims, &pid_tgid);
		return !owner || is_mine(*owner) || !(*owner & KEPT);
	default:
		return true;
	}
}

/* Whether a return without an entry means that the entry was missed. */
static __always_inline bool begins_all(void)
{
	return control.gate == RK_GATE_OPEN;
}

/* The thread's call was interrupted and will be entered again: it stays this set's, whatever the gate
 * is by then. (A takeover begins by forgetting all claims: a call whose signal handler runs from before
 * it to after it is told by both.)
 */
static __always_inline void keeps(__u64 pid_tgid)
{
	__u64 me = claim(KEPT);

	bpf_map_update_elem(&claims, &pid_tgid, &me, BPF_ANY);
}

/* The thread's call returns: its next one may be claimed by either. */
static __always_inline void ends(__u64 pid_tgid, bool kept)
{
	__u64 *owner;

	if (!kept && control.gate != RK_GATE_CLAIM && control.gate != RK_GATE_SHUT)
		return;
	owner = bpf_map_lookup_elem(&claims, &pid_tgid);
	if (owner && is_mine(*owner))
		bpf_map_delete_elem(&claims, &pid_tgid);
}

#endif
