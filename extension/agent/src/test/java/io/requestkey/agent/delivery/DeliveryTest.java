/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.delivery.DeliveryRun.Protocol;
import io.requestkey.agent.journal.Frame;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalReader;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.agent.otlp.Fault;
import io.requestkey.agent.otlp.FaultyReceiver;
import io.requestkey.agent.otlp.OtlpReceivers;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.RecordVersions;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Redaction;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each signal at its own pace, held items, missing frames, overload, stops and restarts. */
@Timeout(60)
final class DeliveryTest {

  private static final KeyTelemetry TELEMETRY =
      KeyTelemetry.create(Resource.empty(), "test", Redaction.DEFAULT);

  private static final Duration SOON = Duration.ofMillis(300);

  /** For a stop that ends by itself: whatever else the machine does. */
  private static final Duration LONG = Duration.ofSeconds(30);

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  private final FaultyReceiver logs = otlp.start();
  private final FaultyReceiver traces = otlp.start();

  private DeliveryRun run() {
    return new DeliveryRun(Protocol.HTTP, logs.url(), traces.url());
  }

  private DeliveryRun run(HitJournal journal, long epoch, FakeKernel kernel) {
    return new DeliveryRun(Protocol.HTTP, logs.url(), traces.url(), journal, epoch, kernel);
  }

  private DeliveryRun keeping(HitJournal journal, long epoch, FakeKernel kernel) {
    DeliveryRun run = run(journal, epoch, kernel);
    run.options = DeliveryRun.keeping();
    return run;
  }

  /** Holds every frame until it is told to hand out, then the last first. */
  private static final class Holding implements Renderer<SpanData> {

    private final List<Frame> held = new ArrayList<>();
    private volatile boolean release;

    @Override
    public void accept(Frame frame, Consumer<Rendered<SpanData>> out) {
      held.add(frame);
    }

    @Override
    public void tick(Consumer<Rendered<SpanData>> out) {
      if (release) {
        flush(out);
      }
    }

    @Override
    public void flush(Consumer<Rendered<SpanData>> out) {
      for (Frame frame : held.reversed()) {
        out.accept(Rendered.of(frame.number(), NumberedRecords.span(frame)));
      }
      held.clear();
    }
  }

  @Test
  void what_is_held_is_in_flight_and_not_acknowledged_until_it_is_delivered()
      throws InterruptedException {
    try (DeliveryRun run = run()) {
      Holding holding = new Holding();
      run.spanRenderer = holding;
      run.hit(0, 50).start().awaitDone(Signal.LOGS);
      await().until(() -> run.state(Signal.TRACES).heldFrames() == 50);
      assertThat(run.account(Signal.TRACES).inFlight()).isEqualTo(50);
      assertThat(run.state(Signal.TRACES).pendingFrames()).isEqualTo(50);
      assertThat(traces.received()).isEmpty();

      holding.release = true;
      run.awaitDone(Signal.TRACES);
      assertThat(run.state(Signal.TRACES).pendingFrames()).isZero();
      assertThat(Arrivals.spanIds(traces)).hasSize(50).startsWith(NumberedRecords.spanId(49));
    }
  }

  @Test
  void what_is_held_is_bounded_and_nothing_is_held_when_behind_or_at_the_end()
      throws InterruptedException {
    try (DeliveryRun run = run()) {
      run.spanRenderer = new Holding();
      run.options = DeliveryRun.tight(false, 1000, Duration.ofMinutes(2));
      // Far behind at first, and then more than may be held.
      run.hit(0, 300).start();
      await().until(() -> Arrivals.spanIds(traces).size() >= 290 - 40);
      assertThat(run.stop(LONG)).isTrue();
      assertThat(Arrivals.spanIds(traces)).hasSize(300).doesNotHaveDuplicates();
      assertThat(run.account(Signal.TRACES).lost()).isEmpty();
    }
  }

