/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** Names of the error numbers that calls on keys return (include/uapi/asm-generic/errno*.h). */
public final class Errno {

  private Errno() {}

  /**
   * The name of an error number, such as {@code ENOKEY}; {@code errno 9999} for one unknown here.
   *
   * @param errno positive error number
   */
  public static String name(int errno) {
    return switch (errno) {
      case 1 -> "EPERM";
      case 2 -> "ENOENT";
      case 3 -> "ESRCH";
      case 4 -> "EINTR";
      case 5 -> "EIO";
      case 7 -> "E2BIG";
      case 9 -> "EBADF";
      case 11 -> "EAGAIN";
      case 12 -> "ENOMEM";
      case 13 -> "EACCES";
      case 14 -> "EFAULT";
      case 16 -> "EBUSY";
      case 17 -> "EEXIST";
      case 19 -> "ENODEV";
      case 20 -> "ENOTDIR";
      case 22 -> "EINVAL";
      case 23 -> "ENFILE";
      case 24 -> "EMFILE";
      case 28 -> "ENOSPC";
      case 34 -> "ERANGE";
      case 35 -> "EDEADLK";
      case 36 -> "ENAMETOOLONG";
      case 38 -> "ENOSYS";
      case 39 -> "ENOTEMPTY";
      case 40 -> "ELOOP";
      case 61 -> "ENODATA";
      case 62 -> "ETIME";
      case 65 -> "ENOPKG";
      case 71 -> "EPROTO";
      case 74 -> "EBADMSG";
      case 75 -> "EOVERFLOW";
      case 90 -> "EMSGSIZE";
      case 95 -> "EOPNOTSUPP";
      case 110 -> "ETIMEDOUT";
      case 111 -> "ECONNREFUSED";
      case 113 -> "EHOSTUNREACH";
      case 114 -> "EALREADY";
      case 115 -> "EINPROGRESS";
      case 122 -> "EDQUOT";
      case 126 -> "ENOKEY";
      case 127 -> "EKEYEXPIRED";
      case 128 -> "EKEYREVOKED";
      case 129 -> "EKEYREJECTED";
      // Not for user space: the call is restarted or ends in EINTR (include/linux/errno.h).
      case 512 -> "ERESTARTSYS";
      case 524 -> "ENOTSUPP";
      default -> "errno " + errno;
    };
  }
}
