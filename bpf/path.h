/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Paths of the caller's executable and cgroup, walked from their end. A walk is dear, so what it
 * found is kept for a while.
 */
#ifndef RK_PATH_H
#define RK_PATH_H

#include "cgroup.h"
#include "ids.h"
#include "texts.h"

#define MAX_PATHS 1024
#define MAX_COMPONENTS 32

/* A directory above may be renamed, which nothing in struct executable tells. */
#define PATH_HOLDS_NS 1000000000ULL

/* Longest name of a file, NAME_MAX, with / and NUL. */
#define PATH_COMPONENT 257

/* A path, its end at the end of RK_PATH_CAP. What lies behind is there for the verifier. */
struct kept_path {
	__u64 made_ns; /* CLOCK_BOOTTIME */
	__u16 begin;
	__u8 truncated;
	__u8 component[PATH_COMPONENT];
	__u8 data[RK_PATH_CAP + PATH_COMPONENT];
};

/* What an executable's path hangs on. The pointers can be in use again for something else, which
 * then would have to bear the same inode number and generation and have a name of the same length.
 */
struct executable {
	const void *mount;
	const void *dentry;
	const void *parent;
	const void *name;
	__u64 inode;
	__u32 generation;
	__u32 name_len;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PATHS);
	__type(key, struct executable);
	__type(value, struct kept_path);
} executables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_PATHS);
	__type(key, __u64); /* id, which is not used again in a boot */
	__type(value, struct kept_path);
} cgroups SEC(".maps");

/* Puts "/name" before what is there. False when it does not fit whole. */
static __always_inline bool prepend(struct kept_path *path, const void *name, __u32 len)
{
	__u32 at = path->begin;

	if (len > PATH_COMPONENT - 2 || len + 1 > at) {
		path->truncated = 1;
		return false;
	}
	at -= len + 1;
	barrier_var(at);
	if (at >= RK_PATH_CAP)
		return false;
	barrier_var(len);
	if (len > PATH_COMPONENT - 2)
		return false;
	path->data[at] = '/';
	if (bpf_probe_read_kernel(&path->data[at + 1], len, name)) {
		path->truncated = 1;
		return false;
	}
	path->begin = at;
	return true;
}

/* Paths being walked: one for each program that begins hits, which the program that ends them has to
 * itself.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RK_ENTRIES);
	__type(key, __u32);
	__type(value, struct kept_path);
} walks SEC(".maps");

static __always_inline __u32 walk_of(const struct rk_record *r)
{
	return entry_of(r->seq);
}

static __always_inline void begin_path(struct kept_path *path)
{
	path->begin = RK_PATH_CAP - 1;
	path->truncated = 0;
	path->made_ns = bpf_ktime_get_boot_ns();
}

/* Like prepend_path() of fs/d_path.c, up to the root of the mount namespace. Not static, so that it
 * is verified once; it then can be given numbers alone.
 */
__noinline int walk_executable(__u32 walk, __u64 of_mnt, __u64 of_dentry)
{
	struct kept_path *path = bpf_map_lookup_elem(&walks, &walk);
	struct dentry *dentry = (struct dentry *)of_dentry, *parent;
	struct vfsmount *mnt = (struct vfsmount *)of_mnt;
	struct mount *mount;

	if (!path)
		return 0;
	begin_path(path);
	for (int i = 0; i < MAX_COMPONENTS; i++) {
		struct qstr name = {};

		parent = BPF_CORE_READ(dentry, d_parent);
		if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
			struct mount *above;

			mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
			above = BPF_CORE_READ(mount, mnt_parent);
			if (!above || above == mount)
				return 0;
			dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			mnt = (void *)above + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		name.len = BPF_CORE_READ(dentry, d_name.len);
		name.name = BPF_CORE_READ(dentry, d_name.name);
		if (!prepend(path, name.name, name.len))
			return 0;
		if (parent == dentry) /* of no tree, as that of memfd_create() */
			return 0;
		dentry = parent;
	}
	path->truncated = 1;
	return 0;
}

__noinline int walk_cgroup(__u32 walk, __u64 node)
{
	struct kept_path *path = bpf_map_lookup_elem(&walks, &walk);
	struct kernfs_node *kn = (struct kernfs_node *)node;

	if (!path)
		return 0;
	begin_path(path);
	for (int i = 0; i < MAX_CGROUP_DEPTH; i++) {
		struct kernfs_node *parent = cgroup_above(kn);
		const char *name;
		long n;

		if (!parent) {
			if (path->begin == RK_PATH_CAP - 1) /* the root itself */
				prepend(path, "", 0);
			return 0;
		}
		name = BPF_CORE_READ(kn, name);
		/* Its length is nowhere: read where it can stay as long as the next is read over. */
		n = bpf_probe_read_kernel_str(path->component, PATH_COMPONENT, name);
		if (n <= 0 || !prepend(path, name, n - 1)) {
			path->truncated = 1;
			return 0;
		}
		kn = parent;
	}
	path->truncated = 1;
	return 0;
}

/* Appends a path that was walked; returns the new used. */
static __always_inline __u64 append_path(__u8 *data, __u64 used, const struct kept_path *path,
					 struct rk_text *text)
{
	__u64 begin = path->begin;

	if (begin >= RK_PATH_CAP)
		return used;
	used = append_counted(data, RK_MAX_DATA, used, &path->data[begin],
			      RK_PATH_CAP - 1 - begin, RK_PATH_CAP, text);
	text->truncated = path->truncated;
	return used;
}

static __always_inline __u64 append_executable(struct record_buffer *b, __u64 used)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct executable key = {};
	struct kept_path *kept;
	struct inode *inode;
	__u32 walk = walk_of(&b->record);
	struct dentry *dentry;

	if (!file) /* a thread of the kernel */
		return used;
	key.mount = BPF_CORE_READ(file, f_path.mnt);
	key.dentry = dentry = BPF_CORE_READ(file, f_path.dentry);
	key.parent = BPF_CORE_READ(dentry, d_parent);
	key.name = BPF_CORE_READ(dentry, d_name.name);
	key.name_len = BPF_CORE_READ(dentry, d_name.len);
	inode = BPF_CORE_READ(dentry, d_inode);
	key.inode = BPF_CORE_READ(inode, i_ino);
	key.generation = BPF_CORE_READ(inode, i_generation);
	kept = bpf_map_lookup_elem(&executables, &key);
	if (!kept || b->record.end_ns - kept->made_ns > PATH_HOLDS_NS) {
		walk_executable(walk, (__u64)key.mount, (__u64)key.dentry);
		kept = bpf_map_lookup_elem(&walks, &walk);
		if (!kept)
			return used;
		bpf_map_update_elem(&executables, &key, kept, BPF_ANY);
	}
	return append_path(b->data, used, kept, &b->record.text[RK_TEXT_EXECUTABLE]);
}

/* Without cgroup v2 the default hierarchy has its root alone. */
static __always_inline __u64 append_cgroup(struct record_buffer *b, __u64 used)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct kept_path *kept = bpf_map_lookup_elem(&cgroups, &b->record.cgroup_id);

	if (!kept) {
		__u32 walk = walk_of(&b->record);

		walk_cgroup(walk, (__u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
		kept = bpf_map_lookup_elem(&walks, &walk);
		if (!kept)
			return used;
		bpf_map_update_elem(&cgroups, &b->record.cgroup_id, kept, BPF_ANY);
	}
	return append_path(b->data, used, kept, &b->record.text[RK_TEXT_CGROUP]);
}

#endif
