/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** The management endpoints on loopback. */
@NullMarked
package io.requestkey.agent.http;

import org.jspecify.annotations.NullMarked;
