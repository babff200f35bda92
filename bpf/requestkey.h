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

#define RK_RECORD_VERSION 2
#define RK_COMM_LEN 16

/* Sizes of the kernel's own copies, with the final NUL: security/keys/keyctl.c. */
#define RK_TYPE_CAP 32
#define RK_TEXT_CAP 4096
/* Paths of executables and cgroups, with the final NUL; longer ones lose their beginning. */
#define RK_PATH_CAP 512

/* The name of a service, without NUL; longer ones are cut. */
#define RK_SERVICE_CAP 64

/* Room for the strings of one call that almost every call fits in; larger ones go to a second,
 * smaller map.
 */
#define RK_SMALL_DATA 448
#define RK_LARGE_DATA (RK_TYPE_CAP + 2 * RK_TEXT_CAP)

/* What the caller's own memory held is told up to here, with the final NUL. */
#define RK_USER_TEXT_CAP 2048

/* More than the strings of the largest record, and a power of two. */
#define RK_MAX_DATA 16384

enum rk_kind {
	RK_REQUEST_KEY = 0,
	RK_ADD_KEY = 1,
	RK_KEYCTL = 2,
	RK_UPCALL = 3,	  /* the kernel ran /sbin/request-key for a request */
	RK_KEY_FREED = 4, /* a key that has an origin is gone */
	RK_KINDS = 5,
};

/* The programs that begin a hit; one of them never interrupts itself on its CPU. The system calls
 * in the order of their kinds, natively and for 32-bit callers, then those of upcall.h.
 */
#define RK_ENTRIES 10
#define RK_ENTRY_COMPAT 3
#define RK_ENTRY_KERNEL 6 /* the kernel's own requests */
#define RK_ENTRY_UPCALL 7
#define RK_ENTRY_KEY_FREED 8

enum rk_text_state {
	RK_TEXT_ABSENT = 0,	/* the call did not get as far, or has no such argument */
	RK_TEXT_NULL = 1,	/* the caller passed NULL */
	RK_TEXT_PRESENT = 2,	/* len bytes in data; may be 0 */
	RK_TEXT_UNREADABLE = 3, /* the caller's pointer could not be read */
};

enum rk_text_index {
	RK_TEXT_TYPE = 0, /* of the key asked for, made, operated on, freed */
	RK_TEXT_DESCRIPTION = 1,
	RK_TEXT_CALLOUT = 2,
	RK_TEXT_EXECUTABLE = 3, /* path of the caller's executable, in its own mount namespace */
	RK_TEXT_CGROUP = 4,	/* path of the caller's cgroup (v2), from the root */
	RK_TEXT_USER_TYPE = 5,	/* what the caller's memory held, only where tampering was seen */
	RK_TEXT_USER_DESCRIPTION = 6,
	RK_TEXT_USER_CALLOUT = 7,
	RK_TEXT_ARG_TYPE = 8, /* keyctl: type that search and restrict_keyring name */
	RK_TEXT_ARG_NAME = 9, /* keyctl: description, keyring name or restriction that is named */
	RK_TEXT_SERVICE = 10, /* service.name by which the caller's process goes, by its own word */
	RK_TEXTS = 11,
};

enum rk_flag {
	RK_F_COMPAT = 1,	   /* 32-bit caller */
	RK_F_KERNEL_COPIES = 2,	   /* strings are the kernel's copies, not the caller's memory */
	RK_F_KERNEL_ORIGIN = 4,	   /* the kernel itself asked: no system call request_key(2) */
	RK_F_SERVICE_CREDS = 8,	   /* acts under other credentials; service_uid, service_gid */
	RK_F_KEY_ACCESS = 16,	   /* key_uid, key_gid, key_perm are known */
	RK_F_APP_PARENT = 32,	   /* the application's span is the parent */
};

/* How a request came to its answer. */
enum rk_outcome {
	RK_OUTCOME_UNKNOWN = 0,
	RK_OUTCOME_FOUND = 1,
	RK_OUTCOME_CONSTRUCTED = 2, /* a helper was started and made the key */
	RK_OUTCOME_JOINED = 3,	    /* waited for another request's helper */
	RK_OUTCOME_NEGATED = 4,	    /* ENOKEY from a negative key or a helper's negate */
	RK_OUTCOME_REJECTED = 5,    /* another error from a helper's reject */
	RK_OUTCOME_FAILED = 6,
};

enum rk_tampering {
	RK_TAMPERING_UNKNOWN = 0,
	RK_TAMPERING_NONE = 1,
	RK_TAMPERING_BEFORE_COPY = 2,
	RK_TAMPERING_AFTER_COPY = 3,
};

