/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of one attempt to export one batch, classified as the OTLP specification (sections
 * "Failures" and "Partial Success" of both transports) demands.
 *
 * <p>Every {@code reason} is of low cardinality and fit for a metric attribute, for example {@code
 * http_503}, {@code grpc_unimplemented}, {@code connect}. Every {@link #detail()} is one line of
 * text for people that names the endpoint and the cause; text that came from the other side has
 * been cut to a bounded length and cleared of control characters.
 */
public sealed interface ExportOutcome {

  /** One line for people: the endpoint and what happened. Never empty, never a stack trace. */
  String detail();

  /**
   * The receiver took responsibility for the batch.
   *
   * @param rejected how many items of the batch it refused for good ({@code partial_success}); they
   *     must not be sent again. Zero or more, as told by the receiver: it may exceed the batch.
   * @param message what the receiver had to say, a warning when nothing was rejected; often empty
   */
  record Accepted(long rejected, String message, String detail) implements ExportOutcome {}

  /**
   * The batch may succeed later, unchanged.
   *
   * @param reason {@code dns}, {@code connect}, {@code tls}, {@code timeout}, {@code reset}, {@code
   *     protocol}, {@code http_<status>}, {@code grpc_<status>}, {@code no_grpc_status}, {@code
   *     headers}, {@code shutdown}, {@code transport} or {@code exporter_failed}
   * @param retryAfter how long the receiver asked to wait, from the moment it answered; null if it
   *     did not ask
   */
  record Retryable(String reason, @Nullable Duration retryAfter, String detail)
      implements ExportOutcome {}

  /**
   * The batch can never succeed as it is: sending it again is forbidden or pointless.
   *
   * @param reason {@code http_<status>}, {@code grpc_<status>}, {@code not_otlp} (a success answer
   *     of something that is no OTLP receiver), {@code encode} or {@code too_large} (not even sent)
   * @param tooLarge the receiver refused the size: smaller batches may pass
   */
  record Permanent(String reason, boolean tooLarge, String detail) implements ExportOutcome {}
}
