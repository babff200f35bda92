// SPDX-License-Identifier: Apache-2.0
/*
 * Forces what otherwise takes years, or hundreds of threads, in the maps of an agent that runs.
 *
 *   maps foreign SERIAL    that a key has the serial of another that is gone, and whose end was missed:
 *                          makes its entry in origins that of another struct key, and prints the
 *                          serial; fails if there is no such entry or its key is unknown
 *   maps crowd             that there is no room in large_texts: prints in how many maps
 *   maps left              takes that back, and prints how many entries of calls that are no more were
 *                          still in large_texts and user_texts
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

static long element(int command, int fd, const void *key, void *value)
{
	union bpf_attr attr = {};

	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return bpf(command, &attr);
}

/* What is done to a map; returns what it is to be counted as. */
typedef long (*work)(int fd, const struct bpf_map_info *info, int32_t serial);

/* Does it to every map of that name, and adds up. */
static long each(const char *name, work work, int32_t serial)
{
	union bpf_attr attr = {};
	uint32_t id = 0;
	long sum = 0;

	for (;;) {
		struct bpf_map_info info = {};
		int fd;

		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (bpf(BPF_MAP_GET_NEXT_ID, &attr))
			return sum;
		id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.map_id = id;
		fd = bpf(BPF_MAP_GET_FD_BY_ID, &attr);
		if (fd < 0)
			continue;
		memset(&attr, 0, sizeof(attr));
		attr.info.bpf_fd = fd;
		attr.info.info = (uintptr_t)&info;
		attr.info.info_len = sizeof(info);
		if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) && !strcmp(info.name, name))
			sum += work(fd, &info, serial);
		close(fd);
	}
}

static long make_foreign(int fd, const struct bpf_map_info *info, int32_t serial)
{
	struct origin origin;

	if (info->key_size != sizeof(serial) || info->value_size != sizeof(origin) ||
	    element(BPF_MAP_LOOKUP_ELEM, fd, &serial, &origin) || !origin.key)
		return 0;
	origin.key ^= 0x100000; /* no struct key is there at the same time */
	return !element(BPF_MAP_UPDATE_ELEM, fd, &serial, &origin);
}

/* No thread has such an id. */
static uint64_t nobody(uint32_t n)
{
	return UINT64_MAX - n;
}

static long crowd(int fd, const struct bpf_map_info *info, int32_t unused)
{
	char *value = calloc(1, info->value_size);
	uint64_t key;
	uint32_t n = 0;

	do
		key = nobody(n++);
	while (!element(BPF_MAP_UPDATE_ELEM, fd, &key, value));
	free(value);
	return errno == E2BIG;
}

static long left(int fd, const struct bpf_map_info *info, int32_t unused)
{
	uint64_t key, *from = NULL;
	long n = 0;

	for (uint32_t i = 0; i <= info->max_entries; i++) {
		key = nobody(i);
		element(BPF_MAP_DELETE_ELEM, fd, &key, NULL);
	}
	for (;;) {
		union bpf_attr attr = {};

		attr.map_fd = fd;
		attr.key = (uintptr_t)from;
		attr.next_key = (uintptr_t)&key;
		if (bpf(BPF_MAP_GET_NEXT_KEY, &attr))
			return n;
		from = &key;
		n++;
	}
}

int main(int argc, char **argv)
{
	int32_t serial = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	if (serial > 0 && !strcmp(argv[1], "foreign")) {
		if (!each("origins", make_foreign, serial)) {
			fprintf(stderr, "maps: no entry of %d that names its key\n", serial);
			return 1;
		}
		printf("%d\n", serial);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "crowd")) {
		printf("%ld\n", each("large_texts", crowd, 0));
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "left")) {
		printf("%ld %ld\n", each("large_texts", left, 0), each("user_texts", left, 0));
		return 0;
	}
	fprintf(stderr, "maps: foreign SERIAL | crowd | left\n");
	return 2;
}
