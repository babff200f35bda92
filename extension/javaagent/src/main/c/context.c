/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What one JVM publishes for readers outside of it: each thread's current span (OTEP 4947) and what the process is (OTEP 4719).
 * Every function takes and returns integers only, so that the foreign function interface and JNI call the same ones and neither
 * JNI's headers nor a C library is needed.
 */
#include <stddef.h>
#include <stdint.h>

#include "syscall.h"

#define EXPORT __attribute__((visibility("default")))

/* Readers interrupt the very thread that writes (OTEP 4947), so the order of the compiler is the only one to keep. */
#define compiler_fence() __atomic_signal_fence(__ATOMIC_SEQ_CST)

/* ---- The current span of a thread ---- */

struct record {
	uint64_t trace_id[2];
	uint64_t span_id;
	volatile uint8_t valid;
	uint8_t flags;
	uint16_t attrs_data_size; /* always 0 */
	/* The 28 bytes of OTEP 4947 end here. */
	uint8_t attached;
	uint8_t reserved[3];
};

_Static_assert(offsetof(struct record, span_id) == 16, "OTEP 4947");
_Static_assert(offsetof(struct record, valid) == 24, "OTEP 4947");
_Static_assert(offsetof(struct record, flags) == 25, "OTEP 4947");
_Static_assert(offsetof(struct record, attrs_data_size) == 26, "OTEP 4947");
_Static_assert(offsetof(struct record, attached) == 28, "OTEP 4947");
_Static_assert(sizeof(struct record) == 32, "as in tls.S");

/* tls.S */
struct record *requestkey_record_address(void);
void *volatile *otel_thread_ctx_v1_address(void);

/* An id as a number, to its bytes in the order of W3C Trace Context. */
static inline uint64_t bytes_of_id(int64_t id)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap64((uint64_t)id);
#else
	return (uint64_t)id;
#endif
}

static inline void publish(int64_t trace_id_high, int64_t trace_id_low, int64_t span_id, int32_t flags)
{
	struct record *record = requestkey_record_address();

	record->valid = 0;
	compiler_fence();
	record->trace_id[0] = bytes_of_id(trace_id_high);
	record->trace_id[1] = bytes_of_id(trace_id_low);
	record->span_id = bytes_of_id(span_id);
	record->flags = (uint8_t)flags;
	compiler_fence();
	record->valid = 1;
	if (__builtin_expect(!record->attached, 0)) {
		record->attached = 1;
		compiler_fence();
		*otel_thread_ctx_v1_address() = record;
	}
}

static inline void clear(void)
{
	requestkey_record_address()->valid = 0;
}

/* From the thread pointer to otel_thread_ctx_v1. One number for all threads if the variable is in static TLS; the caller finds out. */
static inline int64_t tls_offset(void)
{
	return (char *)otel_thread_ctx_v1_address() - thread_pointer();
}

/* ---- The process ---- */

struct header {
	char signature[8];
	uint32_t version;
	uint32_t payload_size;
	volatile uint64_t monotonic_published_at_ns;
	uint64_t payload;
};

_Static_assert(sizeof(struct header) == 32, "OTEP 4719");

enum {
	EINVAL = 22,
	E2BIG = 7,

	/* Pages that are not written to take no memory. */
	MAPPING_SIZE = 64 * 1024,
	PAYLOAD_MAX = MAPPING_SIZE - (int)sizeof(struct header),

	MFD_CLOEXEC = 1,
	MFD_ALLOW_SEALING = 2,
	MFD_NOEXEC_SEAL = 8, /* Linux 6.3 */
	PROT_READ_WRITE = 3,
	MAP_PRIVATE = 2,
	MAP_ANONYMOUS = 0x20,
	MADV_DONTFORK = 10,
	PR_SET_VMA = 0x53564d41,
	PR_SET_VMA_ANON_NAME = 0,
	CLOCK_BOOTTIME = 7,
};

static const char name[] = "OTEL_CTX";

/* Written by one thread at a time: the caller has a lock. */
static struct header *header;
static int mapping_has_file;
static uint64_t last_published_at_ns;

static int is_error(long result)
{
	return result < 0 && result >= -4095;
}

