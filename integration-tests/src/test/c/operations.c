// SPDX-License-Identifier: Apache-2.0
/*
 * Every operation of keyctl(2) once, between an add_key(2) and a request_key(2) of each kind, in one thread, in one order.
 * Prints what the kernel answered: one line a call, "name begin-ns end-ns result"; a failed call's result is the negative errno.
 * What the calls are given is fixed, but for serial numbers, so that the records of two kernels can be compared field by field.
 *
 *   operations PREFIX    descriptions begin with PREFIX
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef KEYCTL_MOVE
#define KEYCTL_MOVE 30
#endif
#ifndef KEYCTL_CAPABILITIES
#define KEYCTL_CAPABILITIES 31
#endif
#ifndef KEYCTL_WATCH_KEY
#define KEYCTL_WATCH_KEY 32
#endif

#define SESSION ((unsigned long)(uint32_t)KEY_SPEC_SESSION_KEYRING)

static const char *prefix;
static char text[8][128];

/* One of a few buffers; good until the eighth next call. */
static const char *named(const char *name)
{
	static int next;
	char *to = text[next++ % 8];

	snprintf(to, sizeof(text[0]), "%s%s", prefix, name);
	return to;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long call(const char *name, long number, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		 unsigned long e)
{
	long long begin = now(), end;
	long r = syscall(number, a, b, c, d, e);

	if (r < 0)
		r = -errno;
	end = now();
	printf("%s %lld %lld %ld\n", name, begin, end, r);
	fflush(stdout);
	return r;
}

static long keyctl(const char *name, int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return call(name, SYS_keyctl, operation, a, b, c, d);
}

static long add(const char *name, const char *type, const char *description, const char *payload, unsigned long ring)
{
	return call(name, SYS_add_key, (unsigned long)type, (unsigned long)description, (unsigned long)payload,
		    payload ? strlen(payload) : 0, ring);
}

static long request(const char *name, const char *type, const char *description, const char *callout,
		    unsigned long ring)
{
	return call(name, SYS_request_key, (unsigned long)type, (unsigned long)description, (unsigned long)callout, ring,
		    0);
}

int main(int argc, char **argv)
{
	struct keyctl_dh_params dh = {};
	struct keyctl_pkey_query query;
	struct keyctl_pkey_params pkey = {};
	struct iovec iov = { "x", 1 };
	char buffer[256];
	long a, b, ring, other, target;
	int status;
	pid_t child;

	if (argc != 2) {
		fprintf(stderr, "operations PREFIX\n");
		return 2;
	}
	prefix = argv[1];

	keyctl("join-session", KEYCTL_JOIN_SESSION_KEYRING, (unsigned long)named("session"), 0, 0, 0);
	keyctl("get-keyring-id", KEYCTL_GET_KEYRING_ID, SESSION, 0, 0, 0);
	a = add("add-a", "user", named("a"), "payload", SESSION);
	b = add("add-b", "user", named("b"), "payload", SESSION);
	ring = add("add-ring", "keyring", named("ring"), NULL, SESSION);
	other = add("add-other", "keyring", named("other"), NULL, SESSION);
	add("add-unknown-type", "it_no_such_type", named("x"), "p", SESSION);
	request("request-a", "user", named("a"), NULL, 0);
	request("request-a-into-ring", "user", named("a"), NULL, ring);
	request("request-absent", "user", named("absent"), NULL, 0);
	keyctl("update", KEYCTL_UPDATE, a, (unsigned long)"update", 6, 0);
	keyctl("chown", KEYCTL_CHOWN, a, 0, 0, 0);
	keyctl("setperm", KEYCTL_SETPERM, a, 0x3f3f0100, 0, 0);
	keyctl("describe", KEYCTL_DESCRIBE, a, (unsigned long)buffer, sizeof(buffer), 0);
	keyctl("describe-session", KEYCTL_DESCRIBE, SESSION, (unsigned long)buffer, sizeof(buffer), 0);
	keyctl("read", KEYCTL_READ, a, (unsigned long)buffer, sizeof(buffer), 0);
	keyctl("get-security", KEYCTL_GET_SECURITY, a, (unsigned long)buffer, sizeof(buffer), 0);
	keyctl("set-timeout", KEYCTL_SET_TIMEOUT, a, 1000, 0, 0);
	keyctl("link", KEYCTL_LINK, b, ring, 0, 0);
	keyctl("search", KEYCTL_SEARCH, SESSION, (unsigned long)"user", (unsigned long)named("b"), 0);
	keyctl("search-into", KEYCTL_SEARCH, SESSION, (unsigned long)"user", (unsigned long)named("a"), other);
	keyctl("search-absent", KEYCTL_SEARCH, SESSION, (unsigned long)"user", (unsigned long)named("absent"), 0);
	keyctl("move", KEYCTL_MOVE, b, ring, other, 0);
	keyctl("unlink", KEYCTL_UNLINK, b, other, 0, 0);
	keyctl("restrict", KEYCTL_RESTRICT_KEYRING, ring, (unsigned long)"asymmetric",
	       (unsigned long)"builtin_trusted", 0);
	keyctl("restrict-all", KEYCTL_RESTRICT_KEYRING, ring, 0, 0, 0);
	keyctl("clear", KEYCTL_CLEAR, other, 0, 0, 0);
	keyctl("set-reqkey-keyring", KEYCTL_SET_REQKEY_KEYRING, -1, 0, 0, 0);
	keyctl("assume-none", KEYCTL_ASSUME_AUTHORITY, 0, 0, 0, 0);
	keyctl("assume-not-ours", KEYCTL_ASSUME_AUTHORITY, a, 0, 0, 0);
	keyctl("instantiate-not-ours", KEYCTL_INSTANTIATE, a, (unsigned long)"x", 1, SESSION);
	keyctl("instantiate-iov-not-ours", KEYCTL_INSTANTIATE_IOV, a, (unsigned long)&iov, 1, 0);
	keyctl("negate-not-ours", KEYCTL_NEGATE, a, 10, 0, 0);
	keyctl("reject-not-ours", KEYCTL_REJECT, a, 10, 128, 0);
	keyctl("get-persistent", KEYCTL_GET_PERSISTENT, -1, SESSION, 0, 0);
	dh.private = a;
	dh.prime = b;
	dh.base = ring;
	keyctl("dh-compute", KEYCTL_DH_COMPUTE, (unsigned long)&dh, (unsigned long)buffer, sizeof(buffer), 0);
	keyctl("pkey-query", KEYCTL_PKEY_QUERY, a, 0, (unsigned long)"", (unsigned long)&query);
	pkey.key_id = a;
	pkey.in_len = 1;
	pkey.out_len = 1;
	keyctl("pkey-encrypt", KEYCTL_PKEY_ENCRYPT, (unsigned long)&pkey, (unsigned long)"", (unsigned long)"x",
	       (unsigned long)buffer);
	keyctl("pkey-decrypt", KEYCTL_PKEY_DECRYPT, (unsigned long)&pkey, (unsigned long)"", (unsigned long)"x",
	       (unsigned long)buffer);
	keyctl("pkey-sign", KEYCTL_PKEY_SIGN, (unsigned long)&pkey, (unsigned long)"", (unsigned long)"x",
	       (unsigned long)buffer);
	keyctl("pkey-verify", KEYCTL_PKEY_VERIFY, (unsigned long)&pkey, (unsigned long)"", (unsigned long)"x",
	       (unsigned long)buffer);
	keyctl("capabilities", KEYCTL_CAPABILITIES, (unsigned long)buffer, sizeof(buffer), 0, 0);
	keyctl("watch-key", KEYCTL_WATCH_KEY, a, -1, -1, 0);
	keyctl("unknown-33", 33, 1, 2, 3, 4);
	keyctl("unknown-4711", 4711, 1, 2, 3, 4);
	keyctl("read-no-such-key", KEYCTL_READ, 2147483647, (unsigned long)buffer, sizeof(buffer), 0);

	target = add("add-revoked", "user", named("revoked"), "p", SESSION);
	keyctl("revoke", KEYCTL_REVOKE, target, 0, 0, 0);
	request("request-revoked", "user", named("revoked"), NULL, 0);
	keyctl("unlink-revoked", KEYCTL_UNLINK, target, SESSION, 0, 0);
	target = add("add-invalidated", "user", named("invalidated"), "p", SESSION);
	keyctl("invalidate", KEYCTL_INVALIDATE, target, 0, 0, 0);

	/* Last: it gives this process another session keyring. */
	child = fork();
	if (child == 0) {
		keyctl("join-anonymous", KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
		keyctl("session-to-parent", KEYCTL_SESSION_TO_PARENT, 0, 0, 0, 0);
		return 0;
	}
	waitpid(child, &status, 0);
	return 0;
}
