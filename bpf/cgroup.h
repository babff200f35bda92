/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The tree of cgroups (v2), from a node up to the root. Its nodes are those of the file system.
 */
#ifndef RK_CGROUP_H
#define RK_CGROUP_H

/* As far as the programs look. */
#define MAX_CGROUP_DEPTH 32

/* NULL above the root. */
static __always_inline struct kernfs_node *cgroup_above(struct kernfs_node *kn)
{
	struct kernfs_node___rcu *newer = (void *)kn;

	if (bpf_core_field_exists(newer->__parent))
		return BPF_CORE_READ(newer, __parent);
	return BPF_CORE_READ(kn, parent);
}

#endif