/* Why tampering is unknown. */
enum rk_tampering_reason {
	RK_REASON_NONE = 0,
	RK_REASON_NOT_COPIED = 1,   /* the call ended before the kernel had copied */
	RK_REASON_PAGE_FAULT = 2,   /* the caller's page was not resident at entry */
	RK_REASON_NO_CALLER = 3,    /* asked by the kernel: no memory of a caller's */
	RK_REASON_NOT_WATCHED = 4,  /* no probe that sees the kernel's copies, or no room */
	RK_REASON_TOO_LONG = 5,	    /* equal as far as compared, but not compared to the end */
};

enum rk_correlation {
	RK_CORRELATION_NONE = 0,
	RK_CORRELATION_SDK_TLS = 1,    /* OTEP 4947 record of the calling thread */
	RK_CORRELATION_OBI_MAP = 2,    /* OBI's traces_ctx_v1 */
	RK_CORRELATION_SUPPRESSED = 3, /* there was a record, but it was not to be trusted */
};

/* How a key that was freed had ended. */
enum rk_key_end {
	RK_END_UNKNOWN = 0,
	RK_END_UNLINKED = 1, /* nothing referred to it any more */
	RK_END_REVOKED = 2,
	RK_END_INVALIDATED = 3,
	RK_END_EXPIRED = 4,
	RK_END_NEGATIVE = 5, /* it never had a payload */
};

struct rk_text {
	__u16 len;
	__u8 state;	/* enum rk_text_state */
	__u8 truncated; /* 0 or 1 */
};

/* A key as a call names it, and the serial the kernel took that for. 0: none, or not known. */
struct rk_key_ref {
	__s32 given;
	__s32 resolved;
};

#define RK_KEY_REFS 4

/* One hit. data holds the strings that are RK_TEXT_PRESENT, in order of their index, packed,
 * without NUL.
 *
 * Agents of other releases find it in rings and journals that this one leaves. size to seq stay
 * where they are; there is no padding; numbers of enums and flags keep their meaning, and strings
 * their index; struct rk_text and rk_key_ref stay as they are. Any other change of the layout takes
 * a new RK_RECORD_VERSION, and a line in record-layouts.txt of the capture module's tests. A field
 * that is new is 0 where it is not known, so that it can be left out by those who have none.
 */
struct rk_record {
	__u32 size; /* of the whole record with its strings */
	__u8 version;
	__u8 kind;   /* enum rk_kind */
	__u16 flags; /* enum rk_flag */
	__u64 seq;   /* cpu << 52 | entry program << 48 | µs at load + count: unique in a boot */
	__u64 start_ns; /* CLOCK_BOOTTIME */
	__u64 end_ns;	/* CLOCK_BOOTTIME */
	__u8 trace_id[16];
	__u8 span_id[8];
	__u8 parent_span_id[8];	  /* zero: the span is a root */
	__u8 origin_trace_id[16]; /* zero: no origin known */
	__u8 origin_span_id[8];
	__u8 app_trace_id[16]; /* the application's span that was current; zero: none known */
	__u8 app_span_id[8];
	__u64 cgroup_id;
	__u64 process_start_ns; /* CLOCK_BOOTTIME, of the thread group's leader */
	__u64 parent_start_ns;
	/* request_key: destination, -, -, -; add_key: payload length, keyring, -, -;
	 * keyctl: arg2 to arg5
	 */
	__u64 arg[4];
	__s64 result; /* upcall: wait status, or -errno when it was not run */
	__u32 pid;    /* tgid; pid, tid, ppid in the initial pid namespace */
	__u32 tid;
	__u32 ppid;
	__u32 ns_pid; /* in the caller's own pid namespace */
	__u32 ns_tid;
	__u32 ns_ppid; /* 0: the parent is not in that namespace */
	__u32 ruid;    /* ruid to egid: of the task's objective credentials (real_cred) */
	__u32 rgid;
	__u32 euid;
	__u32 egid;
	__u32 service_uid; /* fsuid, fsgid of the credentials it acts under, if they are others */
	__u32 service_gid;
	__u32 loginuid;	       /* (__u32)-1: not set */
	__s32 session_keyring; /* serial; 0: none */
	__u32 user_ns;	       /* inode numbers, as in /proc/PID/ns */
	__u32 pid_ns;
	__u32 key_uid; /* of the key returned or operated on; see RK_F_KEY_ACCESS */
	__u32 key_gid;
	__u32 key_perm;
	/* request_key: key returned, destination; add_key: key returned, keyring; keyctl: target,
	 * then the other keys in the order of the arguments; upcall, key freed: the key
	 */
	struct rk_key_ref key[RK_KEY_REFS];
	__u32 operation;  /* of keyctl */
	__u32 helper_pid; /* upcall: process id of /sbin/request-key; 0: not seen */
	__s32 auth_key;	  /* upcall: serial of the authorisation key */
	__u16 restarts;	  /* times the call was interrupted and entered again by the kernel */
	__u8 outcome;	  /* enum rk_outcome */
	__u8 tampering;	  /* enum rk_tampering */
	__u8 tampering_reason; /* enum rk_tampering_reason */
	__u8 correlation;      /* enum rk_correlation */
	__u8 app_flags;	       /* W3C trace flags of the application's span */
	__u8 key_end;	       /* enum rk_key_end */
	__u8 comm[RK_COMM_LEN];
	struct rk_text text[RK_TEXTS];
	__u32 reserved; /* no padding */
};

