/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Every attribute of the log records and spans.
 *
 * <p>Names that OpenTelemetry's semantic conventions have are used as they are; everything else is
 * in the {@code keyring} namespace, because existing namespaces are not to be extended (semantic
 * conventions, {@code docs/general/naming.md}). "Hit" means any of the three calls. An attribute
 * whose value is not known is left out, never filled with a stand-in.
 *
 * <p>A log record and the span of one hit carry the same attributes with the same values, but for
 * {@link #LOG_RECORD_UID}.
 */
public final class KeyringAttributes {

  // The key -----------------------------------------------------------------------------------

  /**
   * Serial number of the key, 1 to 2147483647. On request_key and add_key: the key returned, so
   * only on success. On keyctl: the key operated on, as {@code lookup_user_key()} resolved it or as
   * the call returned it; else the serial as given, when that is an ordinary one.
   */
  public static final AttributeKey<Long> KEY_SERIAL = longKey("keyring.key.serial");

  /** Key type asked for, such as {@code user}; at most 31 bytes. On request_key and add_key. */
  public static final AttributeKey<String> KEY_TYPE = stringKey("keyring.key.type");

  /** Why {@link #KEY_TYPE} has no usable value; see {@link #STATE_NULL} and its siblings. */
  public static final AttributeKey<String> KEY_TYPE_STATE = stringKey("keyring.key.type.state");

  /** True when {@link #KEY_TYPE} was cut at capture, else left out. */
  public static final AttributeKey<Boolean> KEY_TYPE_TRUNCATED =
      booleanKey("keyring.key.type.truncated");

  /** Description of the key asked for or added; at most 4,095 bytes. On request_key and add_key. */
  public static final AttributeKey<String> KEY_DESCRIPTION = stringKey("keyring.key.description");

  /** Why {@link #KEY_DESCRIPTION} has no usable value; see {@link #STATE_NULL} and its siblings. */
  public static final AttributeKey<String> KEY_DESCRIPTION_STATE =
      stringKey("keyring.key.description.state");

  /** True when {@link #KEY_DESCRIPTION} was cut at capture, else left out. */
  public static final AttributeKey<Boolean> KEY_DESCRIPTION_TRUNCATED =
      booleanKey("keyring.key.description.truncated");

  // request_key -------------------------------------------------------------------------------

  /** What the helper that makes a missing key is told ({@code callout_info}). On request_key. */
  public static final AttributeKey<String> REQUEST_CALLOUT_INFO =
      stringKey("keyring.request.callout_info");

  /**
   * Why {@link #REQUEST_CALLOUT_INFO} has no usable value; {@link #STATE_NULL} is the ordinary case
   * of a caller that wants no key made.
   */
  public static final AttributeKey<String> REQUEST_CALLOUT_INFO_STATE =
      stringKey("keyring.request.callout_info.state");

  /** True when {@link #REQUEST_CALLOUT_INFO} was cut at capture, else left out. */
  public static final AttributeKey<Boolean> REQUEST_CALLOUT_INFO_TRUNCATED =
      booleanKey("keyring.request.callout_info.truncated");

  /**
   * Keyring the key is to be linked to, as given: a serial or a negative KEY_SPEC_* number. On
   * request_key, unless 0 (none).
   */
  public static final AttributeKey<Long> REQUEST_DESTINATION_SERIAL =
      longKey("keyring.request.destination.serial");

  /** Name of a negative {@link #REQUEST_DESTINATION_SERIAL}, such as {@code _ses}. */
  public static final AttributeKey<String> REQUEST_DESTINATION_NAME =
      stringKey("keyring.request.destination.name");

  /** Who asked: {@code user} for the system call. On request_key. */
  public static final AttributeKey<String> REQUEST_ORIGIN = stringKey("keyring.request.origin");

  // add_key -----------------------------------------------------------------------------------

  /** Keyring the key is linked to, as given: a serial or a negative KEY_SPEC_* number. */
  public static final AttributeKey<Long> ADD_KEY_DESTINATION_SERIAL =
      longKey("keyring.add_key.destination.serial");

  /** Name of a negative {@link #ADD_KEY_DESTINATION_SERIAL}, such as {@code _ses}. */
  public static final AttributeKey<String> ADD_KEY_DESTINATION_NAME =
      stringKey("keyring.add_key.destination.name");

  /** Length of the payload in bytes, as given. The payload itself is never read. */
  public static final AttributeKey<Long> ADD_KEY_PAYLOAD_SIZE =
      longKey("keyring.add_key.payload.size");

  // keyctl ------------------------------------------------------------------------------------

  /**
   * Operation in lower case, such as {@code read} (include/uapi/linux/keyctl.h, KEYCTL_*); the
   * decimal number as text when this release does not know it.
   */
  public static final AttributeKey<String> KEYCTL_OPERATION = stringKey("keyring.keyctl.operation");

  /**
   * Key operated on, as given: a serial or a negative KEY_SPEC_* number. Beside {@link #KEY_SERIAL}
   * it tells what the caller wrote from what the kernel took it for. Left out when the operation
   * names no key in its second argument.
   */
  public static final AttributeKey<Long> KEYCTL_TARGET_SERIAL =
      longKey("keyring.keyctl.target.serial");

  /** Name of a negative {@link #KEYCTL_TARGET_SERIAL}, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_TARGET_NAME =
      stringKey("keyring.keyctl.target.name");

  /**
   * Second argument, as the kernel takes it: serials, ids and numbers cut to 32 bits, sizes and
   * addresses whole. Left out when the operation takes none, since the register then holds whatever
   * was left in it. As given for an unknown operation.
   */
  public static final AttributeKey<Long> KEYCTL_ARG2 = longKey("keyring.keyctl.arg2");

  /** Third argument; see {@link #KEYCTL_ARG2}. */
  public static final AttributeKey<Long> KEYCTL_ARG3 = longKey("keyring.keyctl.arg3");

  /** Fourth argument; see {@link #KEYCTL_ARG2}. */
  public static final AttributeKey<Long> KEYCTL_ARG4 = longKey("keyring.keyctl.arg4");

  /** Fifth argument; see {@link #KEYCTL_ARG2}. */
  public static final AttributeKey<Long> KEYCTL_ARG5 = longKey("keyring.keyctl.arg5");

  /**
   * Trace id of the call that returned the key: 32 lower-case hex digits. On keyctl, when known.
   * The span says the same with a link; a log record has no links.
   */
  public static final AttributeKey<String> ORIGIN_TRACE_ID = stringKey("keyring.origin.trace_id");

  /** Span id of the call that returned the key: 16 lower-case hex digits. On keyctl, when known. */
  public static final AttributeKey<String> ORIGIN_SPAN_ID = stringKey("keyring.origin.span_id");

  // Any hit -----------------------------------------------------------------------------------

  /** What the call returned: a serial, a length or 0; the negative errno on failure. */
  public static final AttributeKey<Long> RESULT = longKey("keyring.result");

  /** Name of the error number, such as {@code ENOKEY}. On failure only. */
  public static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

  /** Nanoseconds from the entry of the call to its return, by CLOCK_BOOTTIME. */
  public static final AttributeKey<Long> DURATION = longKey("keyring.duration");

  /**
   * Where the strings were read: {@code kernel} (the kernel's own copies, which it acted on) or
   * {@code user} (the caller's memory, which another thread may have changed). On request_key and
   * add_key.
   */
  public static final AttributeKey<String> ARGS_SOURCE = stringKey("keyring.args.source");

  /** True when a 32-bit program made the call, else left out. */
  public static final AttributeKey<Boolean> CALL_COMPAT = booleanKey("keyring.call.compat");

  // The caller --------------------------------------------------------------------------------

  /** Process id (thread group id) in the initial namespace. */
  public static final AttributeKey<Long> PROCESS_PID = longKey("process.pid");

  /** Process id of the parent in the initial namespace. */
  public static final AttributeKey<Long> PROCESS_PARENT_PID = longKey("process.parent_pid");

  /** Effective user id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> PROCESS_USER_ID = longKey("process.user.id");

  /** Real user id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> PROCESS_REAL_USER_ID = longKey("process.real_user.id");

  /** Effective group id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> CALLER_GID = longKey("keyring.caller.gid");

  /** Real group id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> CALLER_REAL_GID = longKey("keyring.caller.real_gid");

  /**
   * Thread id in the initial namespace. Not {@code thread.id}, which is that of a managed runtime.
   */
  public static final AttributeKey<Long> CALLER_TID = longKey("keyring.caller.tid");

  /** Name of the thread ({@code task_struct.comm}), at most 15 bytes; any program can set its. */
  public static final AttributeKey<String> CALLER_COMM = stringKey("keyring.caller.comm");

  /** Id of the cgroup in the cgroup v2 hierarchy ({@code bpf_get_current_cgroup_id()}). */
  public static final AttributeKey<Long> CALLER_CGROUP_ID = longKey("keyring.caller.cgroup.id");

  // Records and links -------------------------------------------------------------------------

  /**
   * {@code <boot id>-<sequence as 16 hex digits>}: the same for every delivery of one hit. On log
   * records only.
   */
  public static final AttributeKey<String> LOG_RECORD_UID = stringKey("log.record.uid");

  /**
   * What the span a link points at is to the span that has the link: {@link #RELATION_ORIGIN} or
   * {@link #RELATION_FOLLOW_UP}. On links only.
   */
  public static final AttributeKey<String> LINK_RELATION = stringKey("keyring.link.relation");

  // Values ------------------------------------------------------------------------------------

  /** {@code *.state}: the caller passed NULL. */
  public static final String STATE_NULL = "null";

  /** {@code *.state}: the caller passed an empty string. The value is there too, and empty. */
  public static final String STATE_EMPTY = "empty";

  /** {@code *.state}: the caller's pointer could not be read. */
  public static final String STATE_UNREADABLE = "unreadable";

  /** {@code *.state}: the call ended before the string was read. */
  public static final String STATE_ABSENT = "absent";

  /** {@link #LINK_RELATION}: the target is the call that returned the key. */
  public static final String RELATION_ORIGIN = "origin";

  /** {@link #LINK_RELATION}: the target is a later operation on the key. */
  public static final String RELATION_FOLLOW_UP = "follow_up";

  /** {@link #ARGS_SOURCE}: the kernel's own copies. */
  public static final String SOURCE_KERNEL = "kernel";

  /** {@link #ARGS_SOURCE}: the caller's memory. */
  public static final String SOURCE_USER = "user";

  /** {@link #REQUEST_ORIGIN}: a system call. */
  public static final String ORIGIN_USER = "user";

  private KeyringAttributes() {}
}
