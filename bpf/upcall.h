/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The kernel's helper /sbin/request-key: which request it was started for, what it does, how it ends;
 * and from that, how a request came to its answer.
 *
 * call_sbin_request_key() gives the helper a session keyring of its own. What the helper starts
 * inherits it, and while a task has it the keyring cannot be freed: a call belongs to an upcall if
 * its caller's session keyring is that very keyring.
 */
#ifndef RK_UPCALL_H
#define RK_UPCALL_H

#include "call.h"
#include "ids.h"
#include "submit.h"

#define KEY_FLAG_REVOKED 1 /* include/linux/key.h: the bits up to 9 never changed */
#define KEY_FLAG_USER_CONSTRUCT 3
#define KEY_FLAG_INVALIDATED 5
#define KEY_IS_UNINSTANTIATED 0
#define KEY_IS_POSITIVE 1

#define MAX_UPCALLS 16384
#define MAX_KERNEL_REQUESTS 2048
#define MAX_REJECTIONS 4096

#define ENOKEY 126
#define EKEYREJECTED 129

/* struct call.way: what was seen of a request on its way. */
enum way {
	WAY_CONSTRUCTED = 1, /* it had the key made */
	WAY_WAITED = 2,	     /* it waited for a key under construction */
	WAY_UPCALL = 4,	     /* an upcall of its is in the map */
};

/* The kernel's own requests under way. A thread can be in a system call on keys at the same time. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_KERNEL_REQUESTS);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct call);
} kernel_requests SEC(".maps");

struct upcall {
	__u64 start_ns;
	__u64 seq;
	__u8 trace_id[16];
	__u8 span_id[8];
	__u8 parent_span_id[8];
	const struct key *key; /* referenced by the requester until the upcall is over */
	__s32 auth_key;
	__s32 keyring; /* the helper's session keyring; 0: not seen */
	__u32 helper_pid;
	__u32 reserved;
};

/* Upcalls under way. The requester waits, so it has one at most. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_UPCALLS);
	__type(key, __u64); /* the requester's bpf_get_current_pid_tgid() */
	__type(value, struct upcall);
} upcalls SEC(".maps");

struct helper {
	const void *keyring;
	__u64 requester; /* pid_tgid */
	__u8 trace_id[16];
	__u8 span_id[8];
};

/* Serial of a helper's session keyring -> its upcall. It outlives the upcall, for what the helper
 * has left running; freeing the keyring removes it. Least recently used go first when full: a
 * parent is then missing, never wrong.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_UPCALLS);
	__type(key, __s32);
	__type(value, struct helper);
} helpers SEC(".maps");

/* Whether there ever was a helper: without one, no call needs to look for its parent. */
__u32 helpers_seen = 0;

struct rejection {
	const void *key;
	__u64 error;
};

/* Serial of a key -> how it was rejected, for those that wait for it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_REJECTIONS);
	__type(key, __s32);
	__type(value, struct rejection);
} rejections SEC(".maps");

/* The request that the thread is in. */
static __always_inline struct call *request_under_way(__u64 pid_tgid)
{
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);

	if (call && call->kind == RK_REQUEST_KEY)
		return call;
	return bpf_map_lookup_elem(&kernel_requests, &pid_tgid);
}

/* At the entry of a call, after its own ids were minted: where the task is the helper of an upcall,
 * or descends from one, sets trace_id and parent_span_id to those of the upcall.
 */
static __always_inline void parent_of_caller(struct call *call)
{
	struct task_struct *task;
	struct helper *helper;
	struct key *keyring;
	__s32 serial;

	if (!helpers_seen)
		return;
	task = (struct task_struct *)bpf_get_current_task();
	keyring = BPF_CORE_READ(task, real_cred, session_keyring);
	if (!keyring)
		return;
	serial = BPF_CORE_READ(keyring, serial);
	helper = bpf_map_lookup_elem(&helpers, &serial);
	if (!helper || helper->keyring != keyring)
		return;
	__builtin_memcpy(call->trace_id, helper->trace_id, sizeof(call->trace_id));
	__builtin_memcpy(call->parent_span_id, helper->span_id, sizeof(call->parent_span_id));
}

/* At the return of a request: an upcall of its that was not seen to end is not going to be. */
static __always_inline void abandon_upcall(struct rk_counters *c, __u64 pid_tgid,
					   const struct call *call)
{
	if ((call->way & WAY_UPCALL) && !bpf_map_delete_elem(&upcalls, &pid_tgid))
		count(&c->lost[RK_UPCALL][RK_LOST_EXIT_MISSED]);
}

static __always_inline __u8 refusal(__u64 error)
{
	return error == ENOKEY ? RK_OUTCOME_NEGATED : RK_OUTCOME_REJECTED;
}

/* At the return of a request, with everything else in the record: sets outcome. */
static __always_inline void outcome_of_request(const struct call *call, struct rk_record *r)
{
	__s64 error = -r->result;

	if (!(live.watched & RK_WATCHED_CONSTRUCTION))
		return;
	if (r->result > 0) {
		/* Every key comes by wait_for_key_construction(), but for request_key_rcu(). */
		if (call->key_serial != r->result)
			r->outcome = RK_OUTCOME_UNKNOWN;
		else if (call->way & WAY_CONSTRUCTED)
			r->outcome = RK_OUTCOME_CONSTRUCTED;
		else if (call->way & WAY_WAITED)
			r->outcome = RK_OUTCOME_JOINED;
		else
			r->outcome = RK_OUTCOME_FOUND;
		return;
	}
	r->outcome = RK_OUTCOME_FAILED;
	if (call->refused) {
		if (call->refused == error)
			r->outcome = refusal(error);
	} else if (call->way & WAY_WAITED) {
		struct rejection *rejection = bpf_map_lookup_elem(&rejections, &call->key_serial);

		if (rejection && rejection->key == call->key && rejection->error == error)
			r->outcome = refusal(error);
	} else if (!(call->way & WAY_CONSTRUCTED)) {
		/* The search ended with this error, the state of a key it came to. Without callout
		 * information ENOKEY also stands for no key at all; with it, that would have been
		 * constructed.
		 */
		if (error == EKEYREJECTED ||
		    (error == ENOKEY && r->text[RK_TEXT_CALLOUT].state == RK_TEXT_PRESENT &&
		     (r->flags & RK_F_KERNEL_COPIES)))
			r->outcome = refusal(error);
	}
}

#endif
