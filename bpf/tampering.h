/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Whether the caller's memory was rewritten while the kernel copied from it: what it held at the
 * entry, what the kernel copied and what it holds after the copy are compared. The honest case costs
 * no more than reading and comparing; only strings that differ are kept twice.
 */
#ifndef RK_TAMPERING_H
#define RK_TAMPERING_H

#include "texts.h"

#define MAX_USER_TEXTS 256

SCRATCH(copied_texts, struct gathered);
SCRATCH(user_texts_now, struct gathered);

/* What the caller's memory held, of calls under way where that was not what the kernel copied. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_USER_TEXTS);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct gathered);
} user_texts SEC(".maps");

/* Compares in words; what is behind the last byte of either does not count. Both have room for a
 * word more than max, and need not be aligned. The rest, less than a word, comes first: behind the
 * loop the verifier would follow it once for each round.
 */
static __always_inline bool same_bytes(const __u8 *a, const __u8 *b, __u64 len, __u64 max)
{
	__u64 rest = len & 7, words = len - rest;

	if (words > max)
		return false;
	if (rest && (*(const __u64 *)(a + words) ^ *(const __u64 *)(b + words)) << (64 - 8 * rest))
		return false;
	for (__u64 i = 0; i < max && i < words; i += 8) {
		if (*(const __u64 *)(a + i) != *(const __u64 *)(b + i))
			return false;
	}
	return true;
}

static __noinline int same_small(const struct gathered *a, const struct call *b)
{
	__u64 used;

	if (!a || !b)
		return 0;
	used = a->texts.used;
	return same_bytes(a->data, b->data, used, RK_SMALL_DATA);
}

/* The two readings in scratch. Not static, so that it is verified once. */
__noinline int same_readings(void)
{
	const struct gathered *a = bpf_map_lookup_elem(&copied_texts, &zero);
	const struct gathered *b = bpf_map_lookup_elem(&user_texts_now, &zero);

	return a && b && same_bytes(a->data, b->data, a->texts.used, RK_LARGE_DATA);
}

/* States and lengths of type, description and callout information. */
static __always_inline bool same_shape(const struct texts *a, const struct texts *b)
{
	return *(__u32 *)&a->text[0] == *(__u32 *)&b->text[0] &&
	       *(__u32 *)&a->text[1] == *(__u32 *)&b->text[1] &&
	       *(__u32 *)&a->text[2] == *(__u32 *)&b->text[2];
}

/* One string of the two. */
__noinline int same_string(__u32 at_user, __u32 at_kernel, __u32 len)
{
	const struct gathered *user = bpf_map_lookup_elem(&user_texts_now, &zero);
	const struct gathered *kernel = bpf_map_lookup_elem(&copied_texts, &zero);

	if (!user || !kernel || at_user > RK_LARGE_DATA || at_kernel > RK_LARGE_DATA)
		return 0;
	return same_bytes(user->data + at_user, kernel->data + at_kernel, len,
			  RK_TEXT_CAP - 8);
}

/* How the two readings in scratch differ: bit n for string n, and bit n + 8 where one could not be read. */
#define FAULT(n) (1U << ((n) + 8))
#define DIFFERING 0xffU

__noinline int differing(void)
{
	const struct gathered *user = bpf_map_lookup_elem(&user_texts_now, &zero);
	const struct gathered *kernel = bpf_map_lookup_elem(&copied_texts, &zero);
	__u32 at_user = 0, at_kernel = 0, r = 0;

	if (!user || !kernel)
		return 0;
	for (int n = KEPT_TYPE; n <= KEPT_CALLOUT; n++) {
		const struct rk_text *u = &user->texts.text[n], *k = &kernel->texts.text[n];
		__u32 user_len = text_len(u), kernel_len = text_len(k);

		if (u->state == RK_TEXT_UNREADABLE || k->state == RK_TEXT_UNREADABLE) {
			r |= FAULT(n);
		} else if (u->state != k->state) {
			/* add_key(2) takes an empty description for none. */
			if (user_len || kernel_len)
				r |= 1U << n;
		} else if (u->truncated && user_len < kernel_len) {
			/* The rest was in a page that was not resident. */
			r |= same_string(at_user, at_kernel, user_len) ? FAULT(n) : 1U << n;
		} else if (user_len != kernel_len) {
			r |= 1U << n;
		} else if (!same_string(at_user, at_kernel, user_len)) {
			r |= 1U << n;
		}
		at_user += user_len;
		at_kernel += kernel_len;
	}
	return r;
}

static __always_inline void judge(struct call *call, __u8 verdict, __u8 reason)
{
	/* An attempt that was interrupted counts as much as the one that follows. */
	if (call->tampering >= RK_TAMPERING_BEFORE_COPY)
		return;
	call->tampering = verdict;
	call->tampering_reason = reason;
}

