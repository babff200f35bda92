// SPDX-License-Identifier: Apache-2.0
/* The variable of OTEP 4947 in a library, for context.c; how it is reached is the compiler's option. */
__attribute__((visibility("default"))) __thread void *otel_thread_ctx_v1;

#ifdef LARGE
/* More than the C library keeps for libraries that are loaded later: not in static TLS. */
__thread char room[LARGE] = { 1 };

char *context_room(void)
{
	return room;
}
#endif

void **context_variable(void)
{
	return &otel_thread_ctx_v1;
}
