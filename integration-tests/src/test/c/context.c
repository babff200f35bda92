// SPDX-License-Identifier: Apache-2.0
/*
 * Publishes spans as an OpenTelemetry SDK does (OTEP 4719 and 4947), or as none should, and asks for
 * keys meanwhile. The description of each key says what a reader must have found:
 *
 *   ctx:TRACE:SPAN  this span
 *   ctx:none        no span
 *   ctx:pair        one of two spans, of one and the same byte each, or none; never a mixture
 *
 *   context VARIABLE OFFSET MODE THREADS CALLS
 *     VARIABLE  exe: of this program; else the path of a library made of context_variable.c
 *     OFFSET    tell: the distance from the thread pointer is told; hide: it is to be found
 *     MODE      spans, pool, absent, garbage, flip, unmap, fork, exec, unpublished
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

struct record {
	uint8_t trace_id[16];
	uint8_t span_id[8];
	volatile uint8_t valid;
	uint8_t flags;
	uint16_t attributes_size;
};

struct header {
	char signature[8];
	uint32_t version;
	uint32_t payload_size;
	volatile uint64_t published_at;
	uint64_t payload;
};

#define PAGE 4096

__attribute__((visibility("default"))) __thread struct record *volatile otel_thread_ctx_v1;

static struct record *volatile *own_variable(void)
{
	return &otel_thread_ctx_v1;
}

static struct record *volatile *(*variable)(void) = own_variable;
static const char *mode;
static long calls;
static struct header *context;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void request_key(const char *description)
{
	syscall(SYS_request_key, "user", description, NULL, 0);
}

/* Numbers and lengths of protobuf below 128, which all here are. */
static uint8_t *put(uint8_t *to, const void *bytes, size_t length, uint8_t tag)
{
	*to++ = tag;
	*to++ = length;
	memcpy(to, bytes, length);
	return to + length;
}

static uint8_t *attribute(uint8_t *to, const char *key, const char *value, uint8_t tag)
{
	uint8_t any[120], pair[124], *end;
	size_t value_length = put(any, value, strlen(value), 0x0a) - any;

	end = put(pair, key, strlen(key), 0x0a);
	end = put(end, any, value_length, 0x12);
	return put(to, pair, end - pair, tag);
}

static void publish(const char *service, int tell)
{
	uint8_t resource[128], *payload, *end;
	struct timespec now;
	char offset[32];

	if (!context) {
		int fd = memfd_create("OTEL_CTX", MFD_CLOEXEC | MFD_ALLOW_SEALING);

		if (fd < 0 || ftruncate(fd, PAGE))
			die("memfd");
		context = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		close(fd);
		if (context == MAP_FAILED || madvise(context, PAGE, MADV_DONTFORK))
			die("mmap");
		memcpy(context->signature, "OTEL_CTX", 8);
		context->version = 2;
	}
	context->published_at = 0;
	__sync_synchronize();
	payload = (uint8_t *)(context + 1);
	end = attribute(resource, "service.name", service, 0x0a);
	end = put(payload, resource, end - resource, 0x0a);
	end = attribute(end, "threadlocal.schema_version", "tls_v1", 0x12);
	if (tell) {
		snprintf(offset, sizeof(offset), "%ld",
			 (long)((char *)variable() - (char *)__builtin_thread_pointer()));
		end = attribute(end, "requestkey.thread_ctx.tls_offset", offset, 0x12);
	}
	context->payload_size = end - payload;
	context->payload = (uintptr_t)payload;
	__sync_synchronize();
	clock_gettime(CLOCK_BOOTTIME, &now);
	context->published_at = now.tv_sec * 1000000000ULL + now.tv_nsec;
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, context, PAGE, "OTEL_CTX");
}

static void fill(struct record *r, uint8_t byte)
{
	r->valid = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	memset(r->trace_id, byte, sizeof(r->trace_id));
	memset(r->span_id, byte, sizeof(r->span_id));
	r->flags = 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	r->valid = 1;
}

static void begin_span(struct record *r, unsigned int *seed, char *description)
{
	char *to = description + sprintf(description, "ctx:");

	r->valid = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	for (int i = 0; i < 16; i++)
		r->trace_id[i] = rand_r(seed) | (i == 0);
	for (int i = 0; i < 8; i++)
		r->span_id[i] = rand_r(seed) | (i == 0);
	r->flags = 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	r->valid = 1;
	for (int i = 0; i < 16; i++)
		to += sprintf(to, "%02x", r->trace_id[i]);
	*to++ = ':';
	for (int i = 0; i < 8; i++)
		to += sprintf(to, "%02x", r->span_id[i]);
}

static void *worker(void *argument)
{
	unsigned int seed = (uintptr_t)argument * 7919 + getpid();
	struct record r = {};
	char description[80];

	for (long i = 0; i < calls; i++) {
		begin_span(&r, &seed, description);
		*variable() = &r;
		request_key(description);
		if (i % 3 == 0) {
			*variable() = NULL;
			request_key("ctx:none");
		} else if (i % 3 == 1) {
			r.valid = 0;
			request_key("ctx:none");
		}
	}
	*variable() = NULL;
	return NULL;
}

