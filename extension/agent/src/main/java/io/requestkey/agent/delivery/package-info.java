/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** From queued records to acknowledged telemetry, and the books about it. */
@NullMarked
package io.requestkey.agent.delivery;

import org.jspecify.annotations.NullMarked;
