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
 * Every attribute of the log records, spans and metrics.
 *
 * <p>Names that OpenTelemetry's semantic conventions have are used as they are; everything else is
 * in the {@code keyring} namespace, because existing namespaces are not to be extended (semantic
 * conventions, {@code docs/general/naming.md}). "Hit" means any of the calls. An attribute whose
 * value is not known is left out, never filled with a stand-in. The registry in {@code
 * src/main/semconv} says which event may have which.
 *
 * <p>A log record and the span of one hit carry the same attributes with the same values, but for
 * {@link #LOG_RECORD_UID}. Values that are names of a Java enum, such as {@link
 * io.requestkey.capture.Outcome}, are its constants in lower case.
 */
public final class KeyringAttributes {

  // The key
  // ----------------------------------------------------------------------------------------

  /**
   * Serial of the key, 1 to 2147483647. On request_key and add_key: the key returned, so only on
   * success. On keyctl: the key operated on, as the kernel resolved it or as the call returned it;
   * else the serial as given, when that is an ordinary one. On upcall: the key under construction.
   */
  public static final AttributeKey<Long> KEY_SERIAL = longKey("keyring.key.serial");

  /**
   * Key type; at most 31 bytes. On request_key and add_key as asked for, on the others that of the
   * key, where the kernel had it.
   */
  public static final AttributeKey<String> KEY_TYPE = stringKey("keyring.key.type");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> KEY_TYPE_STATE = stringKey("keyring.key.type.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> KEY_TYPE_TRUNCATED =
      booleanKey("keyring.key.type.truncated");

  /**
   * Description of the key; at most 4,095 bytes. On request_key and add_key as asked for, on the
   * others that of the key, where the kernel had it.
   */
  public static final AttributeKey<String> KEY_DESCRIPTION = stringKey("keyring.key.description");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> KEY_DESCRIPTION_STATE =
      stringKey("keyring.key.description.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> KEY_DESCRIPTION_TRUNCATED =
      booleanKey("keyring.key.description.truncated");

  /** How the text was made unreadable; left out when it was not. */
  public static final AttributeKey<String> KEY_DESCRIPTION_REDACTED =
      stringKey("keyring.key.description.redacted");

  /** Length of a text that was left out, in characters. Only with {@code length}. */
  public static final AttributeKey<Long> KEY_DESCRIPTION_LENGTH =
      longKey("keyring.key.description.length");

  /** User id of the owner in the initial namespace, 0 to 4294967295, at the return of the call. */
  public static final AttributeKey<Long> KEY_UID = longKey("keyring.key.uid");

  /** Group id of the key in the initial namespace, 0 to 4294967295, at the return of the call. */
  public static final AttributeKey<Long> KEY_GID = longKey("keyring.key.gid");

  /**
   * Permissions ({@code key_perm_t}): possessor, user, group and other in a byte each, 0 to
   * 0x3f3f3f3f.
   */
  public static final AttributeKey<Long> KEY_PERMISSIONS = longKey("keyring.key.permissions");

  /**
   * The permissions as keyctl(1) writes them: {@code alswrv} for possessor, user, group and other.
   */
  public static final AttributeKey<String> KEY_PERMISSIONS_TEXT =
      stringKey("keyring.key.permissions.text");

  /** How the key had ended. */
  public static final AttributeKey<String> KEY_END = stringKey("keyring.key.end");

  // request_key
  // ------------------------------------------------------------------------------------

  /**
   * What the helper that makes a missing key is told. The state {@code null} is the ordinary case
   * of a caller that wants no key made.
   */
  public static final AttributeKey<String> REQUEST_CALLOUT_INFO =
      stringKey("keyring.request.callout_info");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> REQUEST_CALLOUT_INFO_STATE =
      stringKey("keyring.request.callout_info.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> REQUEST_CALLOUT_INFO_TRUNCATED =
      booleanKey("keyring.request.callout_info.truncated");

  /** How the text was made unreadable; left out when it was not. */
  public static final AttributeKey<String> REQUEST_CALLOUT_INFO_REDACTED =
      stringKey("keyring.request.callout_info.redacted");

  /** Length of a text that was left out, in characters. Only with {@code length}. */
  public static final AttributeKey<Long> REQUEST_CALLOUT_INFO_LENGTH =
      longKey("keyring.request.callout_info.length");

  /**
   * Keyring the key is to be linked to, as given: a serial or a negative KEY_SPEC_* number. Left
   * out when there is none.
   */
  public static final AttributeKey<Long> REQUEST_DESTINATION_SERIAL =
      longKey("keyring.request.destination.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> REQUEST_DESTINATION_NAME =
      stringKey("keyring.request.destination.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> REQUEST_DESTINATION_RESOLVED =
      longKey("keyring.request.destination.resolved");

  /** Who asked. */
  public static final AttributeKey<String> REQUEST_ORIGIN = stringKey("keyring.request.origin");

  /** How the request came to its answer; left out when not known. */
  public static final AttributeKey<String> REQUEST_OUTCOME = stringKey("keyring.request.outcome");

  // add_key
  // ----------------------------------------------------------------------------------------

  /** Keyring the key is linked to, as given: a serial or a negative KEY_SPEC_* number. */
  public static final AttributeKey<Long> ADD_KEY_DESTINATION_SERIAL =
      longKey("keyring.add_key.destination.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> ADD_KEY_DESTINATION_NAME =
      stringKey("keyring.add_key.destination.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> ADD_KEY_DESTINATION_RESOLVED =
      longKey("keyring.add_key.destination.resolved");

  /** Length of the payload in bytes, as given. The payload itself is never read. */
  public static final AttributeKey<Long> ADD_KEY_PAYLOAD_SIZE =
      longKey("keyring.add_key.payload.size");

  // keyctl
  // -----------------------------------------------------------------------------------------

  /**
   * Operation in lower case (include/uapi/linux/keyctl.h, KEYCTL_*); the decimal number when this
   * release does not know it.
   */
  public static final AttributeKey<String> KEYCTL_OPERATION = stringKey("keyring.keyctl.operation");

  /**
   * Key operated on, as given: a serial or a negative KEY_SPEC_* number. Beside {@code
   * keyring.key.serial} it tells what the caller wrote from what the kernel took it for.
   */
  public static final AttributeKey<Long> KEYCTL_TARGET_SERIAL =
      longKey("keyring.keyctl.target.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_TARGET_NAME =
      stringKey("keyring.keyctl.target.name");

  /**
   * Keyring linked to, unlinked from or searched, as given: a serial or a negative KEY_SPEC_*
   * number.
   */
  public static final AttributeKey<Long> KEYCTL_KEYRING_SERIAL =
      longKey("keyring.keyctl.keyring.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_KEYRING_NAME =
      stringKey("keyring.keyctl.keyring.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_KEYRING_RESOLVED =
      longKey("keyring.keyctl.keyring.resolved");

  /**
   * Keyring that the key found or made is linked to, as given: a serial or a negative KEY_SPEC_*
   * number. Of search, instantiate, instantiate_iov, negate, reject, get_persistent. Left out when
   * there is none.
   */
  public static final AttributeKey<Long> KEYCTL_DESTINATION_SERIAL =
      longKey("keyring.keyctl.destination.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_DESTINATION_NAME =
      stringKey("keyring.keyctl.destination.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_DESTINATION_RESOLVED =
      longKey("keyring.keyctl.destination.resolved");

  /** Keyring that a key is moved from, as given: a serial or a negative KEY_SPEC_* number. */
  public static final AttributeKey<Long> KEYCTL_FROM_SERIAL = longKey("keyring.keyctl.from.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_FROM_NAME = stringKey("keyring.keyctl.from.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_FROM_RESOLVED =
      longKey("keyring.keyctl.from.resolved");

  /** Keyring that a key is moved to, as given: a serial or a negative KEY_SPEC_* number. */
  public static final AttributeKey<Long> KEYCTL_TO_SERIAL = longKey("keyring.keyctl.to.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_TO_NAME = stringKey("keyring.keyctl.to.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_TO_RESOLVED = longKey("keyring.keyctl.to.resolved");

  /**
   * Key with the private value of a Diffie-Hellman computation, as given: a serial or a negative
   * KEY_SPEC_* number.
   */
  public static final AttributeKey<Long> KEYCTL_PRIVATE_SERIAL =
      longKey("keyring.keyctl.private.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_PRIVATE_NAME =
      stringKey("keyring.keyctl.private.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_PRIVATE_RESOLVED =
      longKey("keyring.keyctl.private.resolved");

  /**
   * Key with the prime of a Diffie-Hellman computation, as given: a serial or a negative KEY_SPEC_*
   * number.
   */
  public static final AttributeKey<Long> KEYCTL_PRIME_SERIAL =
      longKey("keyring.keyctl.prime.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_PRIME_NAME =
      stringKey("keyring.keyctl.prime.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_PRIME_RESOLVED =
      longKey("keyring.keyctl.prime.resolved");

  /**
   * Key with the base of a Diffie-Hellman computation, as given: a serial or a negative KEY_SPEC_*
   * number.
   */
  public static final AttributeKey<Long> KEYCTL_BASE_SERIAL = longKey("keyring.keyctl.base.serial");

  /** Name of a negative serial, such as {@code _ses}. */
  public static final AttributeKey<String> KEYCTL_BASE_NAME = stringKey("keyring.keyctl.base.name");

  /** Serial that the kernel took it for, when known. */
  public static final AttributeKey<Long> KEYCTL_BASE_RESOLVED =
      longKey("keyring.keyctl.base.resolved");

  /** Key type that the call names: of search and restrict_keyring. */
  public static final AttributeKey<String> KEYCTL_TYPE = stringKey("keyring.keyctl.type");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> KEYCTL_TYPE_STATE =
      stringKey("keyring.keyctl.type.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> KEYCTL_TYPE_TRUNCATED =
      booleanKey("keyring.keyctl.type.truncated");

  /**
   * Text that the call names: the description searched for, the session keyring joined, the
   * restriction.
   */
  public static final AttributeKey<String> KEYCTL_NAME = stringKey("keyring.keyctl.name");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> KEYCTL_NAME_STATE =
      stringKey("keyring.keyctl.name.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> KEYCTL_NAME_TRUNCATED =
      booleanKey("keyring.keyctl.name.truncated");

  /** How the text was made unreadable; left out when it was not. */
  public static final AttributeKey<String> KEYCTL_NAME_REDACTED =
      stringKey("keyring.keyctl.name.redacted");

  /** Length of a text that was left out, in characters. Only with {@code length}. */
  public static final AttributeKey<Long> KEYCTL_NAME_LENGTH = longKey("keyring.keyctl.name.length");

  /** get_keyring_id: whether a keyring that is missing is to be made. */
  public static final AttributeKey<Boolean> KEYCTL_CREATE = booleanKey("keyring.keyctl.create");

  /** chown, get_persistent: user id as given; -1 for the one it is. */
  public static final AttributeKey<Long> KEYCTL_UID = longKey("keyring.keyctl.uid");

  /** chown: group id as given; -1 for the one it is. */
  public static final AttributeKey<Long> KEYCTL_GID = longKey("keyring.keyctl.gid");

  /** setperm: permissions as given. */
  public static final AttributeKey<Long> KEYCTL_PERMISSIONS = longKey("keyring.keyctl.permissions");

  /** set_timeout, negate, reject: seconds until the key expires; 0 for never (set_timeout). */
  public static final AttributeKey<Long> KEYCTL_TIMEOUT = longKey("keyring.keyctl.timeout");

  /** reject: errno name that later requests are to get. */
  public static final AttributeKey<String> KEYCTL_ERROR = stringKey("keyring.keyctl.error");

  /** set_reqkey_keyring: where keys that are requested go by default; the number when unknown. */
  public static final AttributeKey<String> KEYCTL_DEFAULT_KEYRING =
      stringKey("keyring.keyctl.default_keyring");

  /**
   * update, instantiate: length of the payload in bytes, as given. The payload itself is never
   * read.
   */
  public static final AttributeKey<Long> KEYCTL_PAYLOAD_SIZE =
      longKey("keyring.keyctl.payload.size");

  /**
   * describe, read, get_security, dh_compute, capabilities: room for the answer in bytes, as given.
   */
  public static final AttributeKey<Long> KEYCTL_BUFFER_SIZE = longKey("keyring.keyctl.buffer.size");

  /** instantiate_iov: pieces that the payload comes in. */
  public static final AttributeKey<Long> KEYCTL_VECTORS = longKey("keyring.keyctl.vectors");

  /** move: flags; 1 for KEYCTL_MOVE_EXCL. */
  public static final AttributeKey<Long> KEYCTL_FLAGS = longKey("keyring.keyctl.flags");

  /** watch_key: descriptor of the notification pipe. */
  public static final AttributeKey<Long> KEYCTL_WATCH_QUEUE_FD =
      longKey("keyring.keyctl.watch.queue_fd");

  /** watch_key: id of the watch, 0 to 255; -1 to remove it. */
  public static final AttributeKey<Long> KEYCTL_WATCH_ID = longKey("keyring.keyctl.watch.id");

  /**
   * Second argument, as the kernel takes it. Serials, ids and numbers cut to 32 bits, sizes and
   * addresses whole. Left out when the operation takes none, since the register then holds whatever
   * was left in it. As given for an unknown operation.
   */
  public static final AttributeKey<Long> KEYCTL_ARG2 = longKey("keyring.keyctl.arg2");

  /** Third argument, as the kernel takes it. */
  public static final AttributeKey<Long> KEYCTL_ARG3 = longKey("keyring.keyctl.arg3");

  /** Fourth argument, as the kernel takes it. */
  public static final AttributeKey<Long> KEYCTL_ARG4 = longKey("keyring.keyctl.arg4");

  /** Fifth argument, as the kernel takes it. */
  public static final AttributeKey<Long> KEYCTL_ARG5 = longKey("keyring.keyctl.arg5");

  // Origin: the call that returned the key
  // ---------------------------------------------------------

  /**
   * Trace id of the most recent call that returned the key: 32 lower-case hex digits. The span says
   * the same with a link; a log record has no links.
   */
  public static final AttributeKey<String> ORIGIN_TRACE_ID = stringKey("keyring.origin.trace_id");

  /** Span id of that call: 16 lower-case hex digits. */
  public static final AttributeKey<String> ORIGIN_SPAN_ID = stringKey("keyring.origin.span_id");

  // upcall
  // -----------------------------------------------------------------------------------------

  /** Process id of the helper in the initial namespace, when known. */
  public static final AttributeKey<Long> UPCALL_HELPER_PID = longKey("keyring.upcall.helper.pid");

  /** Exit status of the helper, 0 to 255; left out when it did not exit by itself. */
  public static final AttributeKey<Long> UPCALL_EXIT_STATUS = longKey("keyring.upcall.exit.status");

  /** Signal that ended the helper. */
  public static final AttributeKey<Long> UPCALL_EXIT_SIGNAL = longKey("keyring.upcall.exit.signal");

  /** Serial of the authorisation key made for the helper, when known. */
  public static final AttributeKey<Long> UPCALL_AUTH_KEY_SERIAL =
      longKey("keyring.upcall.auth_key.serial");

  // Any hit
  // ----------------------------------------------------------------------------------------

  /**
   * What the call returned: a serial, a length or 0; the negative errno on failure. Of an upcall:
   * the wait status.
   */
  public static final AttributeKey<Long> RESULT = longKey("keyring.result");

  /**
   * Name of the error number, such as {@code ENOKEY}. Of an upcall also {@code exit_status} or
   * {@code signal}. On failure only.
   */
  public static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

  /** Nanoseconds from the entry of the call to its return, by CLOCK_BOOTTIME. */
  public static final AttributeKey<Long> DURATION = longKey("keyring.duration");

  /** True when a 32-bit program made the call, else left out. */
  public static final AttributeKey<Boolean> CALL_COMPAT = booleanKey("keyring.call.compat");

  /**
   * Times the call was interrupted by a signal and entered again by the kernel; left out when none.
   */
  public static final AttributeKey<Long> CALL_RESTARTS = longKey("keyring.call.restarts");

  // The arguments, and whether they can be trusted
  // -------------------------------------------------

  /** Where the strings were read. */
  public static final AttributeKey<String> ARGS_SOURCE = stringKey("keyring.args.source");

  /** Whether the caller's strings were changed around the kernel's copying. */
  public static final AttributeKey<String> ARGS_TAMPERING = stringKey("keyring.args.tampering");

  /** Why it cannot be told. Only with {@code unknown}. */
  public static final AttributeKey<String> ARGS_TAMPERING_REASON =
      stringKey("keyring.args.tampering.reason");

  /** Key type in the caller's memory, where it differs from the kernel's copy. */
  public static final AttributeKey<String> ARGS_USER_TYPE = stringKey("keyring.args.user.type");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> ARGS_USER_TYPE_STATE =
      stringKey("keyring.args.user.type.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> ARGS_USER_TYPE_TRUNCATED =
      booleanKey("keyring.args.user.type.truncated");

  /** Description in the caller's memory, where it differs from the kernel's copy. */
  public static final AttributeKey<String> ARGS_USER_DESCRIPTION =
      stringKey("keyring.args.user.description");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> ARGS_USER_DESCRIPTION_STATE =
      stringKey("keyring.args.user.description.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> ARGS_USER_DESCRIPTION_TRUNCATED =
      booleanKey("keyring.args.user.description.truncated");

  /** How the text was made unreadable; left out when it was not. */
  public static final AttributeKey<String> ARGS_USER_DESCRIPTION_REDACTED =
      stringKey("keyring.args.user.description.redacted");

  /** Length of a text that was left out, in characters. Only with {@code length}. */
  public static final AttributeKey<Long> ARGS_USER_DESCRIPTION_LENGTH =
      longKey("keyring.args.user.description.length");

  /** Callout information in the caller's memory, where it differs from the kernel's copy. */
  public static final AttributeKey<String> ARGS_USER_CALLOUT_INFO =
      stringKey("keyring.args.user.callout_info");

  /** Why the text has no usable value; left out when it has one. */
  public static final AttributeKey<String> ARGS_USER_CALLOUT_INFO_STATE =
      stringKey("keyring.args.user.callout_info.state");

  /** True when the text was cut at capture, else left out. */
  public static final AttributeKey<Boolean> ARGS_USER_CALLOUT_INFO_TRUNCATED =
      booleanKey("keyring.args.user.callout_info.truncated");

  /** How the text was made unreadable; left out when it was not. */
  public static final AttributeKey<String> ARGS_USER_CALLOUT_INFO_REDACTED =
      stringKey("keyring.args.user.callout_info.redacted");

  /** Length of a text that was left out, in characters. Only with {@code length}. */
  public static final AttributeKey<Long> ARGS_USER_CALLOUT_INFO_LENGTH =
      longKey("keyring.args.user.callout_info.length");

  // The application
  // --------------------------------------------------------------------------------

  /** Where the application's span was read; left out when the thread publishes none. */
  public static final AttributeKey<String> CORRELATION_SOURCE =
      stringKey("keyring.correlation.source");

  /**
   * Trace id of the application's span, where it is linked rather than the parent. The span says
   * the same with a link; a log record has no links.
   */
  public static final AttributeKey<String> APPLICATION_TRACE_ID =
      stringKey("keyring.application.trace_id");

  /** Span id of the application's span, where it is linked rather than the parent. */
  public static final AttributeKey<String> APPLICATION_SPAN_ID =
      stringKey("keyring.application.span_id");

  // The caller
  // -------------------------------------------------------------------------------------

  /** Process id (thread group id) in the initial namespace. */
  public static final AttributeKey<Long> PROCESS_PID = longKey("process.pid");

  /** Process id of the parent in the initial namespace. */
  public static final AttributeKey<Long> PROCESS_PARENT_PID = longKey("process.parent_pid");

  /** Process id in the caller's own pid namespace. */
  public static final AttributeKey<Long> PROCESS_VPID = longKey("process.vpid");

  /** When the process was started, in ISO 8601. */
  public static final AttributeKey<String> PROCESS_CREATION_TIME =
      stringKey("process.creation.time");

  /** Path of the executable, in the caller's own mount namespace. */
  public static final AttributeKey<String> PROCESS_EXECUTABLE_PATH =
      stringKey("process.executable.path");

  /** Last part of that path. */
  public static final AttributeKey<String> PROCESS_EXECUTABLE_NAME =
      stringKey("process.executable.name");

  /** Effective user id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> PROCESS_USER_ID = longKey("process.user.id");

  /** Real user id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> PROCESS_REAL_USER_ID = longKey("process.real_user.id");

  /** Path of the cgroup (v2) from the root of the hierarchy. */
  public static final AttributeKey<String> PROCESS_LINUX_CGROUP = stringKey("process.linux.cgroup");

  /** Id of the container, from the path of the cgroup. */
  public static final AttributeKey<String> CONTAINER_ID = stringKey("container.id");

  /** Uid of the Kubernetes pod, from the path of the cgroup. */
  public static final AttributeKey<String> K8S_POD_UID = stringKey("k8s.pod.uid");

  /**
   * Thread id in the initial namespace. Not {@code thread.id}, which is that of a managed runtime.
   */
  public static final AttributeKey<Long> CALLER_TID = longKey("keyring.caller.tid");

  /** Thread id in the caller's own pid namespace. */
  public static final AttributeKey<Long> CALLER_VTID = longKey("keyring.caller.vtid");

  /** Process id of the parent in the caller's own pid namespace; 0 when it is not in it. */
  public static final AttributeKey<Long> CALLER_PARENT_VPID = longKey("keyring.caller.parent_vpid");

  /** When the parent process was started, in ISO 8601. */
  public static final AttributeKey<String> CALLER_PARENT_CREATION_TIME =
      stringKey("keyring.caller.parent_creation_time");

  /**
   * Name of the thread ({@code task_struct.comm}), at most 15 bytes; any program can set its own.
   */
  public static final AttributeKey<String> CALLER_COMM = stringKey("keyring.caller.comm");

  /**
   * True when the path of the executable was too long and has lost its beginning, else left out.
   */
  public static final AttributeKey<Boolean> CALLER_EXECUTABLE_TRUNCATED =
      booleanKey("keyring.caller.executable.truncated");

  /** Effective group id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> CALLER_GID = longKey("keyring.caller.gid");

  /** Real group id in the initial namespace, 0 to 4294967295. */
  public static final AttributeKey<Long> CALLER_REAL_GID = longKey("keyring.caller.real_gid");

  /** User id of the login the task descends from (audit), when set. */
  public static final AttributeKey<Long> CALLER_LOGIN_UID = longKey("keyring.caller.login_uid");

  /**
   * User id that the task acts under instead of its own (fsuid of override_creds()), where it does.
   */
  public static final AttributeKey<Long> CALLER_SERVICE_UID = longKey("keyring.caller.service.uid");

  /** Group id that the task acts under instead of its own, where it does. */
  public static final AttributeKey<Long> CALLER_SERVICE_GID = longKey("keyring.caller.service.gid");

  /**
   * Name of the service, where the process publishes it (OTEP 4719). The process's own word, at
   * most 64 bytes.
   */
  public static final AttributeKey<String> CALLER_SERVICE_NAME =
      stringKey("keyring.caller.service.name");

  /** Serial of the task's session keyring; left out when it has none. */
  public static final AttributeKey<Long> CALLER_SESSION_KEYRING_SERIAL =
      longKey("keyring.caller.session_keyring.serial");

  /** Id of the cgroup in the cgroup v2 hierarchy. */
  public static final AttributeKey<Long> CALLER_CGROUP_ID = longKey("keyring.caller.cgroup.id");

  /** True when the path of the cgroup was too long and has lost its beginning, else left out. */
  public static final AttributeKey<Boolean> CALLER_CGROUP_TRUNCATED =
      booleanKey("keyring.caller.cgroup.truncated");

  /** Inode number of the user namespace, as in /proc/PID/ns/user. */
  public static final AttributeKey<Long> CALLER_USER_NAMESPACE =
      longKey("keyring.caller.user_namespace");

  /** Inode number of the pid namespace, as in /proc/PID/ns/pid. */
  public static final AttributeKey<Long> CALLER_PID_NAMESPACE =
      longKey("keyring.caller.pid_namespace");

  // Records and links
  // ------------------------------------------------------------------------------

  /**
   * {@code <boot id>-<sequence as 16 hex digits>}: the same for every delivery of one hit. On log
   * records only.
   */
  public static final AttributeKey<String> LOG_RECORD_UID = stringKey("log.record.uid");

  /** What the span a link points at is to the span that has the link. On links only. */
  public static final AttributeKey<String> LINK_RELATION = stringKey("keyring.link.relation");

  // Losses and the agent
  // ---------------------------------------------------------------------------

  /** Why hits were lost, as the ledger names it. */
  public static final AttributeKey<String> LOSS_REASON = stringKey("keyring.loss.reason");

  /** How many hits since the last record of the same reason and signal. */
  public static final AttributeKey<Long> LOSS_COUNT = longKey("keyring.loss.count");

  /** When that was, or the agent's start, in ns since 1970. */
  public static final AttributeKey<Long> LOSS_SINCE = longKey("keyring.loss.since");

  /** {@code logs} or {@code traces}; left out for what was lost to both. */
  public static final AttributeKey<String> LOSS_SIGNAL = stringKey("keyring.loss.signal");

  /** {@code logs} or {@code traces}: whose books a metric of the agent is about. */
  public static final AttributeKey<String> AGENT_SIGNAL = stringKey("keyring.agent.signal");

  /** Name of a kernel program. */
  public static final AttributeKey<String> AGENT_PROGRAM = stringKey("keyring.agent.program");

  // Values ----------------------------------------------------------------------------------------

  /** {@code *.state}: the caller passed NULL. */
  public static final String STATE_NULL = "null";

  /** {@code *.state}: the caller passed an empty string. The value is there too, and empty. */
  public static final String STATE_EMPTY = "empty";

  /** {@code *.state}: the caller's pointer could not be read. */
  public static final String STATE_UNREADABLE = "unreadable";

  /** {@code *.state}: the call ended before the string was read. */
  public static final String STATE_ABSENT = "absent";

  /** {@link #REQUEST_ORIGIN}: a request_key(2) system call. */
  public static final String ORIGIN_USER = "user";

  /** {@link #REQUEST_ORIGIN}: the kernel itself, as for a mount, a name or a certificate. */
  public static final String ORIGIN_KERNEL = "kernel";

  /** {@link #ARGS_SOURCE}: the kernel's own copies, which it acted on. */
  public static final String SOURCE_KERNEL = "kernel";

  /** {@link #ARGS_SOURCE}: the caller's memory, which another thread may have changed. */
  public static final String SOURCE_USER = "user";

  /** {@link #LINK_RELATION}: the target is the call that returned the key. */
  public static final String RELATION_ORIGIN = "origin";

  /** {@link #LINK_RELATION}: the target is a later operation on the key. */
  public static final String RELATION_FOLLOW_UP = "follow_up";

  /** {@link #LINK_RELATION}: the target is the application's span that was current. */
  public static final String RELATION_APPLICATION = "application";

  private KeyringAttributes() {}
}
