/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The wire of OTLP: one attempt to hand one batch to a collector, over Vert.x, with an exact answer
 * to what became of it.
 *
 * <p>The exporters are the OpenTelemetry SDK's own; this package supplies the senders below them
 * (the SDK's public {@code HttpSenderProvider} and {@code GrpcSenderProvider} SPI). Stock senders
 * retry inside and report one bit. Here {@code send} is one attempt, and {@link
 * io.requestkey.agent.otlp.OtlpExport} carries its {@link io.requestkey.agent.otlp.ExportOutcome}
 * past the exporter to whoever keeps the books.
 */
@NullMarked
package io.requestkey.agent.otlp;

import org.jspecify.annotations.NullMarked;
