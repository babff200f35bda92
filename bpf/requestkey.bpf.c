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
#include "join.h"
#include "construction.h"
#include "kernel_request.h"
#include "key_free.h"

#if defined(__TARGET_ARCH_x86)
#define SYS "__x64_sys_"
#elif defined(__TARGET_ARCH_arm64)
#define SYS "__arm64_sys_"
#else
#error "no system call stubs known for this architecture"
#endif

_Static_assert(sizeof(struct rk_text) == 4, "no padding");
_Static_assert(sizeof(struct rk_record) == 368, "no padding");

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
const enum rk_watched *unused_watched __attribute__((unused));
const enum rk_gate *unused_gate __attribute__((unused));
const enum rk_context_bit *unused_context_bit __attribute__((unused));
const enum rk_context_count *unused_context_count __attribute__((unused));
const enum rk_tls *unused_tls __attribute__((unused));
const enum keyctl_operation *unused_keyctl_operation __attribute__((unused));
const struct rk_publication *unused_publication __attribute__((unused));

SCRATCH(request_scratch, struct record_buffer);
SCRATCH(add_scratch, struct record_buffer);
SCRATCH(keyctl_scratch, struct record_buffer);
SCRATCH(request_compat_scratch, struct record_buffer);
SCRATCH(add_compat_scratch, struct record_buffer);
SCRATCH(keyctl_compat_scratch, struct record_buffer);

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
	struct text_source kernel = {
		.description = description,
		.callout = callout,
		.callout_len = callout_len,
		.has_callout = true,
	};
	struct call *call;

	if (!c)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (!call || call->kind != RK_REQUEST_KEY || call->unrecorded)
		return 0;
	kernel.type = BPF_CORE_READ(type, name);
	copied(c, pid_tgid, call, &kernel);
	return 0;
}

/* key_create_or_update(keyring_ref, type, description, payload, plen, perm, flags) */
SEC("kprobe/key_create_or_update")
int BPF_KPROBE(kprobe_key_create_or_update, void *keyring_ref, const char *type,
	       const char *description)
{
	struct rk_counters *c = counted(RK_PROBE_KEY_CREATE_OR_UPDATE);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct text_source kernel = { .type = type, .description = description };
	struct call *call;

	if (!c)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (!call || call->kind != RK_ADD_KEY || call->unrecorded)
		return 0;
	copied(c, pid_tgid, call, &kernel);
	return 0;
}

/* What keyctl names besides keys. */
static __always_inline int named(enum rk_probe probe, __u32 operation, bool has_type,
				 const void *type, const void *name)
{
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct gathered *g = bpf_map_lookup_elem(&copied_texts, &zero);
	struct call *call;

	if (!c || !g)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (call && call->kind == RK_KEYCTL && (__u32)call->arg[0] == operation &&
	    !call->unrecorded && !(call->flags & RK_F_KERNEL_COPIES))
		keep_args(c, pid_tgid, call, g, has_type, type, name);
	return 0;
}

/* keyring_search(keyring, type, description, recurse) */
SEC("kprobe/keyring_search")
int BPF_KPROBE(kprobe_keyring_search, void *keyring, struct key_type *type,
	       const char *description)
{
	return named(RK_PROBE_KEYRING_SEARCH, KEYCTL_SEARCH, true, BPF_CORE_READ(type, name),
		     description);
}

/* join_session_keyring(name) */
SEC("kprobe/join_session_keyring")
int BPF_KPROBE(kprobe_join_session_keyring, const char *name)
{
	return named(RK_PROBE_JOIN_SESSION_KEYRING, KEYCTL_JOIN_SESSION_KEYRING, false, NULL, name);
}

/* keyring_restrict(keyring_ref, type, restriction) */
SEC("kprobe/keyring_restrict")
int BPF_KPROBE(kprobe_keyring_restrict, void *keyring, const char *type, const char *restriction)
{
	return named(RK_PROBE_KEYRING_RESTRICT, KEYCTL_RESTRICT_KEYRING, true, type, restriction);
}

/* Keys ------------------------------------------------------------------------------------------ */

/* lookup_user_key(id, lflags, need_perm): every number of a key that a call names is resolved here,
 * so this holds where the number itself lies in memory the caller can change.
 */
static __always_inline void found(struct rk_counters *c, __s32 id, __u64 key_ref,
				  struct gathered *g)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct key *key = key_of(key_ref);
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);

	if (key && call && !call->unrecorded)
		looked_up(c, pid_tgid, call, id, key, g);
}

/* key_create_or_update() has returned the key whose serial add_key(2) answers with. A key type may
 * make other keys on the way; they are returned before this one.
 */
