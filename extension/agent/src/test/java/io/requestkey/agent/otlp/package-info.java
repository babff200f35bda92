/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Specification of the OTLP wire, and {@link io.requestkey.agent.otlp.FaultyReceiver} for others.
 */
@NullMarked
package io.requestkey.agent.otlp;

import org.jspecify.annotations.NullMarked;
