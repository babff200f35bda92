/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Which hits are wanted; decided before the ring.
 */
#ifndef RK_FILTER_H
#define RK_FILTER_H

#include "config.h"
#include "submit.h"

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

#endif
