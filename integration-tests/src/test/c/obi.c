// SPDX-License-Identifier: Apache-2.0
/*
 * What OBI does for others to read, on a real map: the span that each thread works for.
 *
 *   obi pin                            makes the map and pins it where OBI does
 *   obi call TRACE SPAN DESCRIPTION    enters this thread with a span, in hex, and asks for a key; then takes the entry out and
 *                                      asks for DESCRIPTION with :none in place of the ids
 */
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER "/sys/fs/bpf/otel"
#define PIN FOLDER "/traces_ctx_v1"

struct context {
	uint8_t trace_id[16];
	uint8_t span_id[8];
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void pin(void)
{
	union bpf_attr made = {
		.map_type = BPF_MAP_TYPE_LRU_HASH,
		.key_size = sizeof(uint64_t),
		.value_size = sizeof(struct context),
		.max_entries = 16384,
	};
	union bpf_attr pinned = { .pathname = (uint64_t)(uintptr_t)PIN };
	int map = bpf(BPF_MAP_CREATE, &made);

	if (map < 0)
		die("BPF_MAP_CREATE");
	if (mkdir(FOLDER, 01700))
		die(FOLDER);
	pinned.bpf_fd = map;
	if (bpf(BPF_OBJ_PIN, &pinned))
		die(PIN);
}

static void from_hex(uint8_t *to, size_t length, const char *hex)
{
	if (strlen(hex) != 2 * length) {
		fprintf(stderr, "obi: %zu hex digits are wanted, not %s\n", 2 * length, hex);
		exit(2);
	}
	for (size_t i = 0; i < length; i++) {
		unsigned int byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			die(hex);
		to[i] = byte;
	}
}

static void request_key(const char *prefix, const char *rest)
{
	char description[256];

	snprintf(description, sizeof(description), "%s:%s", prefix, rest);
	syscall(SYS_request_key, "user", description, NULL, 0);
}

static void call(const char *trace_id, const char *span_id, const char *description)
{
	union bpf_attr opened = { .pathname = (uint64_t)(uintptr_t)PIN };
	uint64_t thread = (uint64_t)getpid() << 32 | (uint32_t)gettid();
	union bpf_attr entry = { .key = (uint64_t)(uintptr_t)&thread };
	struct context context;
	char ids[64];

	from_hex(context.trace_id, sizeof(context.trace_id), trace_id);
	from_hex(context.span_id, sizeof(context.span_id), span_id);
	entry.map_fd = bpf(BPF_OBJ_GET, &opened);
	if ((int)entry.map_fd < 0)
		die(PIN);
	entry.value = (uint64_t)(uintptr_t)&context;
	if (bpf(BPF_MAP_UPDATE_ELEM, &entry))
		die("BPF_MAP_UPDATE_ELEM");
	snprintf(ids, sizeof(ids), "%s:%s", trace_id, span_id);
	request_key(description, ids);
	entry.value = 0;
	if (bpf(BPF_MAP_DELETE_ELEM, &entry))
		die("BPF_MAP_DELETE_ELEM");
	request_key(description, "none");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "pin")) {
		pin();
	} else if (argc == 5 && !strcmp(argv[1], "call")) {
		call(argv[2], argv[3], argv[4]);
	} else {
		fprintf(stderr, "usage: obi pin | obi call TRACE SPAN DESCRIPTION\n");
		return 2;
	}
	return 0;
}
