/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The operations of keyctl(2), and which keys they work on.
 */
#ifndef RK_KEYCTL_H
#define RK_KEYCTL_H

#include "requestkey.h"

/* include/uapi/linux/keyctl.h */
enum keyctl_operation {
	KEYCTL_GET_KEYRING_ID = 0,
	KEYCTL_JOIN_SESSION_KEYRING = 1,
	KEYCTL_UPDATE = 2,
	KEYCTL_REVOKE = 3,
	KEYCTL_CHOWN = 4,
	KEYCTL_SETPERM = 5,
	KEYCTL_DESCRIBE = 6,
	KEYCTL_CLEAR = 7,
	KEYCTL_LINK = 8,
	KEYCTL_UNLINK = 9,
	KEYCTL_SEARCH = 10,
	KEYCTL_READ = 11,
	KEYCTL_INSTANTIATE = 12,
	KEYCTL_NEGATE = 13,
	KEYCTL_SET_REQKEY_KEYRING = 14,
	KEYCTL_SET_TIMEOUT = 15,
	KEYCTL_ASSUME_AUTHORITY = 16,
	KEYCTL_GET_SECURITY = 17,
	KEYCTL_SESSION_TO_PARENT = 18,
	KEYCTL_REJECT = 19,
	KEYCTL_INSTANTIATE_IOV = 20,
	KEYCTL_INVALIDATE = 21,
	KEYCTL_GET_PERSISTENT = 22,
	KEYCTL_DH_COMPUTE = 23,
	KEYCTL_PKEY_QUERY = 24,
	KEYCTL_PKEY_ENCRYPT = 25,
	KEYCTL_PKEY_DECRYPT = 26,
	KEYCTL_PKEY_SIGN = 27,
	KEYCTL_PKEY_VERIFY = 28,
	KEYCTL_RESTRICT_KEYRING = 29,
	KEYCTL_MOVE = 30,
	KEYCTL_CAPABILITIES = 31,
	KEYCTL_WATCH_KEY = 32,
};

/* Operations whose second argument is the key they work on. */
static __always_inline bool keyctl_has_target(__u32 operation)
{
	const __u64 in_arg2 = 1ULL << KEYCTL_GET_KEYRING_ID | 1ULL << KEYCTL_UPDATE |
			      1ULL << KEYCTL_REVOKE | 1ULL << KEYCTL_CHOWN |
			      1ULL << KEYCTL_SETPERM | 1ULL << KEYCTL_DESCRIBE |
			      1ULL << KEYCTL_CLEAR | 1ULL << KEYCTL_LINK |
			      1ULL << KEYCTL_UNLINK | 1ULL << KEYCTL_READ |
			      1ULL << KEYCTL_INSTANTIATE | 1ULL << KEYCTL_NEGATE |
			      1ULL << KEYCTL_SET_TIMEOUT | 1ULL << KEYCTL_ASSUME_AUTHORITY |
			      1ULL << KEYCTL_GET_SECURITY | 1ULL << KEYCTL_REJECT |
			      1ULL << KEYCTL_INSTANTIATE_IOV | 1ULL << KEYCTL_INVALIDATE |
			      1ULL << KEYCTL_PKEY_QUERY | 1ULL << KEYCTL_RESTRICT_KEYRING |
			      1ULL << KEYCTL_MOVE | 1ULL << KEYCTL_WATCH_KEY;

	return operation < 64 && (in_arg2 >> operation & 1);
}

/* Operations that return the serial of the key they found or made. */
static __always_inline bool keyctl_returns_key(__u32 operation)
{
	return operation == KEYCTL_GET_KEYRING_ID || operation == KEYCTL_JOIN_SESSION_KEYRING ||
	       operation == KEYCTL_SEARCH || operation == KEYCTL_GET_PERSISTENT;
}

/* dh_compute and pkey_*: the keys' numbers are in the caller's memory, where they can change; only
 * what the kernel looked up counts.
 */
static __always_inline bool keyctl_keys_in_memory(__u32 operation)
{
	return operation == KEYCTL_DH_COMPUTE ||
	       (operation >= KEYCTL_PKEY_ENCRYPT && operation <= KEYCTL_PKEY_VERIFY);
}

/* instantiate, negate, assume_authority, reject and instantiate_iov work on the key of the assumed
 * authority without looking it up.
 */
static __always_inline bool keyctl_answers(__u32 operation)
{
	return operation == KEYCTL_INSTANTIATE || operation == KEYCTL_NEGATE ||
	       operation == KEYCTL_ASSUME_AUTHORITY || operation == KEYCTL_REJECT ||
	       operation == KEYCTL_INSTANTIATE_IOV;
}

#endif
