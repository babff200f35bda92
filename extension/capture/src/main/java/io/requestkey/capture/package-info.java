/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What the kernel saw: the libbpf binding, the attach table, the ring reader and the records.
 *
 * <p>Knows neither OpenTelemetry nor Vert.x.
 */
@NullMarked
package io.requestkey.capture;

import org.jspecify.annotations.NullMarked;
