// SPDX-License-Identifier: Apache-2.0
/*
 * Forces what otherwise takes years: that a key has the serial of another that is gone, and whose end
 * was missed. In the agent's map of origins it makes the entry of a serial that of another struct key.
 *
 *   origins foreign SERIAL    prints the serial; fails if there is no such entry or its key is unknown
 *
 * Serials are random numbers of 31 bits, so the kernel cannot be made to give one again.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct origin of bpf/origin.h */
struct origin {
	uint8_t trace_id[16];
	uint8_t span_id[8];
	uint64_t key;
};

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int is_origins(int fd)
{
	struct bpf_map_info info = {};
	union bpf_attr attr = {};

	attr.info.bpf_fd = fd;
	attr.info.info = (uintptr_t)&info;
	attr.info.info_len = sizeof(info);
	return !bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) && !strcmp(info.name, "origins") &&
	       info.key_size == sizeof(int32_t) && info.value_size == sizeof(struct origin);
}

/* Makes the entry foreign in every map of origins that has it; returns in how many. */
static int make_foreign(int32_t serial)
{
	union bpf_attr attr = {};
	uint32_t id = 0;
	int changed = 0;

	for (;;) {
		struct origin origin;
		int fd;

		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (bpf(BPF_MAP_GET_NEXT_ID, &attr))
			return changed;
		id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.map_id = id;
		fd = bpf(BPF_MAP_GET_FD_BY_ID, &attr);
		if (fd < 0)
			continue;
		memset(&attr, 0, sizeof(attr));
		attr.map_fd = fd;
		attr.key = (uintptr_t)&serial;
		attr.value = (uintptr_t)&origin;
		if (is_origins(fd) && !bpf(BPF_MAP_LOOKUP_ELEM, &attr) && origin.key) {
			origin.key ^= 0x100000; /* no struct key is there at the same time */
			attr.flags = BPF_EXIST;
			changed += !bpf(BPF_MAP_UPDATE_ELEM, &attr);
		}
		close(fd);
	}
}

int main(int argc, char **argv)
{
	int32_t serial = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	if (serial <= 0 || strcmp(argv[1], "foreign")) {
		fprintf(stderr, "origins: foreign SERIAL\n");
		return 2;
	}
	if (!make_foreign(serial)) {
		fprintf(stderr, "origins: no entry of %d that names its key\n", serial);
		return 1;
	}
	printf("%d\n", serial);
	return 0;
}
