/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The thread-local variables, and their addresses by TLS descriptor (OTEP 4947 prefers it). In assembler because clang before
 * 19 cannot be asked for descriptors on x86-64, and because a descriptor needs nothing from a C library: the same file loads
 * under glibc, where the variables land in static TLS and have one offset in all threads, and under musl, where they do not.
 */

	.section .tbss.otel_thread_ctx_v1,"awT",@nobits
	.balign	8
	/* void *otel_thread_ctx_v1: what readers look for. */
	.globl	otel_thread_ctx_v1
	.type	otel_thread_ctx_v1,@object
	.size	otel_thread_ctx_v1,8
otel_thread_ctx_v1:
	.zero	8

	/* The record it points to; a symbol of this library alone, so that no other writer's can come in its place. */
	.section .tbss.requestkey_record,"awT",@nobits
	.balign	8
	.globl	requestkey_record
	.hidden	requestkey_record
	.type	requestkey_record,@object
	.size	requestkey_record,32
requestkey_record:
	.zero	32

	.text

/* void *NAME_address(void): the address of the calling thread's NAME. */
	.macro	address_of name
	.globl	\name\()_address
	.hidden	\name\()_address
	.type	\name\()_address,@function
\name\()_address:
	.cfi_startproc
#if defined(__x86_64__)
	/* The resolver may call malloc: keep the stack aligned. */
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	leaq	\name@TLSDESC(%rip), %rax
	call	*\name@TLSCALL(%rax)
	addq	%fs:0, %rax
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
#elif defined(__aarch64__)
	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	mov	x29, sp
	adrp	x0, :tlsdesc:\name
	ldr	x1, [x0, :tlsdesc_lo12:\name]
	add	x0, x0, :tlsdesc_lo12:\name
	.tlsdesccall \name
	blr	x1
	mrs	x1, tpidr_el0
	add	x0, x0, x1
	ldp	x29, x30, [sp], #16
	.cfi_adjust_cfa_offset -16
	.cfi_restore x29
	.cfi_restore x30
	ret
#else
#error "this architecture has no thread context yet"
#endif
	.cfi_endproc
	.size	\name\()_address, .-\name\()_address
	.endm

	address_of otel_thread_ctx_v1
	address_of requestkey_record

	.section .note.GNU-stack,"",@progbits
