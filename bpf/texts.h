/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Strings of calls under way and of records.
 */
#ifndef RK_TEXTS_H
#define RK_TEXTS_H

#include "call.h"
#include "submit.h"

#define MAX_LARGE 512
#define SMALLEST_PAGE 4096

/* Strings of calls that do not fit into struct call. */
struct large_data {
	__u8 data[RK_LARGE_DATA + 8]; /* 8: compared in words */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_LARGE);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct large_data);
} large_texts SEC(".maps");

/* Strings being gathered. data is longer than what is used by one string: a read of at most
 * RK_TEXT_CAP that starts inside RK_LARGE_DATA stays inside, which is all the verifier can be told.
 */
struct gathered {
	struct texts texts;
	__u8 data[RK_LARGE_DATA + RK_TEXT_CAP];
};

static __always_inline void set_text(struct rk_text *text, enum rk_text_state state)
{
	text->len = 0;
	text->state = state;
	text->truncated = 0;
}

/* Appends what lies before the end of the page, of a string whose next page is not resident. */
static __always_inline __u64 append_page(__u8 *data, __u64 room, __u64 used, const void *from, __u64 cap,
					 struct rk_text *text)
{
	__u64 n = SMALLEST_PAGE - ((__u64)from & (SMALLEST_PAGE - 1));

	__u8 *to = place(data, used, room);

	if (n > cap - 1)
		n = cap - 1;
	barrier_var(n);
	if (n > cap - 1 || bpf_probe_read_user(to, n, from))
		return used;
	text->state = RK_TEXT_PRESENT;
	text->len = n;
	text->truncated = 1;
	return used + n;
}

/* Appends a string of user or kernel memory at data[used]; returns the new used. cap, a constant,
 * counts the NUL. data has room + cap bytes; used is below room, see place().
 */
static __always_inline __u64 append_text(__u8 *data, __u64 room, __u64 used, const void *from,
					 __u64 cap, bool user, struct rk_text *text)
{
	__u8 next = 0, *to;
	long n;

	set_text(text, RK_TEXT_NULL);
	if (!from)
		return used;
	to = place(data, used, room);
	n = user ? bpf_probe_read_user_str(to, cap, from) :
		   bpf_probe_read_kernel_str(to, cap, from);
	if (n <= 0 || n > cap) {
		text->state = RK_TEXT_UNREADABLE;
		return user ? append_page(data, room, used, from, cap, text) : used;
	}
	text->state = RK_TEXT_PRESENT;
	text->len = n - 1;
	/* Full: either it just fits or it was cut. What follows decides. */
	if (n == cap) {
		long r = user ? bpf_probe_read_user(&next, 1, (const __u8 *)from + cap - 1) :
				bpf_probe_read_kernel(&next, 1, (const __u8 *)from + cap - 1);

		text->truncated = r || next;
	}
	return used + (n - 1);
}

/* Appends len bytes of kernel memory. */
static __always_inline __u64 append_counted(__u8 *data, __u64 room, __u64 used, const void *from,
					    __u64 len, __u64 cap, struct rk_text *text)
{
	__u64 n = len;
	__u8 *to;

	set_text(text, RK_TEXT_NULL);
	if (!from)
		return used;
	if (n > cap - 1) {
		n = cap - 1;
		text->truncated = 1;
	}
	text->state = RK_TEXT_PRESENT;
	to = place(data, used, room);
	/* Right before the read, see place(). */
	barrier_var(n);
	if (n > cap - 1)
		return used;
	if (n && bpf_probe_read_kernel(to, n, from)) {
		text->state = RK_TEXT_UNREADABLE;
		return used;
	}
	text->len = n;
	return used + n;
}

struct text_source {
	const void *type;
	const void *description;
	const void *callout;
	__u64 callout_len;
	bool user;
	bool has_callout;
};

/* Type, description and, where the call has it, callout information, in this order. */
static __always_inline __u64 gather(struct rk_text *text, __u8 *data, __u64 room,
				    const struct text_source *from, __u64 cap, __u32 *total)
{
	__u64 used = 0;

	used = append_text(data, room, used, from->type, RK_TYPE_CAP, from->user,
			   &text[KEPT_TYPE]);
	used = forget_bounds(total, used);
	used = append_text(data, room, used, from->description, cap, from->user,
			   &text[KEPT_DESCRIPTION]);
	used = forget_bounds(total, used);
	/* The kernel's copy is counted, not terminated: "" is a pointer to nothing. */
	if (!from->has_callout)
		set_text(&text[KEPT_CALLOUT], RK_TEXT_ABSENT);
	else if (from->user)
		used = append_text(data, room, used, from->callout, cap, true,
				   &text[KEPT_CALLOUT]);
	else
		used = append_counted(data, room, used, from->callout, from->callout_len, cap,
				      &text[KEPT_CALLOUT]);
	return forget_bounds(total, used);
}

