/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * A call under way, from its entry to its return. What is nested in it (an upcall, its helper's own
 * calls) finds its ids here, so they are minted at the entry.
 */
#ifndef RK_CALL_H
#define RK_CALL_H

#include "counters.h"

#define MAX_INFLIGHT 16384

/* Where the strings of a call under way are; see texts.h. */
enum kept {
	KEPT_NOWHERE = 0,
	KEPT_SMALL = 1,
	KEPT_LARGE = 2,
};

struct call {
	__u64 start_ns;
	__u64 seq;
	__u64 arg[5]; /* as the system call takes them */
	__u8 trace_id[16];
	__u8 span_id[8];
	__u8 parent_span_id[8]; /* zero: a root */
	__u8 app_trace_id[16];	/* the application's span that is current; zero: none known */
	__u8 app_span_id[8];
	__u32 kind;
	__s32 resolved;
	__u16 flags;	  /* enum rk_flag, those known at the entry */
	__u8 copied;	  /* enum kept: where the strings are */
	__u8 app_flags;	  /* W3C trace flags of the application's span */
	__u8 correlation; /* enum rk_correlation */
	__u8 way;	  /* request_key: enum way, see upcall.h */
	__s16 refused;	  /* request_key: errno the helper or a negative key answered with */
	const void *key; /* struct key last looked at for this call; NULL: not seen */
	__s32 key_serial;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_INFLIGHT);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct call);
} calls SEC(".maps");

/* Calls being put together: one for each entry program, see SCRATCH. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RK_ENTRIES);
	__type(key, __u32);
	__type(value, struct call);
} entering SEC(".maps");

#endif