SEC("kretprobe/key_create_or_update")
int BPF_KRETPROBE(kretprobe_key_create_or_update, __u64 key_ref)
{
	struct rk_counters *c = counted(RK_PROBE_KEY_CREATE_OR_UPDATE_EXIT);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct key *key = key_of(key_ref);
	struct call *call;

	if (!c || !key)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid_tgid);
	if (call && call->kind == RK_ADD_KEY && !call->unrecorded)
		keep_access(call, key);
	return 0;
}

/* Its result is of a type that no kernel's BTF defines, so that it may not be read as a result. */
SEC("fexit/lookup_user_key")
int BPF_PROG(fexit_lookup_user_key, __s32 id)
{
	struct rk_counters *c = counted(RK_PROBE_LOOKUP_USER_KEY);
	struct gathered *g = bpf_map_lookup_elem(&key_texts, &zero);
	__u64 key_ref;

	if (c && g && !bpf_get_func_ret(ctx, &key_ref))
		found(c, id, key_ref, g);
	return 0;
}

SEC("kprobe/lookup_user_key")
int BPF_KPROBE(kprobe_lookup_user_key, __s32 id)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);

	if (call)
		call->looking_up = id;
	return 0;
}

SEC("kretprobe/lookup_user_key")
int BPF_KRETPROBE(kretprobe_lookup_user_key, __u64 key_ref)
{
	struct rk_counters *c = counted(RK_PROBE_LOOKUP_USER_KEY);
	struct gathered *g = bpf_map_lookup_elem(&copied_texts, &zero);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &pid_tgid);

	if (c && g && call)
		found(c, call->looking_up, key_ref, g);
	return 0;
}

SEC("kprobe/key_instantiate_and_link")
int BPF_KPROBE(kprobe_key_instantiate_and_link, struct key *key)
{
	return answered(key);
}

/* key_get_instantiation_authkey(id): for assume_authority, which is given the number of the key that
 * the authorisation is for.
 */
SEC("kretprobe/key_get_instantiation_authkey")
int BPF_KRETPROBE(kretprobe_key_get_instantiation_authkey, __u64 auth_key)
{
	struct key *key = key_of(auth_key);
	struct request_key_auth *rka;

	if (!key)
		return 0;
	rka = BPF_CORE_READ(key, payload.data[0]);
	return answered(BPF_CORE_READ(rka, target_key));
}

/* Entry and return of the system calls --------------------------------------------------------- */

static __always_inline int entry(enum rk_probe probe, __u32 kind, bool compat, const __u64 *arg)
{
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (c && !is_agents_own(pid_tgid))
		enter(c, pid_tgid, kind, compat, arg);
	return 0;
}

static __always_inline int ret(enum rk_probe probe, __u32 kind, __s64 result,
			       void *scratch)
{
	struct rk_counters *c = counted(probe);
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct record_buffer *b;

	if (!c || is_agents_own(pid_tgid))
		return 0;
	b = bpf_map_lookup_elem(scratch, &zero);
	if (b)
		leave(c, pid_tgid, kind, result, b);
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
		return ret(RK_PROBE_##PROBE##_EXIT, KIND, result, &scratch);         \
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
		return ret(RK_PROBE_##PROBE##_EXIT, KIND, PT_REGS_RC(ctx), &scratch);\
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
		return ret(RK_PROBE_##PROBE##_EXIT, KIND, ctx->ret, &scratch);        \
	}

SEC("tracepoint/syscalls/sys_enter_request_key")
int tp_enter_request_key(struct trace_event_raw_sys_enter *ctx)
{
	/* Four arguments: the kernel refuses a program that reads past them. */
	__u64 arg[5] = { ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3] };

	return entry(RK_PROBE_REQUEST_KEY_ENTRY, RK_REQUEST_KEY, false, arg);
}

SEC("tracepoint/syscalls/sys_enter_add_key")
int tp_enter_add_key(struct trace_event_raw_sys_enter *ctx)
{
	__u64 arg[5] = { ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3], ctx->args[4] };

	return entry(RK_PROBE_ADD_KEY_ENTRY, RK_ADD_KEY, false, arg);
}

SEC("tracepoint/syscalls/sys_enter_keyctl")
int tp_enter_keyctl(struct trace_event_raw_sys_enter *ctx)
{
	__u64 arg[5] = { ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3], ctx->args[4] };

	return entry(RK_PROBE_KEYCTL_ENTRY, RK_KEYCTL, false, arg);
}

TRACEPOINT_EXIT(request_key, REQUEST_KEY, RK_REQUEST_KEY, request_scratch)
TRACEPOINT_EXIT(add_key, ADD_KEY, RK_ADD_KEY, add_scratch)
TRACEPOINT_EXIT(keyctl, KEYCTL, RK_KEYCTL, keyctl_scratch)

#include "process_context.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
