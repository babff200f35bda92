/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** The host agent: command line, settings and lifecycle. */
@NullMarked
package io.requestkey.agent;

import org.jspecify.annotations.NullMarked;
