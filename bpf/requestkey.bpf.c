// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
/*
 * Joins each request_key(2), add_key(2) and keyctl(2) call into one record.
 *
 * The entry of a call puts its arguments into a map keyed by thread; where the kernel hands its own
 * copies of the strings on, they are added; the return takes all of it out again, adds the result
 * and the ids, and submits one record. User space pairs nothing.
 *
 * There are three ways to see entry and return (fentry/fexit, kprobe/kretprobe, tracepoint). The
 * agent loads one of them; what they do is the same and stands in the inline functions above them.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "requestkey.h"

#if defined(__TARGET_ARCH_x86)
#define SYS "__x64_sys_"
#elif defined(__TARGET_ARCH_arm64)
#define SYS "__arm64_sys_"
#else
#error "no system call stubs known for this architecture"
#endif

#define MAX_INFLIGHT 16384
#define MAX_LARGE 512
#define MAX_ORIGINS 65536

_Static_assert(sizeof(struct rk_text) == 4, "no padding");
_Static_assert(sizeof(struct rk_record) == 360, "no padding");
_Static_assert(RK_SMALL_DATA + 16 < 4096, "the small class is small");

/* So that the shared types and numbers are in .BTF, where the agent's test reads them. */
const struct rk_record *unused_record __attribute__((unused));
const enum rk_kind *unused_kind __attribute__((unused));
const enum rk_flag *unused_flag __attribute__((unused));
const enum rk_text_state *unused_text_state __attribute__((unused));
const enum rk_probe *unused_probe __attribute__((unused));
const enum rk_loss *unused_loss __attribute__((unused));
const enum rk_filter_bit *unused_filter_bit __attribute__((unused));
const enum rk_text_index *unused_text_index __attribute__((unused));
const enum rk_outcome *unused_outcome __attribute__((unused));
const enum rk_tampering *unused_tampering __attribute__((unused));
const enum rk_tampering_reason *unused_tampering_reason __attribute__((unused));
const enum rk_correlation *unused_correlation __attribute__((unused));
const enum rk_key_end *unused_key_end __attribute__((unused));

/* Its own section, so that the agent finds it at offset 0 of a map of its own. */
const volatile struct rk_config config SEC(".rodata.config") = {};

/* Thread group of the agent, learnt from its self-test. What it calls itself is no hit. */
__u32 self_tgid = 0;

/* A call under way. */
struct call {
	__u64 start_ns;
	__u64 seq;
	__u64 arg[5]; /* as the system call takes them */
	__u32 kind;
	__u32 copied; /* the kernel's copies, or the caller's strings, are in one of the text maps */
	__s32 resolved;
	__u32 reserved;
};

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

struct record_buffer {
	struct rk_record record;
	__u8 data[RK_LARGE_DATA + RK_TEXT_CAP];
};

struct origin {
	__u8 trace_id[16];
	__u8 span_id[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rk_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_INFLIGHT);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct call);
} calls SEC(".maps");

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

/* serial -> span of the latest call that returned it. Least recently used go first when full: a
 * link is then missing, never wrong.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_ORIGINS);
	__type(key, __s32);
	__type(value, struct origin);
} origins SEC(".maps");

/* Scratch. fentry and fexit programs can be preempted by another of them on the same CPU, but not
 * by the same program (that one is skipped and counted as a recursion miss), so one for each use.
 */
#define SCRATCH(name, type_)                               \
	struct {                                           \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);   \
		__uint(max_entries, 1);                    \
		__type(key, __u32);                        \
		__type(value, type_);                      \
	} name SEC(".maps")

SCRATCH(copy_scratch, struct texts_large);
SCRATCH(add_copy_scratch, struct texts_large);
SCRATCH(request_scratch, struct record_buffer);
SCRATCH(add_scratch, struct record_buffer);
SCRATCH(keyctl_scratch, struct record_buffer);
SCRATCH(request_compat_scratch, struct record_buffer);
SCRATCH(add_compat_scratch, struct record_buffer);
SCRATCH(keyctl_compat_scratch, struct record_buffer);

static const __u32 zero;

static __always_inline void count(__u64 *counter)
{
	/* Atomic: fentry programs of two tasks can interleave on one CPU. */
	__sync_fetch_and_add(counter, 1);
}

static __always_inline struct rk_counters *counted(enum rk_probe probe)
{
	struct rk_counters *c = bpf_map_lookup_elem(&counters, &zero);

	if (c)
		count(&c->probe[probe]);
	return c;
}

