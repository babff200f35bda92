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
#include "keys.h"
#include "origin.h"
#include "path.h"
#include "restart.h"
#include "tampering.h"
#include "texts.h"
#include "thread_context.h"
#include "upcall.h"

static __always_inline void forget_call(__u64 pid_tgid, const struct call *call)
{
	if (call->kept == KEPT_LARGE)
		bpf_map_delete_elem(&large_texts, &pid_tgid);
	if (call->tampering >= RK_TAMPERING_BEFORE_COPY)
		bpf_map_delete_elem(&user_texts, &pid_tgid);
	bpf_map_delete_elem(&calls, &pid_tgid);
}

static __always_inline struct text_source user_texts_of(__u32 kind, const __u64 *arg)
{
	struct text_source user = {
		.type = (const void *)arg[0],
		.description = (const void *)arg[1],
		.callout = (const void *)arg[2],
		.user = true,
		.has_callout = kind == RK_REQUEST_KEY,
	};

	return user;
}

/* The caller's strings as they are at the entry, for comparison with what the kernel copies. */
static __always_inline void keep_user_texts_at_entry(struct rk_counters *c, __u64 pid_tgid,
						     struct entering *e)
{
	struct call *call = &e->call;
	struct text_source user = user_texts_of(call->kind, call->arg);

	gather(call->texts.text, call->data, CALL_ROOM, &user, RK_TEXT_CAP, &call->texts.used);
	call->kept = KEPT_SMALL;
	if (call->texts.used > RK_SMALL_DATA) {
		if (!bpf_map_update_elem(&large_texts, &pid_tgid, call->data, BPF_ANY)) {
			call->kept = KEPT_LARGE;
		} else {
			cut_texts(c, call, &user);
			call->cut = 1;
		}
	}
}

/* Takes note of a call. */
static __always_inline void enter(struct rk_counters *c, __u64 pid_tgid, __u32 kind, bool compat,
				  const __u64 *arg)
{
	const __u32 entry = kind + (compat ? RK_ENTRY_COMPAT : 0);
	/* Once: it is another's to change, and a call is a hit from its beginning to its end. */
	const bool recording = *(const volatile __u32 *)&live.recording;
	__u32 key = entry; /* of its own: what has an address is no constant to the verifier */
	struct call *call, *last;
	struct entering *e;

	if (kind == RK_KEYCTL && (__u32)arg[0] == RK_SELFTEST_OPERATION &&
	    arg[1] == config.selftest_nonce) {
		set_self(pid_tgid);
		return;
	}
	e = bpf_map_lookup_elem(&entering, &key);
	if (!e)
		return;
	call = &e->call;
	last = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (last && is_restart(last, kind, arg)) {
		last->restarting = 0;
		last->restarts++;
		return;
	}
	if (last) { /* its return was missed */
		if (!last->unrecorded && last->kind < RK_KINDS)
			count(&c->lost[last->kind][RK_LOST_EXIT_MISSED]);
		ends(pid_tgid, last->restarting);
		forget_call(pid_tgid, last);
	}
	if (recording) {
		if (!begins(pid_tgid))
			return;
		count(&c->hits[kind]);
		if (!caller_wanted(pid_tgid) || !operation_wanted(kind, (__u32)arg[0])) {
			count(&c->filtered[kind]);
			return;
		}
	}
	__builtin_memset(call, 0, __builtin_offsetof(struct call, data));
	call->kind = kind;
	__builtin_memcpy(call->arg, arg, sizeof(call->arg));
	call->unrecorded = !recording;
	if (recording) {
		call->flags = compat ? RK_F_COMPAT : 0;
		call->seq = next_seq(c, entry);
		mint(call->seq, call->trace_id, call->span_id);
		parent_of_caller(call);
		if (!*(__u64 *)call->parent_span_id)
			application_of_caller(call);
		call->tampering_reason = live.watched & RK_WATCHED_COPIES ? RK_REASON_NOT_COPIED :
									    RK_REASON_NOT_WATCHED;
		if (kind != RK_KEYCTL)
			keep_user_texts_at_entry(c, pid_tgid, e);
		call->start_ns = bpf_ktime_get_boot_ns();
	}
	if (bpf_map_update_elem(&calls, &pid_tgid, call, BPF_ANY) && recording) {
		count(&c->lost[kind][RK_LOST_INFLIGHT_FULL]);
		if (call->kept == KEPT_LARGE)
			bpf_map_delete_elem(&large_texts, &pid_tgid);
	}
}

