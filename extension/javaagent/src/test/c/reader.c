/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/*
 * Reads the calling thread's record as a reader in the kernel does: by thread pointer and offset, and nothing else. Integers only,
 * for the reason given in src/main/c.
 */
#include <stdint.h>

#include "../../main/c/syscall.h"

#define EXPORT __attribute__((visibility("default")))
#define JNI(result, method) EXPORT result Java_io_requestkey_javaagent_program_Reader_##method
#define JNI_ENVIRONMENT __attribute__((unused)) void *environment, __attribute__((unused)) void *class

struct __attribute__((packed)) record {
	uint64_t trace_id_high;
	uint64_t trace_id_low;
	uint64_t span_id;
	uint8_t valid;
	uint8_t flags;
	uint16_t attrs_data_size;
};

static struct record *record_at(int64_t offset)
{
	return *(struct record **)(thread_pointer() + offset);
}

/* 0: no valid record. 1: these ids and flags. 2: others. In one call, so that a virtual thread cannot move in between. */
JNI(int32_t, compare)
(JNI_ENVIRONMENT, int64_t offset, int64_t trace_id_high, int64_t trace_id_low, int64_t span_id, int32_t flags)
{
	struct record *record = record_at(offset);

	if (!record || record->valid != 1)
		return 0;
	return record->trace_id_high == __builtin_bswap64((uint64_t)trace_id_high) &&
			       record->trace_id_low == __builtin_bswap64((uint64_t)trace_id_low) &&
			       record->span_id == __builtin_bswap64((uint64_t)span_id) && record->flags == (uint8_t)flags &&
			       record->attrs_data_size == 0 ?
		       1 :
		       2;
}

/* Eight bytes of the record as a big-endian number; 0 to 2 are the ids. */
JNI(int64_t, id)
(JNI_ENVIRONMENT, int64_t offset, int32_t index)
{
	struct record *record = record_at(offset);

	return record ? (int64_t)__builtin_bswap64(((uint64_t *)record)[index]) : 0;
}
