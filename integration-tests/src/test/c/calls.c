// SPDX-License-Identifier: Apache-2.0
/*
 * Calls that keyctl(1) cannot make. Prints what the kernel answered, one line a call.
 *
 *   calls bad-pointer             request_key with an unreadable description
 *   calls request N DESCRIPTION   request_key("user", DESCRIPTION, NULL, 0), N times
 *   calls pace RATE S DESCRIPTION the same RATE times a second, for S seconds
 *   calls time N DESCRIPTION      ns for N request_key calls, then for N getppid calls
 *   calls programs                id and name of each BPF program in the kernel
 *   calls honest N                N request_key calls whose strings nobody rewrites
 *   calls rewrite-before          one whose description is rewritten after the call has begun and
 *                                 before the kernel has copied it: userfaultfd holds the copy on
 *                                 the page of the description's end meanwhile
 *   calls shorten-before          the same with one of 600 bytes, which then has 10
 *   calls long                    one whose description has 600 bytes
 *   calls rewrite-race N          N calls while another thread rewrites the description
 *   calls not-resident            one whose description lies in a page that is not resident
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* More than the programs keep in the entry of a call. */
#define LONG_TEXT 600

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

/* In bursts of a millisecond, or one by one if the rate is lower; late ones are made up for. */
static void pace(long rate, long seconds, const char *description)
{
	long long begun = now(), made = 0;

	while (made < rate * seconds) {
		long long due = (now() - begun) * rate / 1000000000;
		struct timespec nap = { .tv_nsec = rate < 1000 ? 1000000000 / rate : 1000000 };

		for (; made < due && made < rate * seconds; made++)
			request_key("user", description);
		nanosleep(&nap, NULL);
	}
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

static volatile int stop;

static void *rewrite(void *text)
{
	volatile char *first = text;

	while (!stop)
		*first = *first == 'a' ? 'b' : 'a';
	return NULL;
}

static int rewrite_race(long n)
{
	static char text[] = "a-raced-description";
	pthread_t thread;

	pthread_create(&thread, NULL, rewrite, text);
	for (long i = 0; i < n; i++)
		request_key("user", text);
	stop = 1;
	pthread_join(thread, NULL);
	return 0;
}

/* The page that a held copy waits for, and what is rewritten meanwhile. */
struct held {
	int fd;
	char *pages;
	long size;
	long at; /* in pages */
	char to;
};

static void *answer_fault(void *argument)
{
	struct held *held = argument;
	struct uffd_msg message;
	char *page = mmap(NULL, held->size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_copy copy = {
		.dst = (unsigned long)(held->pages + held->size),
		.src = (unsigned long)page,
		.len = held->size,
	};

	strcpy(page, "tail");
	if (read(held->fd, &message, sizeof(message)) != sizeof(message))
		return NULL;
	/* The kernel waits in its copy: it has measured the first page, and copies only then. */
	held->pages[held->at] = held->to;
	ioctl(held->fd, UFFDIO_COPY, &copy);
	return NULL;
}

/* A description of which that much lies before the page that the kernel waits for. */
static int rewrite_before(long head, long at, char to)
{
	struct held held = { .size = sysconf(_SC_PAGESIZE), .to = to };
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	pthread_t thread;

	held.pages = mmap(NULL, 2 * held.size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	held.fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (held.fd < 0 || ioctl(held.fd, UFFDIO_API, &api)) {
		printf("userfaultfd: %d\n", errno);
		return 1;
	}
	held.at = held.size - head + at;
	memset(held.pages + held.size - head, 'x', head);
	memcpy(held.pages + held.size - head, "before", 6);
	range.range.start = (unsigned long)held.pages + held.size;
	range.range.len = held.size;
	ioctl(held.fd, UFFDIO_REGISTER, &range);
	pthread_create(&thread, NULL, answer_fault, &held);
	printf("%ld\n", request_key("user", held.pages + held.size - head));
	pthread_join(thread, NULL);
	return 0;
}

static int not_resident(void)
{
	long size = sysconf(_SC_PAGESIZE);
	char *page;
	char name[] = "/tmp/calls-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	if (write(fd, "not-resident", 13) != 13)
		return 1;
	page = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	printf("%ld\n", request_key("user", page));
	return 0;
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
	if (argc == 5 && !strcmp(argv[1], "pace")) {
		pace(strtol(argv[2], NULL, 10), strtol(argv[3], NULL, 10), argv[4]);
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
	if (argc == 3 && !strcmp(argv[1], "honest")) {
		for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
			request_key("user", "an-honest-description");
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "rewrite-before"))
		return rewrite_before(6, 0, 'B');
	if (argc == 2 && !strcmp(argv[1], "shorten-before"))
		return rewrite_before(LONG_TEXT, 10, '\0');
	if (argc == 2 && !strcmp(argv[1], "long")) {
		char text[LONG_TEXT + 1] = {};

		memset(text, 'x', LONG_TEXT);
		printf("%ld\n", request_key("user", text));
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "rewrite-race"))
		return rewrite_race(strtol(argv[2], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "not-resident"))
		return not_resident();
	fprintf(stderr, "calls: bad-pointer | request N DESCRIPTION |\n"
			"       pace RATE SECONDS DESCRIPTION | time N DESCRIPTION | programs |\n"
			"       honest N | rewrite-before | shorten-before | long |\n"
			"       rewrite-race N | not-resident\n");
	return 2;
}