static __always_inline bool not_whole(const struct rk_text *text)
{
	return text->state == RK_TEXT_UNREADABLE || text->truncated;
}

/* The strings that were kept, or what the caller's memory holds now. */
static __always_inline __u64 fill_texts(struct record_buffer *b, __u64 pid_tgid,
					const struct call *call)
{
	struct rk_record *r = &b->record;
	__u64 used = 0;

	if (call->kind != RK_KEYCTL && !(call->flags & RK_F_KERNEL_COPIES) &&
	    (not_whole(&call->texts.text[KEPT_TYPE]) ||
	     not_whole(&call->texts.text[KEPT_DESCRIPTION]) ||
	     not_whole(&call->texts.text[KEPT_CALLOUT]))) {
		/* A page that was not resident may be so since the kernel has read it. */
		struct text_source user = user_texts_of(call->kind, call->arg);

		return gather(r->text, b->data, RK_MAX_DATA, &user, RK_TEXT_CAP, &r->size);
	}
	__builtin_memcpy(r->text, call->texts.text, 3 * sizeof(struct rk_text));
	used = text_len(&r->text[0]) + text_len(&r->text[1]) + text_len(&r->text[2]);
	if (call->kept == KEPT_LARGE) {
		struct large_data *large = bpf_map_lookup_elem(&large_texts, &pid_tgid);

		if (!large)
			return 0;
		barrier_var(used);
		if (used > RK_LARGE_DATA)
			return 0;
		bpf_probe_read_kernel(b->data, used, large->data);
		return used;
	}
	/* A copy of constant size is cheaper than a helper call. */
	__builtin_memcpy(b->data, call->data, RK_SMALL_DATA);
	return used;
}

/* What keyctl's arguments name: the kernel's copies, or else the caller's memory of now. */
static __always_inline __u64 append_args(struct record_buffer *b, __u64 used, __u64 pid_tgid,
					 const struct call *call)
{
	struct rk_text *type = &b->record.text[RK_TEXT_ARG_TYPE];
	struct rk_text *name = &b->record.text[RK_TEXT_ARG_NAME];
	const void *user_type = NULL, *user_name = NULL;
	__u32 operation = call->arg[0];

	if (call->flags & RK_F_KERNEL_COPIES) {
		__u64 at = text_len(&call->texts.text[0]) + text_len(&call->texts.text[1]) +
			   text_len(&call->texts.text[2]);
		__u64 len = text_len(&call->texts.text[KEPT_ARG_TYPE]) +
			    text_len(&call->texts.text[KEPT_ARG_NAME]);

		*type = call->texts.text[KEPT_ARG_TYPE];
		*name = call->texts.text[KEPT_ARG_NAME];
		barrier_var(at); /* whoever reads from there reads at most RK_TEXT_CAP */
		if (at > RK_SMALL_DATA)
			return used;
		if (call->kept == KEPT_LARGE) {
			struct large_data *large = bpf_map_lookup_elem(&large_texts, &pid_tgid);

			return large ? fill_kept(b, used, &large->data[at], len) : used;
		}
		return fill_kept(b, used, &call->data[at], len);
	}
	switch (operation) {
	case KEYCTL_JOIN_SESSION_KEYRING: /* (name) */
		user_name = (const void *)call->arg[1];
		if (!user_name) {
			set_text(name, RK_TEXT_NULL);
			return used;
		}
		break;
	case KEYCTL_SEARCH: /* (ring, type, description, destination) */
	case KEYCTL_RESTRICT_KEYRING: /* (ring, type, restriction) */
		user_type = (const void *)call->arg[2];
		user_name = (const void *)call->arg[3];
		used = append_text(b->data, RK_MAX_DATA, used, user_type, RK_TYPE_CAP, true, type);
		break;
	default:
		return used;
	}
	return append_text(b->data, RK_MAX_DATA, used, user_name, RK_TEXT_CAP, true, name);
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
	r->restarts = call->restarts;
	__builtin_memcpy(r->trace_id, call->trace_id, sizeof(r->trace_id));
	__builtin_memcpy(r->span_id, call->span_id, sizeof(r->span_id));
	__builtin_memcpy(r->parent_span_id, call->parent_span_id, sizeof(r->parent_span_id));
	__builtin_memcpy(r->app_trace_id, call->app_trace_id, sizeof(r->app_trace_id));
	__builtin_memcpy(r->app_span_id, call->app_span_id, sizeof(r->app_span_id));
	r->app_flags = call->app_flags;
	r->correlation = call->correlation;
	fill_access(r, call);
}

