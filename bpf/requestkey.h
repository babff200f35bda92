/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * What the BPF programs and the agent share: records, counters, configuration.
 *
 * The layout is C's. A unit test reads these types from the object's .BTF and holds the agent's
 * offsets and numbers against them, so a change here that the agent does not follow fails the
 * build.
 */
#ifndef REQUESTKEY_H
#define REQUESTKEY_H

#define RK_RECORD_VERSION 1
#define RK_COMM_LEN 16

/* Sizes of the kernel's own copies, with the final NUL: security/keys/keyctl.c. */
#define RK_TYPE_CAP 32
#define RK_TEXT_CAP 4096

/* Room for the strings of one call that almost every call fits in; larger ones go to a second,
 * smaller map.
 */
#define RK_SMALL_DATA 448
#define RK_LARGE_DATA (RK_TYPE_CAP + 2 * RK_TEXT_CAP)

enum rk_kind {
	RK_REQUEST_KEY = 0,
	RK_ADD_KEY = 1,
	RK_KEYCTL = 2,
	RK_KINDS = 3,
};

/* The programs that see an entry; one of them never interrupts itself on its CPU. */
#define RK_ENTRIES 6

enum rk_text_state {
	RK_TEXT_ABSENT = 0,	/* the call did not get as far, or has no such argument */
	RK_TEXT_NULL = 1,	/* the caller passed NULL */
	RK_TEXT_PRESENT = 2,	/* len bytes in data; may be 0 */
	RK_TEXT_UNREADABLE = 3, /* the caller's pointer could not be read */
};

enum rk_text_index {
	RK_TEXT_TYPE = 0,
	RK_TEXT_DESCRIPTION = 1,
	RK_TEXT_CALLOUT = 2,
	RK_TEXTS = 3,
};

enum rk_flag {
	RK_F_COMPAT = 1,	/* 32-bit caller */
	RK_F_KERNEL_COPIES = 2, /* strings are the kernel's copies, not the caller's memory */
};

struct rk_text {
	__u16 len;
	__u8 state;	/* enum rk_text_state */
	__u8 truncated; /* 0 or 1 */
};

/* One hit. data holds the strings that are RK_TEXT_PRESENT, in order of their index, packed,
 * without NUL.
 */
struct rk_record {
	__u32 size; /* of the whole record with its strings */
	__u8 version;
	__u8 kind;   /* enum rk_kind */
	__u16 flags; /* enum rk_flag */
	__u64 seq;   /* cpu << 52 | entry program << 49 | µs at load + count: unique in a boot */
	__u64 start_ns; /* CLOCK_BOOTTIME */
	__u64 end_ns;	/* CLOCK_BOOTTIME */
	__u8 trace_id[16];
	__u8 span_id[8];
	__u8 origin_trace_id[16]; /* zero: no origin known */
	__u8 origin_span_id[8];
	__u64 cgroup_id;
	/* request_key: destination, -, -, -; add_key: payload length, keyring, -, -;
	 * keyctl: arg2 to arg5
	 */
	__u64 arg[4];
	__s64 result;
	__u32 pid; /* tgid */
	__u32 tid;
	__u32 ppid;
	__u32 ruid;
	__u32 rgid;
	__u32 euid;
	__u32 egid;
	__s32 serial;	/* key operated on, as given; 0: none */
	__s32 resolved; /* its real serial; 0: not known */
	__u32 operation; /* of keyctl */
	__u8 comm[RK_COMM_LEN];
	struct rk_text text[RK_TEXTS];
	__u32 reserved;
};

/* One index for each program, in the order of the attach table. */
enum rk_probe {
	RK_PROBE_REQUEST_KEY_ENTRY = 0,
	RK_PROBE_REQUEST_KEY_EXIT = 1,
	RK_PROBE_ADD_KEY_ENTRY = 2,
	RK_PROBE_ADD_KEY_EXIT = 3,
	RK_PROBE_KEYCTL_ENTRY = 4,
	RK_PROBE_KEYCTL_EXIT = 5,
	RK_PROBE_REQUEST_KEY_AND_LINK = 6,
	RK_PROBE_KEY_CREATE_OR_UPDATE = 7,
	RK_PROBE_KEY_TASK_PERMISSION = 8,
	RK_PROBE_SECURITY_KEY_FREE = 9,
	RK_PROBES = 10,
};

enum rk_loss {
	RK_LOST_RING_FULL = 0,
	RK_LOST_INFLIGHT_FULL = 1, /* more calls under way at once than the map holds */
	RK_LOST_ENTRY_MISSED = 2,  /* the return was seen, the entry was not */
	RK_LOST_EXIT_MISSED = 3,   /* the thread's next call came, its last return was not seen */
	RK_LOSSES = 4,
};

/* Per CPU, only ever growing. hits = filtered + submitted + lost + under way. */
struct rk_counters {
	__u64 hits[RK_KINDS];
	__u64 filtered[RK_KINDS];
	__u64 submitted[RK_KINDS];
	__u64 lost[RK_LOSSES];
	__u64 probe[RK_PROBES]; /* runs of each program, the self-test's too */
	__u64 texts_cut;	/* calls whose strings were cut for want of room */
	__u64 next_seq[RK_ENTRIES];
};

enum rk_filter_bit {
	RK_FILTER_PID = 1,
	RK_FILTER_UID = 2,
	RK_FILTER_COMM = 4,
	RK_FILTER_CGROUP = 8,
	RK_FILTER_TYPE = 16,
	RK_FILTER_DESCRIPTION = 32,
	RK_FILTER_OPERATION = 64,
};

/* Bits of rk_config.operations above keyctl's numbers. */
#define RK_OPERATION_REQUEST_KEY 62
#define RK_OPERATION_ADD_KEY 63

#define RK_PREFIX_CAP 64

/* Written by the agent before load. */
struct rk_config {
	__u64 id_seed[3];	/* random */
	__u64 seq_base;		/* µs of CLOCK_BOOTTIME at load */
	__u64 selftest_nonce;	/* random: tells which process is the agent */
	__u64 filter_cgroup;
	__u64 filter_operations; /* bit n: keyctl operation n; see RK_OPERATION_* */
	__u32 filters;		/* enum rk_filter_bit; all given must match */
	__u32 filter_pid;
	__u32 filter_uid;
	__u32 filter_type_len;
	__u32 filter_prefix_len;
	__u32 reserved;
	__u8 filter_comm[RK_COMM_LEN];
	__u8 filter_type[RK_TYPE_CAP];
	__u8 filter_prefix[RK_PREFIX_CAP];
};

/* keyctl operation no kernel has: the self-test's sign, answered EOPNOTSUPP by the kernel. */
#define RK_SELFTEST_OPERATION 0x524b5354

#endif
