/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Calls that a signal interrupted: whether the kernel enters them again.
 */
#ifndef RK_RESTART_H
#define RK_RESTART_H

#include "call.h"

/* include/linux/errno.h: never seen by user space. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

#define EINTR 4
#define SA_RESTART 0x10000000UL
#define SIG_IGN_ ((void *)1)

/* Signals whose default action does not end the process: SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
 * SIGTTIN, SIGTTOU, SIGURG, SIGWINCH.
 */
#define HARMLESS_BY_DEFAULT                                                                       \
	(1ULL << 16 | 1ULL << 17 | 1ULL << 18 | 1ULL << 19 | 1ULL << 20 | 1ULL << 21 |            \
	 1ULL << 22 | 1ULL << 27)

static __always_inline bool interrupted(__s64 result)
{
	return result == -ERESTARTSYS || result == -ERESTARTNOINTR ||
	       result == -ERESTARTNOHAND || result == -ERESTART_RESTARTBLOCK;
}

/* As arch_do_signal_or_restart() will decide, by the signals pending now. Not static, so that it is
 * verified once.
 */
__noinline int restarts(__s64 result)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u64 pending = BPF_CORE_READ(task, pending.signal.sig[0]) |
			BPF_CORE_READ(task, signal, shared_pending.signal.sig[0]);
	struct sighand_struct *sighand = BPF_CORE_READ(task, sighand);

	pending &= ~BPF_CORE_READ(task, blocked.sig[0]);
	for (int n = 0; n < 64; n++) {
		struct sigaction action = {};
		const void *at;

		if (!(pending >> n & 1))
			continue;
		at = (const void *)sighand + bpf_core_field_offset(struct sighand_struct, action) +
		     n * bpf_core_type_size(struct k_sigaction);
		/* Handler and flags come first on every architecture here. */
		bpf_probe_read_kernel(&action, sizeof(action), at);
		if (action.sa_handler == SIG_IGN_)
			continue;
		if (!action.sa_handler) {
			if (HARMLESS_BY_DEFAULT >> n & 1)
				continue;
			return 0; /* the process ends */
		}
		return result == -ERESTARTNOINTR ||
		       (result == -ERESTARTSYS && (action.sa_flags & SA_RESTART));
	}
	return 1;
}

/* Whether a call that enters is the one that was interrupted. */
static __always_inline bool is_restart(const struct call *call, __u32 kind, const __u64 *arg)
{
	if (!call->restarting || call->kind != kind)
		return false;
	return call->arg[0] == arg[0] && call->arg[1] == arg[1] && call->arg[2] == arg[2] &&
	       call->arg[3] == arg[3] && call->arg[4] == arg[4];
}

#endif