static __always_inline void leave(struct rk_counters *c, __u64 pid_tgid, __u32 kind, __s64 result,
				  struct record_buffer *b)
{
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);
	struct rk_record *r = &b->record;
	bool recorded = call && call->kind == kind && !call->unrecorded;
	__u64 used = 0;

	if (recorded && interrupted(result)) {
		if (restarts(result)) {
			call->restarting = 1;
			keeps(pid_tgid);
			return;
		}
		result = -EINTR; /* what the caller is told, if it lives */
	}
	ends(pid_tgid, recorded && call->restarts);
	if (!call || call->kind != kind) {
		/* One that was filtered has no entry either. Which operation it was is not known
		 * here, so with that filter a missed entry cannot be told from a filtered one.
		 */
		if (live.recording && begins_all() && caller_wanted(pid_tgid) &&
		    !operations_filtered()) {
			count(&c->hits[kind]);
			count(&c->lost[kind][RK_LOST_ENTRY_MISSED]);
		}
		return;
	}
	if (call->unrecorded)
		goto out;
	abandon_upcall(c, pid_tgid, call);
	begin_record(r, call, result);
	used = forget_bounds(&r->size, fill_texts(b, pid_tgid, call));
	if (kind == RK_KEYCTL) {
		r->operation = call->arg[0];
		__builtin_memcpy(r->arg, &call->arg[1], sizeof(r->arg));
		fill_keyctl_keys(r, call);
		find_origin(r, call);
		/* An operation that did not get as far as its key is judged by the call that
		 * returned the key, which has passed the filter.
		 */
		if (r->text[RK_TEXT_TYPE].state == RK_TEXT_PRESENT ? !texts_wanted(b) :
			    ((config.wanted.given & (RK_FILTER_TYPE | RK_FILTER_DESCRIPTION)) &&
			     !*(__u64 *)r->origin_span_id)) {
			count(&c->filtered[kind]);
			goto out;
		}
	} else {
		if (!texts_wanted(b)) {
			count(&c->filtered[kind]);
			goto out;
		}
		if (result > 0)
			r->key[0].resolved = result;
		if (call->key_serial != result) /* of another key, or of none */
			r->flags &= ~RK_F_KEY_ACCESS;
		if (kind == RK_REQUEST_KEY) {
			r->arg[0] = (__s64)(__s32)call->arg[3];
			fill_key(&r->key[1], call, call->arg[3]);
		} else {
			r->arg[0] = call->arg[3];
			r->arg[1] = (__s64)(__s32)call->arg[4];
			fill_key(&r->key[1], call, call->arg[4]);
		}
		r->tampering = call->tampering;
		r->tampering_reason = call->tampering_reason;
	}
	fill_caller(r, pid_tgid);
	used = forget_bounds(&r->size, append_executable(b, used));
	used = forget_bounds(&r->size, append_cgroup(b, used));
	if (kind == RK_KEYCTL)
		used = append_args(b, used, pid_tgid, call);
	else
		used = append_user_texts(b, used, pid_tgid, call);
	used = forget_bounds(&r->size, used);
	if (kind == RK_REQUEST_KEY)
		outcome_of_request(call, r);
	used = forget_bounds(&r->size, service_of_caller(b, used));
	if (!submit(c, kind, b, used)) {
		/* The span a follow-up would link to will never be seen. */
		if (kind != RK_KEYCTL && result > 0)
			forget_origin(result);
		goto out;
	}
	if (kind != RK_KEYCTL && result > 0)
		remember_origin(r, call);
out:
	forget_call(pid_tgid, call);
}

#endif
