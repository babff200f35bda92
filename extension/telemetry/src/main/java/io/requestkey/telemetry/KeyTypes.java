/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.util.Set;

/**
 * The key types of the kernel's own source. A caller can ask for any type it makes up; only names
 * of types that exist may become part of a span name, which has to stay of low cardinality.
 */
final class KeyTypes {

  /** Every {@code struct key_type} with a name in the kernel tree. */
  private static final Set<String> IN_TREE =
      Set.of(
          "user",
          "logon",
          "keyring",
          "big_key",
          "encrypted",
          "trusted",
          "asymmetric",
          "blacklist",
          "pkcs7_test",
          "psk",
          "dns_resolver",
          "id_resolver",
          "id_legacy",
          "cifs.idmap",
          "cifs.spnego",
          "ceph",
          "rxrpc",
          "rxrpc_s",
          "fscrypt-provisioning",
          ".request_key_auth");

  /** Whether a type comes with the kernel. */
  static boolean inTree(String type) {
    return IN_TREE.contains(type);
  }

  private KeyTypes() {}
}
