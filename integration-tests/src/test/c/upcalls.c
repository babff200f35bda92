// SPDX-License-Identifier: Apache-2.0
/*
 * Requests that all need an upcall, at once: one process each, all waiting before the first call.
 * Prints "DESCRIPTION ANSWER", one line a request: the serial, or the negative errno.
 *
 *   upcalls N PREFIX    request_key("user", "PREFIX<i>", "<i>", session keyring), i from 0 to N-1
 *   upcalls N =SAME     all of them ask for the key SAME
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SESSION_KEYRING (-3)

static int ask(int gate, const char *description, const char *callout)
{
	char line[512], go;
	long answer;
	int length;

	if (read(gate, &go, 1) < 0) /* all begin when the other end is closed */
		return 1;
	answer = syscall(SYS_request_key, "user", description, callout, SESSION_KEYRING);
	length = snprintf(line, sizeof(line), "%s %ld\n", description, answer < 0 ? -errno : answer);
	return write(STDOUT_FILENO, line, length) != length;
}

int main(int argc, char **argv)
{
	long n = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	int gate[2], failed = 0, status;

	if (n <= 0 || pipe(gate)) {
		fprintf(stderr, "upcalls: N PREFIX | N =SAME\n");
		return 2;
	}
	for (long i = 0; i < n; i++) {
		char description[256], callout[32];
		pid_t pid;

		snprintf(callout, sizeof(callout), "%ld", i);
		if (argv[2][0] == '=')
			snprintf(description, sizeof(description), "%s", argv[2] + 1);
		else
			snprintf(description, sizeof(description), "%s%ld", argv[2], i);
		pid = fork();
		if (!pid) {
			close(gate[1]);
			_exit(ask(gate[0], description, callout));
		}
		failed |= pid < 0;
	}
	close(gate[1]);
	while (wait(&status) > 0)
		failed |= status;
	return failed ? 1 : 0;
}
