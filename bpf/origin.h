/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Which call produced a key.
 */
#ifndef RK_ORIGIN_H
#define RK_ORIGIN_H

#include "call.h"

#define MAX_ORIGINS 65536

struct origin {
	__u8 trace_id[16];
	__u8 span_id[8];
	const void *key; /* struct key *; NULL: not seen */
};

/* serial -> span of the latest call that returned it. Least recently used go first when full: a
 * link is then missing, never wrong.
 *
 * A serial can be in use again before the old key is freed (key_garbage_collector() takes it out of
 * the tree long before), and the freeing of a key can be missed. So an origin is only taken for a
 * key that is that very struct key.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_ORIGINS);
	__type(key, __s32);
	__type(value, struct origin);
} origins SEC(".maps");

/* The struct key with that serial, where the call has seen it. */
static __always_inline const void *seen_key(const struct call *call, __s32 serial)
{
	return call->key_serial == serial ? call->key : NULL;
}

static __always_inline void remember_origin(const struct rk_record *r, const struct call *call)
{
	__s32 serial = r->result;
	struct origin origin = { .key = seen_key(call, serial) };

	__builtin_memcpy(origin.trace_id, r->trace_id, sizeof(origin.trace_id));
	__builtin_memcpy(origin.span_id, r->span_id, sizeof(origin.span_id));
	bpf_map_update_elem(&origins, &serial, &origin, BPF_ANY);
}

static __always_inline void forget_origin(__s32 serial)
{
	bpf_map_delete_elem(&origins, &serial);
}

static __always_inline bool is_origin_of(const struct origin *origin, const void *key)
{
	return !origin->key || !key || origin->key == key;
}

static __always_inline void take_origin(struct rk_record *r, const struct origin *origin)
{
	__builtin_memcpy(r->origin_trace_id, origin->trace_id, sizeof(r->origin_trace_id));
	__builtin_memcpy(r->origin_span_id, origin->span_id, sizeof(r->origin_span_id));
}

static __always_inline void find_origin(struct rk_record *r, const struct call *call)
{
	__s32 serial = r->key[0].resolved ? r->key[0].resolved : r->key[0].given;
	struct origin *origin;

	if (serial <= 0)
		return;
	origin = bpf_map_lookup_elem(&origins, &serial);
	if (origin && is_origin_of(origin, seen_key(call, serial)))
		take_origin(r, origin);
}

#endif
