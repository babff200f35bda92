/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** The agent on real kernels, into a real collector. */
@NullMarked
package io.requestkey.it;

import org.jspecify.annotations.NullMarked;
