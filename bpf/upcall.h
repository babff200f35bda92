/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The kernel's helper /sbin/request-key: which request it was started for, what it does, how it ends.
 */
#ifndef RK_UPCALL_H
#define RK_UPCALL_H

#include "call.h"
#include "submit.h"

/* At the entry of a call, after its own ids were minted: where the task is the helper of an upcall,
 * or descends from one, sets trace_id and parent_span_id to those of the upcall.
 */
static __always_inline void parent_of_caller(struct call *call)
{
}

/* At the return of request_key(2), with everything else in the record: sets outcome. */
static __always_inline void outcome_of_request(const struct call *call, struct rk_record *r)
{
}

#endif
