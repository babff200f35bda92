/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How an outcome gets past the exporter. */
class OtlpExportTest {

  private static final Accepted ACCEPTED = new Accepted(0, "", "taken");
  private static final Accepted PARTLY = new Accepted(2, "old", "taken but for 2");
  private static final Retryable LATER = new Retryable("http_503", null, "busy");
  private static final Permanent NEVER = new Permanent("http_400", false, "bad");

  @Test
  void an_exporter_of_another_kind_is_believed() {
    assertThat(OtlpExport.export(CompletableResultCode::ofSuccess).join())
        .isEqualTo(new Accepted(0, "", "the exporter reported success"));
    assertThat(OtlpExport.export(CompletableResultCode::ofFailure).join())
        .isEqualTo(new Retryable("exporter_failed", null, "the exporter reported failure"));
  }

  @Test
  void an_exporter_that_says_why_it_failed_is_quoted() {
    CompletableResultCode failure =
        CompletableResultCode.ofExceptionalFailure(new IllegalStateException("disk\nfull"));

    assertThat(OtlpExport.export(() -> failure).join().detail())
        .isEqualTo("the exporter reported failure: java.lang.IllegalStateException: disk full");
  }

  @Test
  void an_exporter_that_throws_has_failed() {
    assertThat(
            OtlpExport.export(
                    () -> {
                      throw new IllegalStateException("broken");
                    })
                .join())
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).isEqualTo("exporter_failed");
              assertThat(outcome.detail()).endsWith("IllegalStateException: broken");
            });
  }

  @Test
  void a_sender_is_believed_before_the_exporter() {
    // As of a partial success, which the SDK calls success.
    assertThat(report(true, PARTLY)).isEqualTo(PARTLY);
    assertThat(report(true, NEVER)).isEqualTo(NEVER);
    assertThat(report(false, LATER)).isEqualTo(LATER);
  }

  @Test
  void of_several_receivers_the_one_that_asks_for_most_decides() {
    assertThat(report(true, ACCEPTED, PARTLY)).isEqualTo(PARTLY);
    assertThat(report(false, ACCEPTED, NEVER)).isEqualTo(NEVER);
    assertThat(report(false, LATER, NEVER, ACCEPTED)).isEqualTo(LATER);
  }

  @Test
  void a_receiver_that_failed_unseen_is_not_overlooked() {
    assertThat(report(false, ACCEPTED))
        .isInstanceOfSatisfying(
            Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("exporter_failed"));
  }

  @Test
  void an_outcome_waits_for_the_result_of_the_exporter() {
    CompletableResultCode result = new CompletableResultCode();
    CompletableFuture<Consumer<ExportOutcome>> sender = new CompletableFuture<>();

    CompletableFuture<ExportOutcome> outcome =
        OtlpExport.export(() -> {
          sender.complete(OtlpExport.currentReport());
          return result;
        });
    sender.join().accept(NEVER);

    assertThat(outcome).isNotDone();
    result.fail();
    assertThat(outcome).isCompletedWithValue(NEVER);
  }

  @Test
  void outside_of_an_export_a_report_goes_nowhere() {
    OtlpExport.currentReport().accept(NEVER);
    OtlpExport.export(CompletableResultCode::ofSuccess).join();

    OtlpExport.currentReport().accept(NEVER);
    assertThat(OtlpExport.export(CompletableResultCode::ofSuccess).join())
        .isInstanceOf(Accepted.class);
  }

  private static ExportOutcome report(boolean success, ExportOutcome... outcomes) {
    return OtlpExport.export(
            () -> {
              for (ExportOutcome outcome : outcomes) {
                OtlpExport.currentReport().accept(outcome);
              }
              return success
                  ? CompletableResultCode.ofSuccess()
                  : CompletableResultCode.ofFailure();
            })
        .join();
  }
}
