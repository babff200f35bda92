/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * What is known of the operations of keyctl(2) by their numbers.
 */
#ifndef RK_KEYCTL_H
#define RK_KEYCTL_H

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

#endif