  @Test
  void under_load_spans_are_dropped_if_so_set_and_log_records_never() throws InterruptedException {
    traces.otherwise(Fault.httpStatus(503));
    logs.otherwise(Fault.httpStatus(503));
    try (DeliveryRun run = run()) {
      run.options = dropping();
      run.hit(0, 1_000).start();
      await().until(() -> !traces.received().isEmpty());
      traces.otherwise(Fault.none());
      logs.otherwise(Fault.none());
      run.awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);

      assertThat(run.account(Signal.LOGS).lost()).isEmpty();
      assertThat(Arrivals.uids(logs)).hasSize(1_000);
      Account spans = run.account(Signal.TRACES);
      assertThat(spans.lost()).containsOnlyKeys("overload");
      assertThat(spans.totalLost()).isBetween(500L, 900L);
      assertThat(spans.delivered()).isEqualTo(Arrivals.spanIds(traces).size());
      assertThat(spans.delivered() + spans.totalLost()).isEqualTo(1_000);
    }
  }

  @Test
  void under_load_spans_are_dropped_while_their_receiver_is_down_and_log_records_never()
      throws InterruptedException {
    traces.otherwise(Fault.httpStatus(503));
    // Room for 500 records, and 5,000 come.
    HitJournal journal = new MemoryJournal(500 * 8, FullPolicy.STOP, () -> new Stamp(1, 0, "boot"));
    try (DeliveryRun run = run(journal, 1, new FakeKernel())) {
      run.options = dropping();
      run.start();
      for (int from = 0; from < 5_000; from += 100) {
        run.hit(from, from + 100).awaitDone(Signal.LOGS);
        await().until(() -> run.state(Signal.TRACES).pendingFrames() <= 300);
      }
      assertThat(run.account(Signal.LOGS).delivered()).isEqualTo(5_000);
      assertThat(run.account(Signal.TRACES).lost()).containsOnlyKeys("overload");
      assertThat(run.account(Signal.TRACES).delivered()).isZero();

      traces.otherwise(Fault.none());
      run.awaitDone(Signal.TRACES);
      Account spans = run.account(Signal.TRACES);
      assertThat(spans.delivered()).isEqualTo(Arrivals.spanIds(traces).size()).isPositive();
      assertThat(spans.delivered() + spans.totalLost()).isEqualTo(5_000);
      run.hit(5_000, 5_100).awaitDone(Signal.TRACES);
      assertThat(run.account(Signal.TRACES).totalLost()).isEqualTo(spans.totalLost());
    }
  }

  @Test
  void spans_that_are_dropped_do_not_have_their_receiver_asked_before_its_time()
      throws InterruptedException {
    traces.otherwise(Fault.httpStatus(503, "retry-after", "3000"));
    try (DeliveryRun run = run()) {
      run.options = dropping();
      run.hit(0, 1_000).start();
      await().until(() -> run.state(Signal.TRACES).pendingFrames() <= 300);
      run.hit(1_000, 5_000);
      await().until(() -> run.state(Signal.TRACES).pendingFrames() <= 300);
      assertThat(traces.received()).hasSize(1);
      assertThat(run.account(Signal.TRACES).totalLost()).isGreaterThan(4_500);
    }
  }

  private static DeliveryOptions dropping() {
    return DeliveryRun.tight(true, 200, Duration.ofMinutes(2));
  }

  @Test
  void frames_the_journal_dropped_are_lost_to_those_that_had_not_delivered_them()
      throws InterruptedException {
    // Room for 40 records.
    HitJournal journal =
        new MemoryJournal(320, FullPolicy.DROP_OLDEST, () -> new Stamp(1, 0, "boot"));
    traces.otherwise(Fault.httpStatus(503));
    try (DeliveryRun run = run(journal, 1, new FakeKernel())) {
      run.start();
      int appended = 0;
      while (appended < 200) {
        run.hit(appended, appended + 10);
        appended += 10;
        run.awaitDone(Signal.LOGS);
      }
      traces.otherwise(Fault.none());
      run.awaitDone(Signal.TRACES);
      assertThat(run.account(Signal.LOGS).lost()).isEmpty();
      assertThat(run.account(Signal.TRACES).lost()).containsOnlyKeys("journal_full");
      assertThat(Arrivals.spanIds(traces).size() + run.account(Signal.TRACES).totalLost())
          .isEqualTo(200);
    }
  }

  @Test
  void frames_the_journal_lost_to_damage_are_counted_for_each_signal() throws InterruptedException {
    HitJournal journal =
        new DamagedJournal(DeliveryRun.journal(), Set.of(0L, 3L, 4L, 5L, 98L, 99L));
    try (DeliveryRun run = run(journal, 1, new FakeKernel())) {
      run.hit(0, 100).start();
      assertThat(run.stop(LONG)).isTrue();
      for (Signal signal : Signal.values()) {
        assertThat(run.account(signal).lost()).isEqualTo(Map.of("journal_damaged", 6L));
        assertThat(run.account(signal).delivered()).isEqualTo(94);
        assertThat(run.account(signal).inFlight()).isZero();
      }
      assertThat(Arrivals.uids(logs)).hasSize(94);
    }
  }

  @Test
  void what_comes_while_the_agent_stops_is_not_taken_for_missing() throws InterruptedException {
    HitJournal journal = DeliveryRun.journal();
    JournalReader unwatched = journal.reader("logs");
    AtomicReference<@Nullable Callable<Void>> afterAnEmptyTake = new AtomicReference<>();
    InvocationHandler reader =
        (_, method, arguments) -> {
          Object result = method.invoke(unwatched, arguments);
          if (method.getName().equals("take") && ((List<?>) result).isEmpty()) {
            Callable<Void> then = afterAnEmptyTake.getAndSet(null);
            if (then != null) {
              Void _ = then.call();
            }
          }
          return result;
        };
    JournalReader logReader = proxy(JournalReader.class, reader);
    HitJournal watched =
        proxy(
            HitJournal.class,
            (_, method, arguments) ->
                method.getName().equals("reader") && arguments[0].equals("logs")
                    ? logReader
                    : method.invoke(journal, arguments));
    try (DeliveryRun run = run(watched, 1, new FakeKernel())) {
      afterAnEmptyTake.set(() -> {
        run.hit(0, 5).drain();
        return null;
      });
      run.start();
      await().until(() -> run.account(Signal.LOGS).hits() == 5);
      run.awaitDone(Signal.LOGS);
      assertThat(run.account(Signal.LOGS)).isEqualTo(Account.of(5, 0, 5, Map.of()));
      assertThat(Arrivals.uids(logs)).hasSize(5);
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Test
  void a_record_that_makes_no_sense_is_undecodable() throws InterruptedException {
    try (DeliveryRun run = run()) {
      List<String> why = new ArrayList<>();
      run.logRenderer =
          HitRenderer.logs(RecordVersions.ours(), TELEMETRY, _ -> {}, (_, w) -> why.add(w));
      run.spanRenderer =
          HitRenderer.spans(
              RecordVersions.ours(), TELEMETRY, Duration.ZERO, 1, _ -> {}, (_, _) -> {});
      run.hit(0, 3).start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("undecodable", 3L));
      assertThat(run.account(Signal.TRACES).lost()).isEqualTo(Map.of("undecodable", 3L));
      assertThat(why).hasSize(3);
    }
  }

  @Test
  void a_mistake_in_rendering_costs_that_record_alone() throws InterruptedException {
    try (DeliveryRun run = run()) {
      Renderer<LogRecordData> numbered = NumberedRecords.logs();
      run.logRenderer =
          new Renderer<>() {
            @Override
            public void accept(Frame frame, Consumer<Rendered<LogRecordData>> out) {
              if (NumberedRecords.number(frame) == 7) {
                throw new IllegalStateException("on purpose");
              }
              numbered.accept(frame, out);
            }

            @Override
            public void tick(Consumer<Rendered<LogRecordData>> out) {}

            @Override
            public void flush(Consumer<Rendered<LogRecordData>> out) {}
          };
      run.hit(0, 20).start().awaitDone(Signal.LOGS);
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("undecodable", 1L));
      assertThat(Arrivals.uids(logs)).hasSize(19);
    }
  }

  @Test
  void a_lane_that_cannot_go_on_is_told_of() throws InterruptedException {
    try (DeliveryRun run = run()) {
      run.logRenderer =
          new Renderer<>() {
            @Override
            public void accept(Frame frame, Consumer<Rendered<LogRecordData>> out) {
              throw new OutOfMemoryError("on purpose");
            }

            @Override
            public void tick(Consumer<Rendered<LogRecordData>> out) {}

            @Override
            public void flush(Consumer<Rendered<LogRecordData>> out) {}
          };
      run.hit(0, 5).start().awaitDone(Signal.TRACES);
      await().until(() -> !run.failures.isEmpty());
      assertThat(run.failures)
          .singleElement()
          .asString()
          .contains("delivery of logs has ended", "on purpose");
      assertThat(run.account(Signal.LOGS).inFlight()).as("it is kept").isEqualTo(5);
    }
  }

  @Test
  void a_frame_that_is_no_hit_of_a_signal_is_none_of_its_books() throws InterruptedException {
    try (DeliveryRun run = run()) {
      run.spanRenderer =
          NumberedRecords.rendered(frame ->
              NumberedRecords.number(frame) % 2 == 0
                  ? Rendered.of(frame.number(), NumberedRecords.span(frame))
                  : Rendered.nothing(frame.number()));
      run.hit(0, 20).start().awaitDone(Signal.LOGS);
      await().until(() -> run.state(Signal.TRACES).pendingFrames() == 0);
      assertThat(run.account(Signal.TRACES).delivered()).isEqualTo(10);
      assertThat(Arrivals.spanIds(traces)).hasSize(10);
    }
  }

  @Test
  void in_memory_what_is_not_delivered_by_the_deadline_is_lost() throws InterruptedException {
    logs.otherwise(Fault.hang());
    try (DeliveryRun run = run()) {
      run.hit(0, 250).start().awaitDone(Signal.TRACES);
      await().until(() -> !logs.received().isEmpty());
      long start = System.nanoTime();
      assertThat(run.stop(SOON)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("shutdown", 250L));
      assertThat(run.account(Signal.LOGS).inFlight()).isZero();
    }
  }

  @Test
  void what_is_kept_is_delivered_by_the_next_run() throws InterruptedException {
    HitJournal journal = DeliveryRun.journal();
    FakeKernel kernel = new FakeKernel();
    logs.otherwise(Fault.closeBeforeAnswer());
    try (DeliveryRun first = keeping(journal, 1, kernel)) {
      first.hit(0, 250).start().awaitDone(Signal.TRACES);
      long start = System.nanoTime();
      assertThat(first.end(Duration.ofSeconds(30))).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("one last try, and no waiting for what the next run can do")
          .isLessThan(Duration.ofSeconds(10));
      assertThat(first.account(Signal.LOGS).lost()).isEmpty();
      assertThat(first.account(Signal.LOGS).inFlight()).isEqualTo(250);
      first.ledger.keep();
    }
    logs.otherwise(Fault.none());
    try (DeliveryRun second = keeping(journal, 2, new FakeKernel())) {
      second.hit(250, 300).start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      assertThat(Arrivals.uids(logs)).hasSize(300).doesNotHaveDuplicates();
      assertThat(Arrivals.spanIds(traces)).hasSize(300).doesNotHaveDuplicates();
      for (Signal signal : Signal.values()) {
        assertThat(second.account(signal).hits()).isEqualTo(300);
        assertThat(second.account(signal).delivered()).isEqualTo(300);
      }
    }
  }

  @Test
  void what_is_sent_again_after_a_death_before_the_acknowledgement_is_the_same()
      throws InterruptedException {
    HitJournal journal = DeliveryRun.journal();
    FakeKernel kernel = new FakeKernel();
    // The second batch of each is taken, but nobody ever hears of it.
    Fault unheard = Fault.acceptThen(Fault.hang());
    logs.next(Fault.none(), unheard).otherwise(Fault.hang());
    traces.next(Fault.none(), unheard).otherwise(Fault.hang());
    try (DeliveryRun first = keeping(journal, 1, kernel)) {
      first.hit(0, 250).start();
      await().until(() -> logs.accepted().size() == 2 && traces.accepted().size() == 2);
      assertThat(first.end(Duration.ZERO)).isTrue();
      first.ledger.keep();
    }
    logs.otherwise(Fault.none());
    traces.otherwise(Fault.none());
    try (DeliveryRun second = keeping(journal, 1, kernel)) {
      second.start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      assertThat(second.account(Signal.LOGS).delivered()).isEqualTo(250);
      assertThat(second.account(Signal.TRACES).delivered()).isEqualTo(250);
    }
    List<LogRecord> records = Arrivals.logs(logs);
    assertThat(records).as("with duplicates").hasSize(350);
    assertThat(new HashSet<>(records)).as("that are equal in every field").hasSize(250);
    assertThat(Arrivals.unique(Arrivals.uids(logs))).hasSize(250);
    assertThat(Arrivals.spans(traces)).hasSize(350);
    assertThat(new HashSet<>(Arrivals.spans(traces))).hasSize(250);
    assertThat(Arrivals.unique(Arrivals.spanIds(traces))).hasSize(250);
  }

  @Test
  void a_loss_is_told_in_a_log_record_that_is_no_hit() throws InterruptedException {
    traces.next(Fault.httpStatus(400));
    try (DeliveryRun run = run()) {
      run.hit(0, 30);
      run.kernel.lost(KernelLoss.RING_FULL, 5);
      run.start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      await().until(() -> Arrivals.losses(logs).size() >= 2);
      assertThat(Arrivals.losses(logs))
          .extracting(record -> record.getBody().getStringValue())
          .containsExactlyInAnyOrder("5 hits lost: ring_full", "30 traces lost: http_400");
      assertThat(run.account(Signal.LOGS).delivered()).isEqualTo(30);
      assertThat(run.account(Signal.LOGS).hits()).isEqualTo(35);

      // The same reason again, but not within ten seconds.
      run.kernel.lost(KernelLoss.RING_FULL, 2);
      run.hit(30, 40).awaitDone(Signal.LOGS);
      assertThat(Arrivals.losses(logs)).hasSize(2);
    }
  }

  @Test
  void the_record_of_a_loss_that_is_refused_is_no_loss() throws InterruptedException {
    logs.next(Fault.httpStatus(400), Fault.httpStatus(400)).otherwise(Fault.none());
    try (DeliveryRun run = run()) {
      run.hit(0, 10).start().awaitDone(Signal.LOGS);
      await().until(() -> logs.received().size() == 2);
      run.hit(10, 20).awaitDone(Signal.LOGS);
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("http_400", 10L));
      assertThat(run.account(Signal.LOGS).delivered()).isEqualTo(10);
      assertThat(Arrivals.losses(logs)).isEmpty();
    }
  }

  @Test
  void who_asks_for_time_when_told_of_a_loss_is_given_it() throws InterruptedException {
    logs.next(Fault.httpStatus(503, "retry-after", "2")).otherwise(Fault.none());
    try (DeliveryRun run = run()) {
      run.kernel.lost(KernelLoss.RING_FULL, 5);
      run.start();
      await().until(() -> logs.received().size() == 1);
      long asked = System.nanoTime();
      run.hit(0, 10);
      await().until(() -> run.account(Signal.LOGS).delivered() == 10);
      assertThat(Duration.ofNanos(System.nanoTime() - asked))
          .isGreaterThan(Duration.ofMillis(1_500));
    }
  }

  @Test
  void losses_told_in_one_run_are_not_told_again_in_the_next() throws InterruptedException {
    HitJournal journal = DeliveryRun.journal();
    FakeKernel kernel = new FakeKernel();
    try (DeliveryRun first = keeping(journal, 1, kernel)) {
      kernel.lost(KernelLoss.RING_FULL, 5);
      first.start();
      await().until(() -> Arrivals.losses(logs).size() == 1);
      assertThat(first.end(LONG)).isTrue();
    }
    kernel.lost(KernelLoss.RING_FULL, 3);
    try (DeliveryRun second = keeping(journal, 1, kernel)) {
      second.start();
      await().until(() -> Arrivals.losses(logs).size() == 2);
      assertThat(Arrivals.losses(logs).getLast().getBody().getStringValue())
          .isEqualTo("3 hits lost: ring_full");
    }
  }
}