static __always_inline void gather_texts(struct gathered *g, const struct text_source *from)
{
	gather(g->texts.text, g->data, CALL_ROOM, from, RK_TEXT_CAP, &g->texts.used);
	set_text(&g->texts.text[KEPT_ARG_TYPE], RK_TEXT_ABSENT);
	set_text(&g->texts.text[KEPT_ARG_NAME], RK_TEXT_ABSENT);
}

/* What the strings before the last one of a call take at most when they were cut, and each of them. */
#define CUT_ROOM 256
#define CUT_CAP (RK_SMALL_DATA - CUT_ROOM)

_Static_assert(RK_TYPE_CAP + CUT_CAP <= CUT_ROOM, "all but the last");

/* Where no room is left for the strings as they are: as much of each as fits into the call. */
static __always_inline void cut_texts(struct rk_counters *c, struct call *call,
				      const struct text_source *from)
{
	count(&c->texts_cut);
	gather(call->texts.text, call->data, CUT_ROOM, from, CUT_CAP, &call->texts.used);
	call->kept = KEPT_SMALL;
}

/* Makes gathered strings those of the call; what was gathered stays as it is. */
static __always_inline void keep_texts(struct rk_counters *c, __u64 pid_tgid, struct call *call,
				       struct gathered *g, const struct text_source *from)
{
	if (g->texts.used > RK_SMALL_DATA &&
	    !bpf_map_update_elem(&large_texts, &pid_tgid, g->data, BPF_ANY)) {
		call->kept = KEPT_LARGE;
		call->texts = g->texts;
		return;
	}
	if (call->kept == KEPT_LARGE) /* what the caller's memory held was longer, or as long */
		bpf_map_delete_elem(&large_texts, &pid_tgid);
	if (g->texts.used > RK_SMALL_DATA) {
		cut_texts(c, call, from);
		return;
	}
	__builtin_memcpy(call->data, g->data, RK_SMALL_DATA);
	call->texts = g->texts;
	call->kept = KEPT_SMALL;
}

static __always_inline __u64 text_len(const struct rk_text *text)
{
	return text->state == RK_TEXT_PRESENT ? text->len : 0;
}

/* Takes from a string what is too much, as far as it has it. */
static __always_inline __u64 shorten(struct rk_text *text, __u64 excess)
{
	__u64 len = text_len(text);

	if (!excess || text->state != RK_TEXT_PRESENT)
		return excess;
	text->truncated = 1;
	if (excess > len) {
		text->len = 0;
		return excess - len;
	}
	text->len = len - excess;
	return 0;
}

/* Adds the kernel's copies of what keyctl names to the strings of the call. */
static __always_inline void keep_args(struct rk_counters *c, __u64 pid_tgid, struct call *call,
				      struct gathered *g, bool has_type, const void *type,
				      const void *name)
{
	__u64 used = text_len(&call->texts.text[KEPT_TYPE]) +
		     text_len(&call->texts.text[KEPT_DESCRIPTION]);
	struct rk_text *arg_type = &call->texts.text[KEPT_ARG_TYPE];
	struct rk_text *arg_name = &call->texts.text[KEPT_ARG_NAME];

	if (call->kept == KEPT_LARGE || used > RK_SMALL_DATA) {
		return; /* no room: the caller's memory is told instead */
	}
	bpf_probe_read_kernel(g->data, RK_SMALL_DATA, call->data);
	if (has_type)
		used = append_text(g->data, CALL_ROOM, used, type, RK_TYPE_CAP, false,
				   arg_type);
	used = append_text(g->data, CALL_ROOM, used, name, RK_TEXT_CAP, false, arg_name);
	call->flags |= RK_F_KERNEL_COPIES;
	if (used > RK_SMALL_DATA) {
		if (!bpf_map_update_elem(&large_texts, &pid_tgid, g->data, BPF_ANY)) {
			call->kept = KEPT_LARGE;
			return;
		}
		count(&c->texts_cut);
		shorten(arg_type, shorten(arg_name, used - RK_SMALL_DATA));
	}
	__builtin_memcpy(call->data, g->data, RK_SMALL_DATA);
	call->kept = KEPT_SMALL;
}

static __always_inline __u64 fill_kept(struct record_buffer *b, __u64 used, const __u8 *from,
				       __u64 len)
{
	__u8 *to = place(b->data, used, RK_MAX_DATA);

	barrier_var(len);
	if (len > RK_TEXT_CAP)
		return used;
	if (len)
		bpf_probe_read_kernel(to, len, from);
	return used + len;
}

#endif
