/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * What is known of the operations of keyctl(2) by their numbers.
 */
#ifndef RK_KEYCTL_H
#define RK_KEYCTL_H

#include "requestkey.h"

/* Operations whose second argument is the key they work on; the table is KeyctlOperation.java's. */
static __always_inline bool keyctl_has_target(__u32 operation)
{
	const __u64 in_arg2 = 1ULL << 0 | 1ULL << 2 | 1ULL << 3 | 1ULL << 4 | 1ULL << 5 |
			      1ULL << 6 | 1ULL << 7 | 1ULL << 8 | 1ULL << 9 | 1ULL << 11 |
			      1ULL << 12 | 1ULL << 13 | 1ULL << 15 | 1ULL << 16 | 1ULL << 17 |
			      1ULL << 19 | 1ULL << 20 | 1ULL << 21 | 1ULL << 24 | 1ULL << 29 |
			      1ULL << 30 | 1ULL << 32;

	return operation < 64 && (in_arg2 >> operation & 1);
}

/* Operations that return the serial of the key they found or made. */
static __always_inline bool keyctl_returns_key(__u32 operation)
{
	return operation == 0 || operation == 1 || operation == 10 || operation == 22;
}

/* dh_compute and pkey_*: the keys' numbers are in the caller's memory, where they can change; only
 * what the kernel looked up counts.
 */
static __always_inline bool keyctl_keys_in_memory(__u32 operation)
{
	return operation == 23 || (operation >= 25 && operation <= 28);
}

/* instantiate, negate, assume_authority, reject and instantiate_iov work on the key of the assumed
 * authority without looking it up.
 */
static __always_inline bool keyctl_answers(__u32 operation)
{
	return operation == 12 || operation == 13 || operation == 16 || operation == 19 ||
	       operation == 20;
}

#endif
