/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@code keyctl(2)} call (kernel: {@code SYSCALL_DEFINE5(keyctl, ...)}).
 *
 * @param header ids, times, caller and result
 * @param operation operation number as given; see {@link KeyctlOperation#of(int)}
 * @param arg2 second argument as given; meaning depends on the operation
 * @param arg3 third argument
 * @param arg4 fourth argument
 * @param arg5 fifth argument
 * @param keys the keys the call names, four: the target first, then the others in the order of the
 *     arguments; {@link KeyReference#NONE} where there is none
 * @param type type of the target, where the kernel had it
 * @param description description of the target
 * @param namedType key type that the call names (search, restrict_keyring)
 * @param name description, keyring name or restriction that the call names
 * @param access owner and permissions of the target, or null
 * @param origin the most recent request_key or add_key call seen to return the target, or null
 */
public record KeyctlHit(
    HitHeader header,
    int operation,
    long arg2,
    long arg3,
    long arg4,
    long arg5,
    List<KeyReference> keys,
    KernelText type,
    KernelText description,
    KernelText namedType,
    KernelText name,
    @Nullable KeyAccess access,
    @Nullable Origin origin)
    implements KeyHit {

  public KeyctlHit {
    keys = List.copyOf(keys);
  }

  /** The key operated on. */
  public KeyReference target() {
    return keys.getFirst();
  }
}
