// SPDX-License-Identifier: Apache-2.0
/*
 * Calls that keyctl(1) cannot make. Prints what the kernel answered, one line a call.
 *
 *   calls bad-pointer             request_key with an unreadable description
 *   calls request N DESCRIPTION   request_key("user", DESCRIPTION, NULL, 0), N times
 *   calls time N                  ns for N request_key calls, then for N getppid calls
 *   calls programs                id and name of each BPF program in the kernel
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long request_key(const char *type, const char *description)
{
	long r = syscall(SYS_request_key, type, description, NULL, 0);

	return r < 0 ? -errno : r;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void list_programs(void)
{
	union bpf_attr next = {};

	while (!bpf(BPF_PROG_GET_NEXT_ID, &next)) {
		union bpf_attr open = { .prog_id = next.next_id }, get = {};
		struct bpf_prog_info info = {};
		int fd = bpf(BPF_PROG_GET_FD_BY_ID, &open);

		next.start_id = next.next_id;
		if (fd < 0)
			continue; /* gone meanwhile */
		get.info.bpf_fd = fd;
		get.info.info_len = sizeof(info);
		get.info.info = (unsigned long)&info;
		if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &get))
			printf("%u %s\n", info.id, info.name);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "bad-pointer")) {
		printf("%ld\n", request_key("user", (const char *)8));
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "request")) {
		long n = strtol(argv[2], NULL, 10), last = 0;

		for (long i = 0; i < n; i++)
			last = request_key("user", argv[3]);
		printf("%ld\n", last);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "time")) {
		long n = strtol(argv[2], NULL, 10);
		long long a = now(), b, c;

		for (long i = 0; i < n; i++)
			request_key("user", argv[3]);
		b = now();
		for (long i = 0; i < n; i++)
			syscall(SYS_getppid);
		c = now();
		printf("%lld %lld\n", (b - a) / n, (c - b) / n);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "programs")) {
		list_programs();
		return 0;
	}
	fprintf(stderr, "calls: bad-pointer | request N DESCRIPTION | time N DESCRIPTION | programs\n");
	return 2;
}
