/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * One hit, one record: the entry begins it, the return completes and submits it.
 */
#ifndef RK_JOIN_H
#define RK_JOIN_H

#include "caller.h"
#include "filter.h"
#include "gate.h"
#include "ids.h"
#include "keyctl.h"
#include "origin.h"
#include "texts.h"
#include "thread_context.h"
#include "upcall.h"

/* Takes note of a call; what the agent itself calls is not one. */
static __always_inline void enter(struct rk_counters *c, __u64 pid_tgid, __u32 kind, bool compat,
				  const __u64 *arg)
{
	const __u32 entry = kind + (compat ? RK_ENTRY_COMPAT : 0);
	__u32 key = entry; /* of its own: what has an address is no constant to the verifier */
	struct call *call;

	if (kind == RK_KEYCTL && (__u32)arg[0] == RK_SELFTEST_OPERATION &&
	    arg[1] == config.selftest_nonce) {
		set_self(pid_tgid);
		return;
	}
	if (!begins(pid_tgid))
		return;
	count(&c->hits[kind]);
	if (!caller_wanted(pid_tgid) || !operation_wanted(kind, (__u32)arg[0])) {
		count(&c->filtered[kind]);
		return;
	}
	call = bpf_map_lookup_elem(&entering, &key);
	if (!call)
		return;
	__builtin_memset(call, 0, sizeof(*call));
	call->kind = kind;
	call->flags = compat ? RK_F_COMPAT : 0;
	call->seq = next_seq(c, entry);
	__builtin_memcpy(call->arg, arg, sizeof(call->arg));
	mint(call->seq, call->trace_id, call->span_id);
	parent_of_caller(call);
	if (!*(__u64 *)call->parent_span_id)
		application_of_caller(call);
	call->start_ns = bpf_ktime_get_boot_ns();
	switch (bpf_map_update_elem(&calls, &pid_tgid, call, BPF_NOEXIST)) {
	case 0:
		break;
	case -17: /* EEXIST: the return of the thread's last call was missed */
		count(&c->lost[kind][RK_LOST_EXIT_MISSED]);
		bpf_map_delete_elem(&small_texts, &pid_tgid);
		bpf_map_delete_elem(&large_texts, &pid_tgid);
		bpf_map_update_elem(&calls, &pid_tgid, call, BPF_ANY);
		break;
	default:
		count(&c->lost[kind][RK_LOST_INFLIGHT_FULL]);
	}
}

/* All of a record that the call knows. */
static __always_inline void begin_record(struct rk_record *r, const struct call *call, __s64 result)
{
	__builtin_memset(r, 0, sizeof(*r));
	r->version = RK_RECORD_VERSION;
	r->kind = call->kind;
	r->flags = call->flags;
	r->seq = call->seq;
	r->start_ns = call->start_ns;
	r->end_ns = bpf_ktime_get_boot_ns();
	r->result = result;
	__builtin_memcpy(r->trace_id, call->trace_id, sizeof(r->trace_id));
	__builtin_memcpy(r->span_id, call->span_id, sizeof(r->span_id));
	__builtin_memcpy(r->parent_span_id, call->parent_span_id, sizeof(r->parent_span_id));
	__builtin_memcpy(r->app_trace_id, call->app_trace_id, sizeof(r->app_trace_id));
	__builtin_memcpy(r->app_span_id, call->app_span_id, sizeof(r->app_span_id));
	r->app_flags = call->app_flags;
	r->correlation = call->correlation;
}

static __always_inline void leave(struct rk_counters *c, __u64 pid_tgid, __u32 kind, __s64 result,
				  struct record_buffer *b)
{
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);
	struct rk_record *r = &b->record;
	__u64 used = 0;

	ends(pid_tgid);
	if (!call || call->kind != kind) {
		/* One that was filtered has no entry either. Which operation it was is not known
		 * here, so with that filter a missed entry cannot be told from a filtered one.
		 */
		if (begins_all() && caller_wanted(pid_tgid) &&
		    !(config.filters & RK_FILTER_OPERATION)) {
			count(&c->hits[kind]);
			count(&c->lost[kind][RK_LOST_ENTRY_MISSED]);
		}
		return;
	}
	begin_record(r, call, result);
	if (kind == RK_KEYCTL) {
		r->operation = call->arg[0];
		__builtin_memcpy(r->arg, &call->arg[1], sizeof(r->arg));
		r->key[0].given = keyctl_target(r->operation, call->arg[1]);
		r->key[0].resolved = call->resolved;
		if (result > 0 && keyctl_returns_key(r->operation))
			r->key[0].resolved = result;
		find_origin(r, call);
		/* Without the key at hand, its type and description are known only through the
		 * call that returned it, and that has passed the filter.
		 */
		if ((config.filters & (RK_FILTER_TYPE | RK_FILTER_DESCRIPTION)) &&
		    !*(__u64 *)r->origin_span_id) {
			count(&c->filtered[kind]);
			goto out;
		}
	} else {
		struct text_source user = {
			.type = (const void *)call->arg[0],
			.description = (const void *)call->arg[1],
			.callout = (const void *)call->arg[2],
			.user = true,
			.has_callout = kind == RK_REQUEST_KEY,
		};

		if (result > 0)
			r->key[0].resolved = result;
		if (kind == RK_REQUEST_KEY) {
			r->arg[0] = (__s64)(__s32)call->arg[3];
			r->key[1].given = call->arg[3];
		} else {
			r->arg[0] = call->arg[3];
			r->arg[1] = (__s64)(__s32)call->arg[4];
			r->key[1].given = call->arg[4];
		}
		used = fill_texts(b, pid_tgid, call, &user);
		if (!texts_wanted(b)) {
			count(&c->filtered[kind]);
			goto out;
		}
	}
	fill_caller(r, pid_tgid);
	if (kind == RK_REQUEST_KEY)
		outcome_of_request(call, r);
	if (!submit(c, kind, b, used)) {
		/* The span a follow-up would link to will never be seen. */
		if (kind != RK_KEYCTL && result > 0)
			forget_origin(result);
		goto out;
	}
	if (kind != RK_KEYCTL && result > 0)
		remember_origin(r, call);
out:
	bpf_map_delete_elem(&calls, &pid_tgid);
}

#endif
