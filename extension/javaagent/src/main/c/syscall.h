/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * System calls without a C library, so that one file serves every C library there is.
 */
#ifndef REQUESTKEY_SYSCALL_H
#define REQUESTKEY_SYSCALL_H

#if defined(__x86_64__)

enum {
	SYS_CLOSE = 3,
	SYS_MMAP = 9,
	SYS_MUNMAP = 11,
	SYS_MADVISE = 28,
	SYS_FTRUNCATE = 77,
	SYS_PRCTL = 157,
	SYS_CLOCK_GETTIME = 228,
	SYS_MEMFD_CREATE = 319,
};

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline char *thread_pointer(void)
{
	char *pointer;

	__asm__("movq %%fs:0, %0" : "=r"(pointer));
	return pointer;
}

#elif defined(__aarch64__)

enum {
	SYS_FTRUNCATE = 46,
	SYS_CLOSE = 57,
	SYS_CLOCK_GETTIME = 113,
	SYS_PRCTL = 167,
	SYS_MUNMAP = 215,
	SYS_MMAP = 222,
	SYS_MADVISE = 233,
	SYS_MEMFD_CREATE = 279,
};

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
}

static inline char *thread_pointer(void)
{
	char *pointer;

	__asm__("mrs %0, tpidr_el0" : "=r"(pointer));
	return pointer;
}

#else
#error "this architecture has no system calls here yet"
#endif

#endif
