/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The keys of a call: which the kernel took the numbers for, what they are and whose.
 */
#ifndef RK_KEYS_H
#define RK_KEYS_H

#include "keyctl.h"
#include "texts.h"

#define MAX_ERRNO 4095

/* Of the fexit program; kprobe programs exclude each other and share theirs. */
SCRATCH(key_texts, struct gathered);

/* struct key * of a key_ref_t, whose lowest bit is no part of it; NULL for an errno. */
static __always_inline struct key *key_of(__u64 key_ref)
{
	return key_ref >= (__u64)-MAX_ERRNO ? NULL : (struct key *)(key_ref & ~1ULL);
}

static __always_inline void keep_access(struct call *call, struct key *key)
{
	call->key = key;
	call->key_serial = BPF_CORE_READ(key, serial);
	call->key_uid = BPF_CORE_READ(key, uid.val);
	call->key_gid = BPF_CORE_READ(key, gid.val);
	call->key_perm = BPF_CORE_READ(key, perm);
	call->flags |= RK_F_KEY_ACCESS;
}

/* The key that an operation of keyctl(2) works on, before it does. */
static __always_inline void operating_on(struct rk_counters *c, __u64 pid_tgid, struct call *call,
					 struct key *key, struct gathered *g)
{
	struct text_source from = {};

	if (call->flags & RK_F_KEY_ACCESS)
		return;
	keep_access(call, key);
	from.type = BPF_CORE_READ(key, index_key.type, name);
	from.description = BPF_CORE_READ(key, index_key.description);
	gather_texts(g, &from);
	keep_texts(c, pid_tgid, call, g, &from);
}

/* lookup_user_key(id, ...) has returned key. */
static __always_inline void looked_up(struct rk_counters *c, __u64 pid_tgid, struct call *call,
				      __s32 id, struct key *key, struct gathered *g)
{
	__s32 serial = BPF_CORE_READ(key, serial);
	__u32 n = call->lookups, operation;
	bool placed;

	operation = call->arg[0];
	/* Where each is named at a place of its own, the place counts and the number may repeat. */
	placed = call->kind == RK_KEYCTL && keyctl_keys_in_memory(operation);
	/* Some operations look up again with other rights. */
	for (int i = 0; i < RK_KEY_REFS; i++) {
		if (!placed && i < n && call->looked_up[i].given == id) {
			call->looked_up[i].resolved = serial;
			return;
		}
	}
	if (n >= RK_KEY_REFS)
		return;
	call->looked_up[n].given = id;
	call->looked_up[n].resolved = serial;
	call->lookups = n + 1;
	if (call->kind != RK_KEYCTL)
		return;
	if (placed ? n == 0 : keyctl_has_target(operation) && id == (__s32)call->arg[1])
		operating_on(c, pid_tgid, call, key, g);
}

/* What the kernel took a number for, 0 when it did not get that far. */
static __always_inline __s32 resolved(const struct call *call, __s32 given)
{
	for (int i = 0; i < RK_KEY_REFS; i++) {
		if (i < call->lookups && call->looked_up[i].given == given)
			return call->looked_up[i].resolved;
	}
	return 0;
}

static __always_inline void fill_key(struct rk_key_ref *ref, const struct call *call, __u64 given)
{
	ref->given = given;
	ref->resolved = ref->given ? resolved(call, ref->given) : 0;
}

static __always_inline void fill_access(struct rk_record *r, const struct call *call)
{
	r->key_uid = call->key_uid;
	r->key_gid = call->key_gid;
	r->key_perm = call->key_perm;
}

/* The keys of an operation, the one it works on first, then in the order of the arguments. */
static __always_inline void fill_keyctl_keys(struct rk_record *r, const struct call *call)
{
	__u32 operation = r->operation;

	if (keyctl_keys_in_memory(operation)) {
		r->key[0] = call->looked_up[0];
		if (operation == KEYCTL_DH_COMPUTE) {
			/* ({private, prime, base}) are looked up as prime, base, private. */
			r->key[1] = call->looked_up[2];
			r->key[2] = call->looked_up[0];
			r->key[3] = call->looked_up[1];
		}
		return;
	}
	if (keyctl_has_target(operation))
		fill_key(&r->key[0], call, call->arg[1]);
	switch (operation) {
	case KEYCTL_LINK: /* (key, ring) */
	case KEYCTL_UNLINK: /* (key, ring) */
		fill_key(&r->key[1], call, call->arg[2]);
		break;
	case KEYCTL_SEARCH: /* (ring, type, description, destination) */
		fill_key(&r->key[1], call, call->arg[1]);
		fill_key(&r->key[2], call, call->arg[4]);
		break;
	case KEYCTL_INSTANTIATE: /* (key, payload, length, ring) */
	case KEYCTL_REJECT: /* (key, timeout, error, ring) */
	case KEYCTL_INSTANTIATE_IOV: /* (key, vector, length, ring) */
		fill_key(&r->key[1], call, call->arg[4]);
		break;
	case KEYCTL_NEGATE: /* (key, timeout, ring) */
		fill_key(&r->key[1], call, call->arg[3]);
		break;
	case KEYCTL_GET_PERSISTENT: /* (uid, ring) */
		fill_key(&r->key[1], call, call->arg[2]);
		break;
	case KEYCTL_MOVE: /* (key, from, to) */
		fill_key(&r->key[1], call, call->arg[2]);
		fill_key(&r->key[2], call, call->arg[3]);
		break;
	}
	if (r->result > 0 && keyctl_returns_key(operation))
		r->key[0].resolved = r->result;
	/* These take the very serial of the key under construction, or fail. */
	if (r->result >= 0 && keyctl_answers(operation))
		r->key[0].resolved = r->key[0].given;
}

#endif