static __always_inline bool is_self(__u64 pid_tgid)
{
	return self_tgid && self_tgid == (__u32)(pid_tgid >> 32);
}

/* David Stafford's mix 13, as in splitmix64: a bijection, so ids of one load never repeat. */
static __always_inline __u64 mix(__u64 x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	x ^= x >> 31;
	return x ? x : 1; /* ids of all zeros are invalid (W3C Trace Context) */
}

static __always_inline void mint(__u64 seq, __u8 *trace_id, __u8 *span_id)
{
	__u64 high = mix(seq ^ config.id_seed[0]), low = mix(seq ^ config.id_seed[1]);
	__u64 span = mix(seq ^ config.id_seed[2]);

	__builtin_memcpy(trace_id, &high, 8);
	__builtin_memcpy(trace_id + 8, &low, 8);
	__builtin_memcpy(span_id, &span, 8);
}

/* Not atomic: a fetching add needs Linux 5.12. Each entry program has a counter of its own on each
 * CPU, and the kernel does not run a program on a CPU that is already in it.
 */
static __always_inline __u64 next_seq(struct rk_counters *c, __u32 entry)
{
	__u64 n = c->next_seq[entry];

	c->next_seq[entry] = n + 1;
	return ((__u64)bpf_get_smp_processor_id() << 52) + ((__u64)entry << 49) + config.seq_base + n;
}

/* Filters ------------------------------------------------------------------------------------ */

static __always_inline bool caller_wanted(__u64 pid_tgid)
{
	if (!config.filters)
		return true;
	if ((config.filters & RK_FILTER_PID) && (__u32)(pid_tgid >> 32) != config.filter_pid)
		return false;
	if ((config.filters & RK_FILTER_UID) && (__u32)bpf_get_current_uid_gid() != config.filter_uid)
		return false;
	if ((config.filters & RK_FILTER_CGROUP) &&
	    bpf_get_current_cgroup_id() != config.filter_cgroup)
		return false;
	if (config.filters & RK_FILTER_COMM) {
		__u8 comm[RK_COMM_LEN] = {};

		bpf_get_current_comm(comm, sizeof(comm));
		for (int i = 0; i < RK_COMM_LEN; i++) {
			if (comm[i] != config.filter_comm[i])
				return false;
			if (!comm[i])
				break;
		}
	}
	return true;
}

static __always_inline bool operation_wanted(__u32 kind, __u64 operation)
{
	__u64 bit;

	if (!(config.filters & RK_FILTER_OPERATION))
		return true;
	if (kind == RK_REQUEST_KEY)
		bit = RK_OPERATION_REQUEST_KEY;
	else if (kind == RK_ADD_KEY)
		bit = RK_OPERATION_ADD_KEY;
	else if (operation < RK_OPERATION_REQUEST_KEY)
		bit = operation;
	else
		return false;
	return config.filter_operations >> bit & 1;
}

/* The strings of a whole record against the type and the description's prefix. */
static __always_inline bool texts_wanted(const struct record_buffer *b)
{
	__u64 type_len = 0;

	if (b->record.text[RK_TEXT_TYPE].state == RK_TEXT_PRESENT)
		type_len = b->record.text[RK_TEXT_TYPE].len;
	if (type_len >= RK_TYPE_CAP)
		return false;
	if (config.filters & RK_FILTER_TYPE) {
		if (type_len != config.filter_type_len)
			return false;
		for (int i = 0; i < RK_TYPE_CAP; i++) {
			if (i >= config.filter_type_len)
				break;
			if (b->data[i] != config.filter_type[i])
				return false;
		}
	}
	if (config.filters & RK_FILTER_DESCRIPTION) {
		if (b->record.text[RK_TEXT_DESCRIPTION].state != RK_TEXT_PRESENT ||
		    b->record.text[RK_TEXT_DESCRIPTION].len < config.filter_prefix_len)
			return false;
		for (int i = 0; i < RK_PREFIX_CAP; i++) {
			if (i >= config.filter_prefix_len)
				break;
			if (b->data[type_len + i] != config.filter_prefix[i])
				return false;
		}
	}
	return true;
}

/* Strings ------------------------------------------------------------------------------------ */

/* Appends a string of user or kernel memory at data[used]; returns the new used. cap, a constant,
 * counts the NUL. used must be at most RK_LARGE_DATA - cap.
 */