static long memfd(void)
{
	long fd = system_call(SYS_MEMFD_CREATE, (long)name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL, 0, 0, 0, 0);

	if (fd == -EINVAL)
		fd = system_call(SYS_MEMFD_CREATE, (long)name, MFD_CLOEXEC | MFD_ALLOW_SEALING, 0, 0, 0, 0);
	if (is_error(fd))
		return fd;

	long error = system_call(SYS_FTRUNCATE, fd, MAPPING_SIZE, 0, 0, 0, 0);
	if (is_error(error)) {
		system_call(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
		return error;
	}
	return fd;
}

static int32_t map(void)
{
	long fd = memfd();
	/* Where no file may be had, the name given to the mapping has to do. */
	long flags = MAP_PRIVATE | (is_error(fd) ? MAP_ANONYMOUS : 0);
	long mapping = system_call(SYS_MMAP, 0, MAPPING_SIZE, PROT_READ_WRITE, flags, is_error(fd) ? -1 : fd, 0);

	if (!is_error(fd))
		system_call(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
	if (is_error(mapping))
		return (int32_t)mapping;

	long error = system_call(SYS_MADVISE, mapping, MAPPING_SIZE, MADV_DONTFORK, 0, 0, 0);
	if (is_error(error)) {
		system_call(SYS_MUNMAP, mapping, MAPPING_SIZE, 0, 0, 0, 0);
		return (int32_t)error;
	}
	mapping_has_file = !is_error(fd);
	header = (struct header *)mapping;
	return 0;
}

/* Starts a new payload of so many bytes; until it is complete, readers see that it is not. 0 or a negative errno. */
static int32_t process_begin(int32_t payload_size)
{
	if (payload_size < 0 || payload_size > PAYLOAD_MAX)
		return -E2BIG;
	if (!header) {
		int32_t error = map();

		if (error)
			return error;
	}
	header->monotonic_published_at_ns = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (int i = 0; i < 8; i++)
		((volatile char *)header->signature)[i] = name[i];
	header->version = 2;
	header->payload_size = (uint32_t)payload_size;
	header->payload = (uint64_t)(header + 1);
	return 0;
}

/* The eight bytes of the payload from 8 * index on, as a number in the machine's byte order. 0 or a negative errno. */
static int32_t process_put(int32_t index, int64_t bytes)
{
	if (!header || header->monotonic_published_at_ns || index < 0 || index >= PAYLOAD_MAX / 8)
		return -EINVAL;
	((uint64_t *)(header + 1))[index] = (uint64_t)bytes;
	return 0;
}

/* Ends the payload, and tells readers that wait for this very system call. 0 or a negative errno. */
static int32_t process_commit(void)
{
	struct {
		int64_t seconds;
		int64_t nanoseconds;
	} now;

	if (!header || header->monotonic_published_at_ns)
		return -EINVAL;
	long error = system_call(SYS_CLOCK_GETTIME, CLOCK_BOOTTIME, (long)&now, 0, 0, 0, 0);
	if (is_error(error))
		return (int32_t)error;
	uint64_t published_at_ns = (uint64_t)now.seconds * 1000000000 + (uint64_t)now.nanoseconds;
	if (published_at_ns <= last_published_at_ns)
		published_at_ns = last_published_at_ns + 1;
	last_published_at_ns = published_at_ns;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	header->monotonic_published_at_ns = published_at_ns;

	/* Kernels that name anonymous mappings only refuse; a mapping with a file is found without. */
	error = system_call(SYS_PRCTL, PR_SET_VMA, PR_SET_VMA_ANON_NAME, (long)header, MAPPING_SIZE, (long)name, 0);
	return mapping_has_file || !is_error(error) ? 0 : (int32_t)error;
}

/* ---- For the foreign function interface ---- */

EXPORT void requestkey_thread_publish(int64_t trace_id_high, int64_t trace_id_low, int64_t span_id, int32_t flags)
{
	publish(trace_id_high, trace_id_low, span_id, flags);
}

EXPORT void requestkey_thread_clear(void)
{
	clear();
}

EXPORT int64_t requestkey_thread_tls_offset(void)
{
	return tls_offset();
}

EXPORT int32_t requestkey_process_begin(int32_t payload_size)
{
	return process_begin(payload_size);
}

EXPORT int32_t requestkey_process_put(int32_t index, int64_t bytes)
{
	return process_put(index, bytes);
}

EXPORT int32_t requestkey_process_commit(void)
{
	return process_commit();
}

/* ---- For JNI: static methods of JniContext, whose environment and class are not used ---- */

#define JNI(result, method) EXPORT result Java_io_requestkey_javaagent_JniContext_##method
#define JNI_ENVIRONMENT __attribute__((unused)) void *environment, __attribute__((unused)) void *class

JNI(void, threadPublish)
(JNI_ENVIRONMENT, int64_t trace_id_high, int64_t trace_id_low, int64_t span_id, int32_t flags)
{
	publish(trace_id_high, trace_id_low, span_id, flags);
}

JNI(void, threadClear)
(JNI_ENVIRONMENT)
{
	clear();
}

JNI(int64_t, threadTlsOffset)
(JNI_ENVIRONMENT)
{
	return tls_offset();
}

JNI(int32_t, processBegin)
(JNI_ENVIRONMENT, int32_t payload_size)
{
	return process_begin(payload_size);
}

JNI(int32_t, processPut)
(JNI_ENVIRONMENT, int32_t index, int64_t bytes)
{
	return process_put(index, bytes);
}

JNI(int32_t, processCommit)
(JNI_ENVIRONMENT)
{
	return process_commit();
}
