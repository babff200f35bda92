/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much of the texts of callers leaves the process. It covers attributes, bodies and the console
 * alike. Key types are never redacted, and payloads are never read in the first place.
 *
 * @param description for descriptions, also those that the caller's memory held, that are searched
 *     for, and names of keyrings and restrictions
 * @param callout for callout information; null for {@link Level#LENGTH} where the key type is one
 *     of key material, else {@link Level#FULL}
 * @param salt secret of this host that hashes are keyed with; empty only when nothing is hashed.
 *     The host's machine id is none: it is often exported as {@code host.id}
 */
public record Redaction(Level description, @Nullable Level callout, String salt) {

  /** What is shown of a text. */
  public enum Level {
    /** All of it. */
    FULL,
    /**
     * 16 hex digits that are the same for the same text on one host, the first of its HMAC-SHA-256.
     * Without the salt a dictionary is of no use.
     */
    HASH,
    /** How many characters it has. */
    LENGTH,
    /** Nothing. */
    OFF
  }

  /** Descriptions in full, callout information by key type. */
  public static final Redaction DEFAULT = new Redaction(Level.FULL, null, "");

  /**
   * Types whose payload is key material, so that what is told to the helper that makes one may be,
   * too. Not among them: {@code dns_resolver}, {@code id_resolver}, {@code cifs.*} and {@code
   * keyring}, whose callout information the kernel makes up itself and which says what the
   * description says, and {@code user}, which is for anything.
   */
  private static final Set<String> SECRET_TYPES =
      Set.of(
          "logon",
          "big_key",
          "encrypted",
          "trusted",
          "asymmetric",
          "psk",
          "ceph",
          "rxrpc",
          "rxrpc_s",
          "fscrypt-provisioning");

  /**
   * A redaction.
   *
   * @throws IllegalArgumentException when something is to be hashed without a salt
   */
  public Redaction {
    if (salt.isEmpty() && (description == Level.HASH || callout == Level.HASH)) {
      throw new IllegalArgumentException("hashing needs a salt");
    }
  }

  /** Whether the payload of a type is key material. */
  static boolean secretType(String type) {
    return SECRET_TYPES.contains(type);
  }
}