static __always_inline __u64 append_text(__u8 *data, __u64 used, const void *from, __u64 cap,
					 bool user, struct rk_text *text)
{
	long n;

	text->len = 0;
	text->truncated = 0;
	if (!from) {
		text->state = RK_TEXT_NULL;
		return used;
	}
	barrier_var(used); /* or clang drops the check, and older verifiers need it */
	if (used > RK_LARGE_DATA)
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
static __always_inline __u64 append_counted(__u8 *data, __u64 used, const void *from, __u64 len,
					    __u64 cap, struct rk_text *text)
{
	__u64 n = len;

	text->len = 0;
	text->truncated = 0;
	if (!from) {
		text->state = RK_TEXT_NULL;
		return used;
	}
	barrier_var(used);
	if (used > RK_LARGE_DATA)
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

static __always_inline __u64 gather(struct rk_text *text, __u8 *data, const struct text_source *from,
				    __u64 cap)
{
	__u64 used = 0;

	used = append_text(data, used, from->type, RK_TYPE_CAP, from->user, &text[RK_TEXT_TYPE]);
	used = append_text(data, used, from->description, cap, from->user,
			   &text[RK_TEXT_DESCRIPTION]);
	if (!from->has_callout) {
		text[RK_TEXT_CALLOUT].state = RK_TEXT_ABSENT;
		text[RK_TEXT_CALLOUT].len = 0;
		text[RK_TEXT_CALLOUT].truncated = 0;
	} else if (from->user) {
		used = append_text(data, used, from->callout, cap, true, &text[RK_TEXT_CALLOUT]);
	} else {
		used = append_counted(data, used, from->callout, from->callout_len, cap,
				      &text[RK_TEXT_CALLOUT]);
	}
	return used;
}

/* Keeps the strings of a call under way until its return. */
static __always_inline void keep_texts(struct rk_counters *c, __u64 pid_tgid, struct call *call,
				       struct texts_large *t, const struct text_source *from)
{
	t->head.flags = from->user ? 0 : RK_F_KERNEL_COPIES;
	t->head.used = gather(t->head.text, t->data, from, RK_TEXT_CAP);
	if (t->head.used > RK_SMALL_DATA) {
		if (!bpf_map_update_elem(&large_texts, &pid_tgid, t, BPF_ANY)) {
			call->copied = 2;
			return;
		}
		/* No room: what fits the small class is kept, and said to be cut. */
		count(&c->texts_cut);
		t->head.used = gather(t->head.text, t->data, from, (RK_SMALL_DATA - RK_TYPE_CAP) / 2);
	}
	if (!bpf_map_update_elem(&small_texts, &pid_tgid, t, BPF_ANY))
		call->copied = 1;
}

/* A call's way --------------------------------------------------------------------------------- */

static __always_inline void enter(struct rk_counters *c, __u64 pid_tgid, __u32 kind, bool compat,
				  const __u64 *arg)
{
	struct call call = {};

	if (kind == RK_KEYCTL && (__u32)arg[0] == RK_SELFTEST_OPERATION &&
	    arg[1] == config.selftest_nonce) {
		self_tgid = pid_tgid >> 32;
		return;
	}
	count(&c->hits[kind]);
	if (!caller_wanted(pid_tgid) || !operation_wanted(kind, (__u32)arg[0])) {
		count(&c->filtered[kind]);
		return;
	}
	call.kind = kind;
	call.seq = next_seq(c, kind + (compat ? RK_KINDS : 0));
	__builtin_memcpy(call.arg, arg, sizeof(call.arg));
	call.start_ns = bpf_ktime_get_boot_ns();
	switch (bpf_map_update_elem(&calls, &pid_tgid, &call, BPF_NOEXIST)) {
	case 0:
		break;
	case -17: /* EEXIST: the return of the thread's last call was missed */
		count(&c->lost[kind][RK_LOST_EXIT_MISSED]);
		bpf_map_delete_elem(&small_texts, &pid_tgid);
		bpf_map_delete_elem(&large_texts, &pid_tgid);
		bpf_map_update_elem(&calls, &pid_tgid, &call, BPF_ANY);
		break;
	default:
		count(&c->lost[kind][RK_LOST_INFLIGHT_FULL]);
	}
}

/* The key a keyctl operation works on; the table is KeyctlOperation.java's. */
static __always_inline __s32 keyctl_target(__u32 operation, __u64 arg2)
{
	const __u64 in_arg2 = 1ULL << 0 | 1ULL << 2 | 1ULL << 3 | 1ULL << 4 | 1ULL << 5 |
			      1ULL << 6 | 1ULL << 7 | 1ULL << 8 | 1ULL << 9 | 1ULL << 11 |
			      1ULL << 12 | 1ULL << 13 | 1ULL << 15 | 1ULL << 16 | 1ULL << 17 |
			      1ULL << 19 | 1ULL << 20 | 1ULL << 21 | 1ULL << 24 | 1ULL << 29 |
			      1ULL << 30 | 1ULL << 32;

	return operation < 64 && (in_arg2 >> operation & 1) ? (__s32)arg2 : 0;
}

/* Operations that return the serial of the key they found or made. */
static __always_inline bool keyctl_returns_key(__u32 operation)
{
	return operation == 0 || operation == 1 || operation == 10 || operation == 22;
}

static __always_inline void fill_caller(struct rk_record *r, __u64 pid_tgid)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u64 uid_gid = bpf_get_current_uid_gid();

	r->pid = pid_tgid >> 32;
	r->tid = pid_tgid;
	r->loginuid = -1;
	r->ppid = BPF_CORE_READ(task, real_parent, tgid);
	r->ruid = uid_gid;
	r->rgid = uid_gid >> 32;
	r->euid = BPF_CORE_READ(cred, euid.val);
	r->egid = BPF_CORE_READ(cred, egid.val);
	r->cgroup_id = bpf_get_current_cgroup_id();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
}

/* Fills data with what was kept on the way, or with what the caller's memory holds now. */
static __always_inline __u64 fill_texts(struct record_buffer *b, __u64 pid_tgid,
					const struct call *call, const struct text_source *user)
{
	struct rk_record *r = &b->record;

	if (call->copied == 1) {
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
	} else if (call->copied == 2) {
		struct texts_large *t = bpf_map_lookup_elem(&large_texts, &pid_tgid);
		__u64 used;

		if (t) {
			__builtin_memcpy(r->text, t->head.text, sizeof(t->head.text));
			r->flags |= t->head.flags;
			used = t->head.used;
			if (used <= RK_LARGE_DATA)
				bpf_probe_read_kernel(b->data, used, t->data);
			bpf_map_delete_elem(&large_texts, &pid_tgid);
			return used;
		}
	}
	return gather(r->text, b->data, user, RK_TEXT_CAP);
}

static __always_inline void remember_origin(const struct rk_record *r)
{
	__s32 serial = r->result;
	struct origin origin;

	__builtin_memcpy(origin.trace_id, r->trace_id, sizeof(origin.trace_id));
	__builtin_memcpy(origin.span_id, r->span_id, sizeof(origin.span_id));
	bpf_map_update_elem(&origins, &serial, &origin, BPF_ANY);
}

static __always_inline void find_origin(struct rk_record *r)
{
	__s32 serial = r->key[0].resolved ? r->key[0].resolved : r->key[0].given;
	struct origin *origin;

	if (serial <= 0)
		return;
	origin = bpf_map_lookup_elem(&origins, &serial);
	if (!origin)
		return;
	__builtin_memcpy(r->origin_trace_id, origin->trace_id, sizeof(r->origin_trace_id));
	__builtin_memcpy(r->origin_span_id, origin->span_id, sizeof(r->origin_span_id));
}

static __always_inline __u64 wakeup(void)
{
	/* Only the first record of a batch wakes the reader, which then lets more gather. A reader
	 * that empties the ring between this look and the output sees the record at its poll's
	 * timeout.
	 */
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP;
}

static __always_inline void leave(struct rk_counters *c, __u64 pid_tgid, __u32 kind, __s64 result,
				  bool compat, struct record_buffer *b)
{
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);
	struct rk_record *r = &b->record;
	__u64 used = 0;
	__u64 size;

	if (!call || call->kind != kind) {
		/* One that was filtered has no entry either. Which operation it was is not known
		 * here, so with that filter a missed entry cannot be told from a filtered one.
		 */
		if (caller_wanted(pid_tgid) && !(config.filters & RK_FILTER_OPERATION)) {
			count(&c->hits[kind]);
			count(&c->lost[kind][RK_LOST_ENTRY_MISSED]);
		}
		return;
	}
	__builtin_memset(r, 0, sizeof(*r));
	r->version = RK_RECORD_VERSION;
	r->kind = kind;
	r->flags = compat ? RK_F_COMPAT : 0;
	r->seq = call->seq;
	r->start_ns = call->start_ns;
	r->end_ns = bpf_ktime_get_boot_ns();
	r->result = result;
	mint(r->seq, r->trace_id, r->span_id);

	if (kind == RK_KEYCTL) {
		r->operation = call->arg[0];
		__builtin_memcpy(r->arg, &call->arg[1], sizeof(r->arg));
		r->key[0].given = keyctl_target(r->operation, call->arg[1]);
		r->key[0].resolved = call->resolved;
		if (result > 0 && keyctl_returns_key(r->operation))
			r->key[0].resolved = result;
		find_origin(r);
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
	size = sizeof(*r) + used;
	if (size > sizeof(*r) + RK_LARGE_DATA)
		goto out;
	r->size = size;
	if (bpf_ringbuf_output(&ring, b, size, wakeup())) {
		count(&c->lost[kind][RK_LOST_RING_FULL]);
		/* The span a follow-up would link to will never be seen. */
		if (kind != RK_KEYCTL && result > 0) {
			__s32 serial = result;

			bpf_map_delete_elem(&origins, &serial);
		}
		goto out;
	}
	count(&c->submitted[kind]);
	if (kind != RK_KEYCTL && result > 0)
		remember_origin(r);
out:
	bpf_map_delete_elem(&calls, &pid_tgid);
}

/* The kernel's own copies ---------------------------------------------------------------------- */

/* request_key_and_link(type, description, domain_tag, callout_info, callout_len, aux,
 * dest_keyring, flags): on the caller's thread, after the system call has copied its strings.
 */
SEC("kprobe/request_key_and_link")
int BPF_KPROBE(kprobe_request_key_and_link, struct key_type *type, const char *description,
	       void *domain_tag, const void *callout, __u64 callout_len)
{
	struct rk_counters *c = counted(RK_PROBE_REQUEST_KEY_AND_LINK);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct text_source from = {
		.description = description,
		.callout = callout,
		.callout_len = callout_len,
		.has_callout = true,
	};
	struct texts_large *t;
	struct call *call;

	if (!c)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (!call || call->kind != RK_REQUEST_KEY || call->copied)
		return 0;
	t = bpf_map_lookup_elem(&copy_scratch, &zero);
	if (!t)
		return 0;
	from.type = BPF_CORE_READ(type, name);
	keep_texts(c, pid_tgid, call, t, &from);
	return 0;
}

/* key_create_or_update(keyring_ref, type, description, payload, plen, perm, flags) */
SEC("kprobe/key_create_or_update")
int BPF_KPROBE(kprobe_key_create_or_update, void *keyring_ref, const char *type,
	       const char *description)
{
	struct rk_counters *c = counted(RK_PROBE_KEY_CREATE_OR_UPDATE);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct text_source from = { .type = type, .description = description };
	struct texts_large *t;
	struct call *call;

	if (!c)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (!call || call->kind != RK_ADD_KEY || call->copied)
		return 0;
	t = bpf_map_lookup_elem(&add_copy_scratch, &zero);
	if (!t)
		return 0;
	keep_texts(c, pid_tgid, call, t, &from);
	return 0;
}

/* The key behind a special keyring number, resolved by the kernel for this very call:
 * key_task_permission(key_ref, cred, need_perm) is what lookup_user_key() ends with. Its own result
 * is of a type no kernel's BTF defines, so that fexit may not read it. link, unlink and move look
 * another keyring up first.
 */
SEC("kprobe/key_task_permission")
int BPF_KPROBE(kprobe_key_task_permission, void *key_ref)
{
	struct rk_counters *c = counted(RK_PROBE_KEY_TASK_PERMISSION);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct call *call;
	__u32 operation;

	if (!c)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (!call || call->kind != RK_KEYCTL || call->resolved)
		return 0;
	operation = call->arg[0];
	if (operation == 8 || operation == 9 || operation == 30 ||
	    keyctl_target(operation, call->arg[1]) >= 0)
		return 0;
	call->resolved = BPF_CORE_READ((struct key *)((__u64)key_ref & ~1ULL), serial);
	return 0;
}

/* security_key_free(key): the serial can be given to another key from now on. */
SEC("kprobe/security_key_free")
int BPF_KPROBE(kprobe_security_key_free, struct key *key)
{
	__s32 serial = BPF_CORE_READ(key, serial);

	counted(RK_PROBE_SECURITY_KEY_FREE);
	bpf_map_delete_elem(&origins, &serial);
	return 0;
}

/* Entry and return of the system calls --------------------------------------------------------- */

static __always_inline int entry(enum rk_probe probe, __u32 kind, bool compat, const __u64 *arg)
{
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (c && !is_self(pid_tgid))
		enter(c, pid_tgid, kind, compat, arg);
	return 0;
}

static __always_inline int ret(enum rk_probe probe, __u32 kind, __s64 result, bool compat,
			       void *scratch)
{
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct record_buffer *b;

	if (!c || is_self(pid_tgid))
		return 0;
	b = bpf_map_lookup_elem(scratch, &zero);
	if (b)
		leave(c, pid_tgid, kind, result, compat, b);
	return 0;
}

/* BTF pointers may be read directly, the others through a helper. */
#define DIRECT(regs, reg) ((regs)->reg)
#define PROBED(regs, reg) BPF_CORE_READ(regs, reg)

#if defined(__TARGET_ARCH_x86)
#define NATIVE_ARGS(READ, regs)                                                              \
	{ READ(regs, di), READ(regs, si), READ(regs, dx), READ(regs, r10), READ(regs, r8) }
#define COMPAT_ARGS(READ, regs)                                                              \
	{ (__u32)READ(regs, bx), (__u32)READ(regs, cx), (__u32)READ(regs, dx),               \
	  (__u32)READ(regs, si), (__u32)READ(regs, di) }
#else
#define NATIVE_ARGS(READ, regs)                                                              \
	{ READ(regs, user_regs.regs[0]), READ(regs, user_regs.regs[1]),                      \
	  READ(regs, user_regs.regs[2]), READ(regs, user_regs.regs[3]),                      \
	  READ(regs, user_regs.regs[4]) }
#define COMPAT_ARGS NATIVE_ARGS
#endif

#define FENTRY(suffix, symbol, PROBE, KIND, ARGS, compat, scratch)                           \
	SEC("fentry/" symbol)                                                                \
	int BPF_PROG(fentry_##suffix, const struct pt_regs *regs)                            \
	{                                                                                    \
		__u64 arg[5] = ARGS(DIRECT, regs);                                           \
                                                                                             \
		return entry(RK_PROBE_##PROBE##_ENTRY, KIND, compat, arg);                         \
	}                                                                                    \
                                                                                             \
	SEC("fexit/" symbol)                                                                 \
	int BPF_PROG(fexit_##suffix, const struct pt_regs *regs, long result)                \
	{                                                                                    \
		return ret(RK_PROBE_##PROBE##_EXIT, KIND, result, compat, &scratch);         \
	}

#define KPROBE(suffix, symbol, PROBE, KIND, ARGS, compat, scratch)                           \
	SEC("kprobe/" symbol)                                                                \
	int kprobe_##suffix(struct pt_regs *ctx)                                             \
	{                                                                                    \
		struct pt_regs *regs = (struct pt_regs *)PT_REGS_PARM1(ctx);                 \
		__u64 arg[5] = ARGS(PROBED, regs);                                           \
                                                                                             \
		return entry(RK_PROBE_##PROBE##_ENTRY, KIND, compat, arg);                         \
	}                                                                                    \
                                                                                             \
	SEC("kretprobe/" symbol)                                                             \
	int kretprobe_##suffix(struct pt_regs *ctx)                                          \
	{                                                                                    \
		return ret(RK_PROBE_##PROBE##_EXIT, KIND, PT_REGS_RC(ctx), compat, &scratch);\
	}

#define STUBS(HOW)                                                                           \
	HOW(request_key, SYS "request_key", REQUEST_KEY, RK_REQUEST_KEY, NATIVE_ARGS, false, \
	    request_scratch)                                                                 \
	HOW(add_key, SYS "add_key", ADD_KEY, RK_ADD_KEY, NATIVE_ARGS, false, add_scratch)    \
	HOW(keyctl, SYS "keyctl", KEYCTL, RK_KEYCTL, NATIVE_ARGS, false, keyctl_scratch)

#if defined(__TARGET_ARCH_x86)
/* int 0x80 and 32-bit programs. */
#define COMPAT_STUBS(HOW)                                                                    \
	HOW(compat_request_key, "__ia32_sys_request_key", REQUEST_KEY, RK_REQUEST_KEY,       \
	    COMPAT_ARGS, true, request_compat_scratch)                                       \
	HOW(compat_add_key, "__ia32_sys_add_key", ADD_KEY, RK_ADD_KEY, COMPAT_ARGS, true,    \
	    add_compat_scratch)                                                              \
	HOW(compat_keyctl, "__ia32_compat_sys_keyctl", KEYCTL, RK_KEYCTL, COMPAT_ARGS, true, \
	    keyctl_compat_scratch)
#else
/* arm64: request_key and add_key are the native stubs for 32-bit programs as well. */
#define COMPAT_STUBS(HOW)                                                                    \
	HOW(compat_keyctl, "__arm64_compat_sys_keyctl", KEYCTL, RK_KEYCTL, COMPAT_ARGS,      \
	    true, keyctl_compat_scratch)
#endif

STUBS(FENTRY)
COMPAT_STUBS(FENTRY)
STUBS(KPROBE)
COMPAT_STUBS(KPROBE)

/* Last resort: taxes every system call of the host, and sees no 32-bit callers. The strings are
 * the caller's, read at entry: the kernel's copies have no tracepoint.
 */
#define TRACEPOINT_EXIT(name, PROBE, KIND, scratch)                                          \
	SEC("tracepoint/syscalls/sys_exit_" #name)                                           \
	int tp_exit_##name(struct trace_event_raw_sys_exit *ctx)                             \
	{                                                                                    \
		return ret(RK_PROBE_##PROBE##_EXIT, KIND, ctx->ret, false, &scratch);        \
	}

static __always_inline int traced_entry(enum rk_probe probe, __u32 kind, const __u64 *arg,
					void *scratch)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct text_source from = {
		.type = (const void *)arg[0],
		.description = (const void *)arg[1],
		.callout = (const void *)arg[2],
		.user = true,
		.has_callout = kind == RK_REQUEST_KEY,
	};
	struct rk_counters *c = counted(probe);
	struct texts_large *t;
	struct call *call;

	if (!c || is_self(pid_tgid))
		return 0;
	enter(c, pid_tgid, kind, false, arg);
	if (kind == RK_KEYCTL)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	t = bpf_map_lookup_elem(scratch, &zero);
	if (!call || !t)
		return 0;
	keep_texts(c, pid_tgid, call, t, &from);
	/* A page that is not resident cannot be read here; by the return the kernel has read it. */
	if (t->head.text[RK_TEXT_TYPE].state == RK_TEXT_UNREADABLE ||
	    t->head.text[RK_TEXT_DESCRIPTION].state == RK_TEXT_UNREADABLE ||
	    t->head.text[RK_TEXT_CALLOUT].state == RK_TEXT_UNREADABLE)
		call->copied = 0;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_request_key")
int tp_enter_request_key(struct trace_event_raw_sys_enter *ctx)
{
	/* Four arguments: the kernel refuses a program that reads past them. */
	__u64 arg[5] = { ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3] };

	return traced_entry(RK_PROBE_REQUEST_KEY_ENTRY, RK_REQUEST_KEY, arg, &copy_scratch);
}

SEC("tracepoint/syscalls/sys_enter_add_key")
int tp_enter_add_key(struct trace_event_raw_sys_enter *ctx)
{
	__u64 arg[5] = { ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3], ctx->args[4] };

	return traced_entry(RK_PROBE_ADD_KEY_ENTRY, RK_ADD_KEY, arg, &add_copy_scratch);
}

SEC("tracepoint/syscalls/sys_enter_keyctl")
int tp_enter_keyctl(struct trace_event_raw_sys_enter *ctx)
{
	__u64 arg[5] = { ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3], ctx->args[4] };

	return traced_entry(RK_PROBE_KEYCTL_ENTRY, RK_KEYCTL, arg, &copy_scratch);
}

TRACEPOINT_EXIT(request_key, REQUEST_KEY, RK_REQUEST_KEY, request_scratch)
TRACEPOINT_EXIT(add_key, ADD_KEY, RK_ADD_KEY, add_scratch)
TRACEPOINT_EXIT(keyctl, KEYCTL, RK_KEYCTL, keyctl_scratch)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
