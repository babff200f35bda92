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
	KEPT_SMALL = 1, /* in the call */
	KEPT_LARGE = 2, /* in large_texts */
};

/* Which strings are kept, in this order: those of a record up to RK_TEXT_CALLOUT, then those that
 * keyctl names.
 */
enum kept_text {
	KEPT_TYPE = 0,
	KEPT_DESCRIPTION = 1,
	KEPT_CALLOUT = 2,
	KEPT_ARG_TYPE = 3,
	KEPT_ARG_NAME = 4,
	KEPT_TEXTS = 5,
};

/* Strings packed in their order, without NUL. */
struct texts {
	struct rk_text text[KEPT_TEXTS];
	__u32 used;
};

struct call {
	__u64 start_ns;
	__u64 seq;
	__u64 arg[5]; /* as the system call takes them */
	const void *key; /* struct key * operated on or returned, only to be compared; NULL: not seen */
	__u8 trace_id[16];
	__u8 span_id[8];
	__u8 parent_span_id[8]; /* zero: a root */
	__u8 app_trace_id[16];	/* the application's span that is current; zero: none known */
	__u8 app_span_id[8];
	struct rk_key_ref looked_up[RK_KEY_REFS]; /* by lookup_user_key(), in its order */
	__u32 key_uid; /* of key; see RK_F_KEY_ACCESS */
	__u32 key_gid;
	__u32 key_perm;
	__u32 kind;
	__u16 flags;	  /* enum rk_flag, those known so far */
	__u16 restarts;
	__u8 kept;	  /* enum kept */
	__u8 app_flags;	  /* W3C trace flags of the application's span */
	__u8 correlation; /* enum rk_correlation */
	__u8 lookups;	  /* places of looked_up in use */
	__u8 restarting;  /* 1: interrupted, and to be entered again by the kernel */
	__u8 unrecorded;  /* 1: no hit, begun when nothing was recorded */
	__u8 tampering;	  /* enum rk_tampering */
	__u8 tampering_reason;
	__u8 differing;	  /* bit n: string n is kept in user_texts as the caller had it */
	__u8 cut;	  /* 1: for the strings at its entry there was no room */
	__u8 way;	  /* request_key: enum way, see upcall.h */
	__s16 refused;	  /* request_key: errno the helper or a negative key answered with */
	__s32 looking_up; /* number that lookup_user_key() has been given */
	__s32 key_serial; /* of key */
	struct texts texts;
	__u8 data[RK_SMALL_DATA + 8]; /* 8: compared in words */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_INFLIGHT);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct call);
} calls SEC(".maps");

/* The strings before the last one of a call take less than that. */
#define CALL_ROOM 8192

_Static_assert(RK_TYPE_CAP + RK_TEXT_CAP + RK_TYPE_CAP < CALL_ROOM, "all but the last");
_Static_assert(CALL_ROOM <= RK_LARGE_DATA, "a string of RK_TEXT_CAP after them has room");

/* A call being put together. */
struct entering {
	struct call call;
	__u8 more_data[RK_LARGE_DATA + RK_TEXT_CAP]; /* of call.data */
};

/* One for each entry program, see SCRATCH. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RK_ENTRIES);
	__type(key, __u32);
	__type(value, struct entering);
} entering SEC(".maps");

#endif
