/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Strings of calls under way and of records.
 */
#ifndef RK_TEXTS_H
#define RK_TEXTS_H

#include "call.h"
#include "submit.h"

#define MAX_LARGE 512

#define RK_KEPT_TEXTS 3

/* Strings of a call under way, packed like those of a record. */
struct texts_head {
	struct rk_text text[RK_KEPT_TEXTS];
	__u32 used;
	__u32 flags; /* enum rk_flag */
	__u32 reserved;
};

struct texts_small {
	struct texts_head head;
	__u8 data[RK_SMALL_DATA];
};

struct texts_large {
	struct texts_head head;
	/* RK_TEXT_CAP more than is used: a read of at most RK_TEXT_CAP that starts inside
	 * RK_LARGE_DATA stays inside, which is all the verifier can be told.
	 */
	__u8 data[RK_LARGE_DATA + RK_TEXT_CAP];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_INFLIGHT);
	__type(key, __u64);
	__type(value, struct texts_small);
} small_texts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_LARGE);
	__type(key, __u64);
	__type(value, struct texts_large);
} large_texts SEC(".maps");

/* Appends a string of user or kernel memory at data[used]; returns the new used. cap, a constant,
 * counts the NUL. data has room + cap bytes; nothing is
 * appended beyond room.
 */
static __always_inline __u64 append_text(__u8 *data, __u64 room, __u64 used, const void *from,
					 __u64 cap, bool user, struct rk_text *text)
{
	long n;

	text->len = 0;
	text->truncated = 0;
	if (!from) {
		text->state = RK_TEXT_NULL;
		return used;
	}
	barrier_var(used); /* or clang drops the check, and older verifiers need it */
	if (used > room)
		return used;
	n = user ? bpf_probe_read_user_str(data + used, cap, from) :
		   bpf_probe_read_kernel_str(data + used, cap, from);
	if (n <= 0 || n > cap) {
		text->state = RK_TEXT_UNREADABLE;
		return used;
	}
	text->state = RK_TEXT_PRESENT;
	text->len = n - 1;
	if (n == cap && user) {
		/* Full: either it just fits or it was cut. What follows decides. */
		__u8 next = 0;

		if (bpf_probe_read_user(&next, 1, (const __u8 *)from + cap - 1) || next)
			text->truncated = 1;
	} else if (n == cap) {
		__u8 next = 0;

		if (bpf_probe_read_kernel(&next, 1, (const __u8 *)from + cap - 1) || next)
			text->truncated = 1;
	}
	return used + (n - 1);
}

/* The callout information is counted, not terminated: its length is authoritative. */
static __always_inline __u64 append_counted(__u8 *data, __u64 room, __u64 used, const void *from,
					    __u64 len, __u64 cap, struct rk_text *text)
{
	__u64 n = len;

	text->len = 0;
	text->truncated = 0;
	if (!from) {
		text->state = RK_TEXT_NULL;
		return used;
	}
	barrier_var(used);
	if (used > room)
		return used;
	if (n > cap - 1) {
		n = cap - 1;
		text->truncated = 1;
	}
	barrier_var(n);
	if (n > cap - 1)
		return used;
	if (n && bpf_probe_read_kernel(data + used, n, from)) {
		text->state = RK_TEXT_UNREADABLE;
		return used;
	}
	text->state = RK_TEXT_PRESENT;
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
				    const struct text_source *from, __u64 cap)
{
	__u64 used = 0;

	used = append_text(data, room, used, from->type, RK_TYPE_CAP, from->user, &text[RK_TEXT_TYPE]);
	used = append_text(data, room, used, from->description, cap, from->user,
			   &text[RK_TEXT_DESCRIPTION]);
	if (!from->has_callout) {
		text[RK_TEXT_CALLOUT].state = RK_TEXT_ABSENT;
		text[RK_TEXT_CALLOUT].len = 0;
		text[RK_TEXT_CALLOUT].truncated = 0;
	} else if (from->user) {
		used = append_text(data, room, used, from->callout, cap, true, &text[RK_TEXT_CALLOUT]);
	} else {
		used = append_counted(data, room, used, from->callout, from->callout_len, cap,
				      &text[RK_TEXT_CALLOUT]);
	}
	return used;
}

/* Keeps the strings of a call under way until its return. */
static __always_inline void keep_texts(struct rk_counters *c, __u64 pid_tgid, struct call *call,
				       struct texts_large *t, const struct text_source *from)
{
	t->head.flags = from->user ? 0 : RK_F_KERNEL_COPIES;
	t->head.used = gather(t->head.text, t->data, RK_LARGE_DATA, from, RK_TEXT_CAP);
	if (t->head.used > RK_SMALL_DATA) {
		if (!bpf_map_update_elem(&large_texts, &pid_tgid, t, BPF_ANY)) {
			call->copied = KEPT_LARGE;
			return;
		}
		/* No room: what fits the small class is kept, and said to be cut. */
		count(&c->texts_cut);
		t->head.used = gather(t->head.text, t->data, RK_LARGE_DATA, from, (RK_SMALL_DATA - RK_TYPE_CAP) / 2);
	}
	if (!bpf_map_update_elem(&small_texts, &pid_tgid, t, BPF_ANY))
		call->copied = KEPT_SMALL;
}

/* Fills data with what was kept on the way, or with what the caller's memory holds now. */
static __always_inline __u64 fill_texts(struct record_buffer *b, __u64 pid_tgid,
					const struct call *call, const struct text_source *user)
{
	struct rk_record *r = &b->record;

	if (call->copied == KEPT_SMALL) {
		struct texts_small *t = bpf_map_lookup_elem(&small_texts, &pid_tgid);
		__u64 used;

		if (t) {
			__builtin_memcpy(r->text, t->head.text, sizeof(t->head.text));
			r->flags |= t->head.flags;
			used = t->head.used;
			/* Whole class: a copy of constant size is cheaper than a helper call. */
			__builtin_memcpy(b->data, t->data, RK_SMALL_DATA);
			bpf_map_delete_elem(&small_texts, &pid_tgid);
			return used;
		}
	} else if (call->copied == KEPT_LARGE) {
		struct texts_large *t = bpf_map_lookup_elem(&large_texts, &pid_tgid);
		__u64 used;

		if (t) {
			__builtin_memcpy(r->text, t->head.text, sizeof(t->head.text));
			r->flags |= t->head.flags;
			/* Read twice: a number that is spilled before it is checked stays unbounded
			 * for older verifiers.
			 */
			used = *(volatile __u32 *)&t->head.used;
			if (used <= RK_LARGE_DATA)
				bpf_probe_read_kernel(b->data, used, t->data);
			used = *(volatile __u32 *)&t->head.used;
			bpf_map_delete_elem(&large_texts, &pid_tgid);
			return used;
		}
	}
	return gather(r->text, b->data, RK_MAX_DATA, user, RK_TEXT_CAP);
}

#endif