/* One index for each fact seen; the programs that see it in other ways share it. 0 to 19: system
 * calls, their keys and strings; 20 to 39: upcalls; 40 to 49: the application's context.
 */
enum rk_probe {
	RK_PROBE_REQUEST_KEY_ENTRY = 0,
	RK_PROBE_REQUEST_KEY_EXIT = 1,
	RK_PROBE_ADD_KEY_ENTRY = 2,
	RK_PROBE_ADD_KEY_EXIT = 3,
	RK_PROBE_KEYCTL_ENTRY = 4,
	RK_PROBE_KEYCTL_EXIT = 5,
	RK_PROBE_REQUEST_KEY_AND_LINK = 6,
	RK_PROBE_KEY_CREATE_OR_UPDATE = 7,
	RK_PROBE_KEY_CREATE_OR_UPDATE_EXIT = 8,
	RK_PROBE_SECURITY_KEY_FREE = 9,
	RK_PROBE_LOOKUP_USER_KEY = 10,
	RK_PROBE_KEYRING_SEARCH = 11,
	RK_PROBE_JOIN_SESSION_KEYRING = 12,
	RK_PROBE_KEYRING_RESTRICT = 13,
	RK_PROBE_KEY_ANSWERED = 14,
	RK_PROBE_REQUEST_KEY_AUTH_NEW = 20,
	RK_PROBE_CALL_SBIN_REQUEST_KEY = 21,
	RK_PROBE_CALL_USERMODEHELPER_EXEC = 22,
	RK_PROBE_UMH_KEYS_INIT = 23,
	RK_PROBE_UPCALL_END = 24,
	RK_PROBE_WAIT_FOR_KEY_CONSTRUCTION = 25,
	RK_PROBE_KEY_REJECT_AND_LINK = 26,
	RK_PROBE_REQUEST_KEY_TAG = 27,
	RK_PROBE_REQUEST_KEY_TAG_EXIT = 28,
	RK_PROBE_REQUEST_KEY_WITH_AUXDATA = 29,
	RK_PROBE_REQUEST_KEY_WITH_AUXDATA_EXIT = 30,
	RK_PROBE_REQUEST_KEY_RCU = 31,
	RK_PROBE_REQUEST_KEY_RCU_EXIT = 32,
	RK_PROBE_PRCTL = 40, /* naming a mapping as OTEP 4719 ends a publication */
	RK_PROBE_PROCESS_EXEC = 41,
	RK_PROBES = 50,
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
	__u64 lost[RK_KINDS][RK_LOSSES];
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

/* Which application spans are looked for, and what they are to the call's. */
enum rk_context_bit {
	RK_CONTEXT_SDK = 1,    /* records of threads, OTEP 4947 */
	RK_CONTEXT_OBI = 2,    /* OBI's map is there */
	RK_CONTEXT_PARENT = 4, /* the application's span is the parent; else the two are linked */
};

/* Bits of rk_config.operations above keyctl's numbers. */
#define RK_OPERATION_REQUEST_KEY 62
#define RK_OPERATION_ADD_KEY 63

#define RK_PREFIX_CAP 64

/* Values of each kind that are wanted, and that are not. */
#define RK_FILTER_VALUES 8

struct rk_filter_comm {
	__u8 bytes[RK_COMM_LEN]; /* with NUL */
};

struct rk_filter_type {
	__u8 len;
	__u8 bytes[RK_TYPE_CAP - 1];
};

struct rk_filter_prefix {
	__u8 len;
	__u8 bytes[RK_PREFIX_CAP];
};

/* What is asked of a hit: one list for each bit of given, of which one value has to match. */
struct rk_filter {
	__u64 operations; /* bit n: keyctl operation n; see RK_OPERATION_* */
	__u64 cgroup[RK_FILTER_VALUES]; /* ids; what is below them counts as well */
	__u32 given;  /* enum rk_filter_bit */
	__u32 pids;   /* values in each list */
	__u32 uids;
	__u32 comms;
	__u32 cgroups;
	__u32 types;
	__u32 prefixes;
	__u32 reserved;
	__u32 pid[RK_FILTER_VALUES];
	__u32 uid[RK_FILTER_VALUES];
	struct rk_filter_comm comm[RK_FILTER_VALUES];
	struct rk_filter_type type[RK_FILTER_VALUES];
	struct rk_filter_prefix prefix[RK_FILTER_VALUES];
};

/* Written by the agent before load. One of another release looks for selftest_nonce, so what is up to
 * there stays where it is.
 */
struct rk_config {
	__u64 id_seed[3];	/* random */
	__u64 seq_base;		/* µs of CLOCK_BOOTTIME at load */
	__u64 selftest_nonce;	/* random: tells which process is the agent */
	struct rk_filter wanted;   /* every list given has a value that matches */
	struct rk_filter unwanted; /* no value matches */
	__u32 context;		   /* enum rk_context_bit */
	__u32 own_process;	   /* 1: the agent's own process is what is wanted, and nothing else */
};

enum rk_watched {
	RK_WATCHED_CONSTRUCTION = 1, /* the probes that tell how a request came to its answer */
	RK_WATCHED_COPIES = 2,	     /* the probes that see the kernel's copies */
};

/* Written by the agent once the programs are attached, and before it detaches them. */
struct rk_live {
	__s64 boot_epoch; /* CLOCK_REALTIME when CLOCK_BOOTTIME was 0; seconds */
	__u32 watched;	  /* enum rk_watched */
	__u32 recording;  /* 0: no call that begins is a hit, so that none is seen by half */
};

/* Which calls a set of programs records; see gate.h. */
enum rk_gate {
	RK_GATE_OPEN = 0,  /* all */
	RK_GATE_CLAIM = 1, /* those it claims before the other set does */
	RK_GATE_SHUT = 2,  /* none; those under way are completed */
	RK_GATE_HEIR = 3,  /* all, but calls that return may have been entered under the other set */
};

/* Changes while the programs run. An agent finds it in the programs that an older or newer one has
 * left, so it may grow, but what is there stays where it is.
 */
struct rk_control {
	__u32 gate;	     /* enum rk_gate; written by the agent */
	__u32 self_tgid;     /* thread group of the agent, learnt from its self-test; 0: none yet */
	__u64 self_start_ns; /* CLOCK_BOOTTIME, of its leader */
};

/* Of /proc/PID/stat, in which the agent reads when a process began. */
#define RK_START_TICK_NS 10000000

/* How a process keeps its threads' variable otel_thread_ctx_v1. */
enum rk_tls {
	RK_TLS_NONE = 0,    /* it has none */
	RK_TLS_STATIC = 1,  /* at one distance from the thread pointer, for all threads */
	RK_TLS_DYNAMIC = 2, /* in a block of its module that the thread's vector leads to */
};

/* A process that has published a context. Written by the agent, twice: only the second time, after
 * a look whether the process is still the one that was read, as ready.
 */
struct rk_process {
	__u64 start_ns; /* CLOCK_BOOTTIME of the leader's start, rounded down to a tick */
	__s64 tls_offset; /* from the thread pointer, or in the module's block */
	__u64 tls_module;
	__s32 vector_offset;	   /* from the thread pointer to the pointer to the vector */
	__s32 vector_count_offset; /* from the vector to its number of modules */
	__u32 vector_stride;
	__u8 tls; /* enum rk_tls */
	__u8 ready;
	__u8 service_name_len;
	__u8 service_name_cut; /* 0 or 1 */
	__u8 service_name[RK_SERVICE_CAP];
};

/* Told to the agent: a process has published, or published anew. */
struct rk_publication {
	__u64 address; /* of the mapping, as the process says */
	__u32 pid;
	__u32 reserved;
};

/* What came of looking for the application's span, and of looking out for publications. */
enum rk_context_count {
	RK_CONTEXT_READ = 0,	 /* a thread's record */
	RK_CONTEXT_ABSENT = 1,	 /* no span is current */
	RK_CONTEXT_INVALID = 2,	 /* neither valid nor not, incomplete, or changed while it was read */
	RK_CONTEXT_FAULT = 3,	 /* memory that is not there, or not resident */
	RK_CONTEXT_STALE = 4,	 /* the process id is another process's now */
	RK_CONTEXT_OBI_READ = 5, /* an entry of OBI's map */
	RK_CONTEXT_MISSED = 6,	 /* publications that there was no room to tell */
	RK_CONTEXT_COUNTS = 7,
};

/* Per CPU, only ever growing. */
struct rk_context_counters {
	__u64 count[RK_CONTEXT_COUNTS];
};

/* keyctl operation no kernel has: the self-test's sign, answered EOPNOTSUPP by the kernel. */
#define RK_SELFTEST_OPERATION 0x524b5354

#endif
