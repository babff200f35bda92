/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** The queue between the ring and the delivery. */
@NullMarked
package io.requestkey.agent.journal;

import org.jspecify.annotations.NullMarked;
