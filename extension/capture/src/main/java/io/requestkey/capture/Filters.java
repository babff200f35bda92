/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Which hits are wanted; decided in the kernel, before the ring.
 *
 * <p>For keyctl, type and description are those of the key operated on. An operation that does not
 * get as far as its key is wanted when the key was returned by a call that was wanted.
 *
 * @param wanted of every list that is not empty, one value has to match
 * @param unwanted none of the values may match
 * @param ownProcess only what this very process calls is wanted, told by the kernel's own idea of
 *     it, in whatever pid namespace it is; else all processes but this one
 */
public record Filters(Criteria wanted, Criteria unwanted, boolean ownProcess) {

  /** Everything is wanted. */
  public static final Filters NONE = new Filters(Criteria.NONE, Criteria.NONE);

  /** Filters for all processes but this one. */
  public Filters(Criteria wanted, Criteria unwanted) {
    this(wanted, unwanted, false);
  }
}