static __always_inline void keep_user_texts(__u64 pid_tgid, struct call *call, __u8 verdict,
					    struct gathered *texts, __u32 differ)
{
	if (call->tampering >= RK_TAMPERING_BEFORE_COPY)
		return;
	if (!bpf_map_update_elem(&user_texts, &pid_tgid, texts, BPF_ANY))
		call->differing = differ;
	judge(call, verdict, RK_REASON_NONE);
}

/* What the call keeps of its entry, in the form of a reading of now. */
static __always_inline bool regather(__u64 pid_tgid, const struct call *call, struct gathered *g)
{
	g->texts = call->texts;
	if (call->kept == KEPT_SMALL) {
		bpf_probe_read_kernel(g->data, RK_SMALL_DATA, call->data);
		return true;
	}
	if (call->kept == KEPT_LARGE) {
		struct large_data *large = bpf_map_lookup_elem(&large_texts, &pid_tgid);

		if (!large)
			return false;
		bpf_probe_read_kernel(g->data, RK_LARGE_DATA, large->data);
		return true;
	}
	return false;
}

static __always_inline bool same_as_kept(__u64 pid_tgid, const struct call *call,
					 const struct gathered *copy, struct gathered *kept)
{
	if (!same_shape(&call->texts, &copy->texts))
		return false;
	if (call->kept == KEPT_SMALL)
		return same_small(copy, call);
	return regather(pid_tgid, call, kept) && same_readings();
}

/* The kernel has copied the strings of the call: compares, and makes the copies those of the call.
 */
static __always_inline void copied(struct rk_counters *c, __u64 pid_tgid, struct call *call,
				   const struct text_source *kernel)
{
	struct gathered *copy = bpf_map_lookup_elem(&copied_texts, &zero);
	struct gathered *now = bpf_map_lookup_elem(&user_texts_now, &zero);
	struct text_source user = {
		.type = (const void *)call->arg[0],
		.description = (const void *)call->arg[1],
		.callout = (const void *)call->arg[2],
		.user = true,
		.has_callout = kernel->has_callout,
	};
	__u32 before = 0, after = 0;

	if (!copy || !now)
		return;
	gather_texts(copy, kernel);
	if (!same_as_kept(pid_tgid, call, copy, now)) {
		if (regather(pid_tgid, call, now))
			before = differing();
		else
			before = FAULT(KEPT_TYPE);
		if (before & DIFFERING)
			keep_user_texts(pid_tgid, call, RK_TAMPERING_BEFORE_COPY, now,
					before & DIFFERING);
		keep_texts(c, pid_tgid, call, copy, kernel);
	}
	call->flags |= RK_F_KERNEL_COPIES;
	if (before & DIFFERING)
		return;
	gather_texts(now, &user);
	if (!same_shape(&now->texts, &copy->texts) || !same_readings())
		after = differing();
	if (after & DIFFERING)
		keep_user_texts(pid_tgid, call, RK_TAMPERING_AFTER_COPY, now, after & DIFFERING);
	else if (before || after)
		judge(call, RK_TAMPERING_UNKNOWN,
		      call->cut ? RK_REASON_NOT_WATCHED : RK_REASON_PAGE_FAULT);
	else if (copy->texts.text[KEPT_DESCRIPTION].truncated ||
		 copy->texts.text[KEPT_CALLOUT].truncated)
		judge(call, RK_TAMPERING_UNKNOWN, RK_REASON_TOO_LONG);
	else
		judge(call, RK_TAMPERING_NONE, RK_REASON_NONE);
}

/* Appends what the caller's memory held of the strings that differ. */
static __always_inline __u64 append_user_texts(struct record_buffer *b, __u64 used,
					       __u64 pid_tgid, const struct call *call)
{
	struct gathered *user;
	__u32 at = 0;

	if (call->tampering < RK_TAMPERING_BEFORE_COPY)
		return used;
	user = bpf_map_lookup_elem(&user_texts, &pid_tgid);
	if (!user)
		return used;
	for (int n = KEPT_TYPE; n <= KEPT_CALLOUT; n++) {
		__u32 len = text_len(&user->texts.text[n]);

		if (call->differing >> n & 1) {
			struct rk_text *text = &b->record.text[RK_TEXT_USER_TYPE + n];
			__u32 told = len;

			*text = user->texts.text[n];
			if (told > RK_USER_TEXT_CAP - 1) {
				told = RK_USER_TEXT_CAP - 1;
				text->len = told;
				text->truncated = 1;
			}
			used = fill_kept(b, used, place(user->data, at, CALL_ROOM), told);
		}
		at += len;
	}
	bpf_map_delete_elem(&user_texts, &pid_tgid);
	return used;
}

#endif