/* Each call on a thread of its own: the variable is new every time. */
static void pool(void)
{
	long rest = calls;

	calls = 1;
	while (rest-- > 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, worker, (void *)rest))
			die("pthread_create");
		pthread_join(thread, NULL);
	}
}

static void garbage(void)
{
	struct record zero = { .valid = 1 }, half = { .valid = 1 }, odd = { .valid = 7 };
	uint8_t *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct record *pointers[] = {
		(void *)1, (void *)8, (void *)-8L, (void *)0xffff888000000000UL,
		(void *)0xffffffff81000000UL, (void *)0x800000000000UL, (void *)0x4141414141414142UL,
		(void *)0xffffffffff600000UL, &zero, &half, &odd, NULL, NULL, NULL,
	};
	int count = sizeof(pointers) / sizeof(pointers[0]);

	if (page == MAP_FAILED)
		die("mmap");
	memset(half.trace_id, 5, 16);
	memset(odd.trace_id, 5, 16);
	memset(odd.span_id, 5, 8);
	memset(page, 1, PAGE);
	mprotect(page + PAGE, PAGE, PROT_NONE);
	pointers[count - 1] = (void *)(page + PAGE - 20); /* ends in a page that cannot be read */
	pointers[count - 2] = (void *)(page + 33); /* odd */
	pointers[count - 3] = (void *)(page + PAGE);
	for (long i = 0; i < calls; i++) {
		*variable() = pointers[i % count];
		request_key("ctx:none");
	}
	*variable() = NULL;
}

static struct record *shared;
static volatile int done;

static void *flipper(void *argument)
{
	for (uint8_t byte = 0xaa; !done; byte ^= 0xaa ^ 0xbb)
		fill(shared, byte);
	return argument;
}

static void *unmapper(void *argument)
{
	while (!done) {
		munmap(shared, PAGE);
		if (mmap(shared, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			 0) != shared)
			die("mmap");
		fill(shared, 0xaa);
	}
	return argument;
}

static void against(void *(*other)(void *))
{
	pthread_t thread;

	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	fill(shared, 0xaa);
	*variable() = shared;
	if (pthread_create(&thread, NULL, other, NULL))
		die("pthread_create");
	for (long i = 0; i < calls; i++)
		request_key("ctx:pair");
	done = 1;
	pthread_join(thread, NULL);
}

static void forked(void)
{
	struct record r = {};

	fill(&r, 0xaa);
	*variable() = &r;
	for (long i = 0; i < calls; i++) {
		pid_t child = fork();

		if (!child) {
			request_key("ctx:none");
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}

/* What this program becomes has a record as well, but has published nothing. */
static void exec_self(char **argv)
{
	char count[24], generation[24];
	long left = calls;

	snprintf(count, sizeof(count), "%ld", left);
	snprintf(generation, sizeof(generation), "%s", "1");
	execl("/proc/self/exe", argv[0], argv[1], argv[2], "unpublished", generation, count, NULL);
	die("exec");
}

int main(int argc, char **argv)
{
	static struct record stale;
	long threads;

	if (argc != 6) {
		fprintf(stderr, "context VARIABLE OFFSET MODE THREADS CALLS\n");
		return 2;
	}
	mode = argv[3];
	threads = strtol(argv[4], NULL, 10);
	calls = strtol(argv[5], NULL, 10);
	if (strcmp(argv[1], "exe")) {
		void *library = dlopen(argv[1], RTLD_NOW);

		variable = library ? (struct record *volatile *(*)(void))dlsym(library, "context_variable") : NULL;
		if (!variable) {
			fprintf(stderr, "%s\n", dlerror());
			return 1;
		}
	}
	*variable() = NULL;
	if (strcmp(mode, "unpublished")) {
		publish("service of context", !strcmp(argv[2], "tell"));
		sleep(2);
	}
	if (!strcmp(mode, "spans")) {
		pthread_t thread[threads];

		for (long i = 0; i < threads; i++)
			if (pthread_create(&thread[i], NULL, worker, (void *)i))
				die("pthread_create");
		for (long i = 0; i < threads; i++)
			pthread_join(thread[i], NULL);
	} else if (!strcmp(mode, "pool")) {
		pool();
	} else if (!strcmp(mode, "garbage")) {
		garbage();
	} else if (!strcmp(mode, "flip")) {
		against(flipper);
	} else if (!strcmp(mode, "unmap")) {
		against(unmapper);
	} else if (!strcmp(mode, "fork")) {
		forked();
	} else if (!strcmp(mode, "exec")) {
		exec_self(argv);
	} else if (!strcmp(mode, "unpublished")) {
		fill(&stale, 0xaa);
		*variable() = &stale;
		for (long i = 0; i < calls; i++)
			request_key("ctx:none");
	}
	return 0;
}
