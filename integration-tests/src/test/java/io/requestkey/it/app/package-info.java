/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** Applications that the tests run under the OpenTelemetry Java agent. */
@NullMarked
package io.requestkey.it.app;

import org.jspecify.annotations.NullMarked;
