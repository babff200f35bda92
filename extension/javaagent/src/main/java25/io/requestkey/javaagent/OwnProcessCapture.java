/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.sdk.resources.Resource;
import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.requestkey.capture.CorruptRecordException;
import io.requestkey.capture.KernelClock;
import io.requestkey.capture.RecordDecoder;
import io.requestkey.capture.RingReader;
import io.requestkey.telemetry.AnchoredBootClock;
import io.requestkey.telemetry.ClockAnchor;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.LossRecord;
import io.requestkey.telemetry.Observation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Captures what this process calls, and emits it through the Java agent's SDK. Made by its name:
 * with the classes that it uses it needs Java 25.
 *
 * <p>One record is in memory at a time, besides the spans that wait ({@link CallEmitter}): what the
 * SDK is too slow for stays in the ring, and what that cannot hold the kernel counts.
 */
final class OwnProcessCapture implements CaptureRun {

  private static final Logger logger = Logger.getLogger(OwnProcessCapture.class.getName());

  /** Lets a batch gather, so that a busy process costs a wake-up a batch, not a call. */
  private static final int GATHER_MILLIS = 10;

  private final KernelIds ids;
  private final CountDownLatch emitted = new CountDownLatch(1);
  private final Object ringLock = new Object();
  private volatile boolean stopping;
  private @Nullable RingReader ring; // guarded by ringLock; while it may be woken

  private boolean saidFailure;

  OwnProcessCapture(KernelIds ids) {
    this.ids = ids;
  }

  @Override
  public void run() {
    try {
      capture();
    } catch (CaptureException | IllegalArgumentException e) {
      notCaptured(e.getMessage() == null ? e.toString() : e.getMessage());
      logger.log(Level.FINE, "request_key: the cause", e);
    } catch (Throwable e) {
      notCaptured(e.toString());
      logger.log(Level.FINE, "request_key: the cause", e);
    } finally {
      emitted.countDown();
    }
  }

  private static void notCaptured(String reason) {
    logger.log(
        Level.WARNING,
        "request_key: calls on keys are not captured: {0}; nothing else changes",
        reason);
  }

  @Override
  public void stop(Duration limit) {
    stopping = true;
    synchronized (ringLock) {
      if (ring == null) {
        return; // Nothing was captured, or all of it is emitted.
      }
      ring.wake();
    }
    try {
      boolean _ = emitted.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void capture() throws CaptureException, IOException, CorruptRecordException {
    OwnCaptureSettings settings = OwnCaptureSettings.read(Setting::given, Setting.allGiven());
    String version = version();
    String bootId = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    AgentPipeline pipeline =
        new AgentPipeline(
            GlobalOpenTelemetry.get(), version, ids, this::otherIds, this::notEmitted);
    CallEmitter emitter =
        new CallEmitter(
            // The resource is the SDK's; this one is seen by nobody.
            KeyTelemetry.create(Resource.empty(), version, settings.redaction()),
            pipeline,
            settings.linkWindow(),
            ownThread());
    OwnLosses losses =
        new OwnLosses(LossRecord.maker(Resource.empty(), version), KernelClock.epochNanos());
    if (stopping) {
      return; // As of a JVM that only says its version: it is not to wait for programs to be
      // loaded.
    }
    Capture capture = Capture.start(settings.capture());
    try {
      announce(capture);
      wakeable(capture.ring());
      Work work = new Work(capture, bootId, emitter, losses, pipeline);
      new CallLoop(work, () -> stopping, System::nanoTime).run();
      emitter.flush();
    } finally {
      wakeable(null);
      emitted.countDown();
      capture.close();
    }
  }

  private void wakeable(@Nullable RingReader reader) {
    synchronized (ringLock) {
      ring = reader;
    }
  }

  /** What is done in turn, on the thread that captures. */
  private final class Work implements CallLoop.Work {

    private final Capture capture;
    private final String bootId;
    private final CallEmitter emitter;
    private final OwnLosses losses;
    private final AgentPipeline pipeline;
    private final AnchoredBootClock clock =
        new AnchoredBootClock(() -> {
          KernelClock.Reading reading = KernelClock.read();
          return new ClockAnchor(reading.bootNanos(), reading.epochNanos());
        });

    /** When the ring was last looked at. */
    private Observation looked;

    Work(
        Capture capture,
        String bootId,
        CallEmitter emitter,
        OwnLosses losses,
        AgentPipeline pipeline) {
      this.capture = capture;
      this.bootId = bootId;
      this.emitter = emitter;
      this.losses = losses;
      this.pipeline = pipeline;
      looked = new Observation(bootId, KernelClock.epochNanos(), clock.offsetNanos());
    }

    @Override
    public int drain(int max) throws CorruptRecordException {
      boolean _ = clock.reanchor();
      looked = observation();
      return capture
          .ring()
          .drain(
              (data, offset, length) -> {
                take(data, offset, length);
                return true;
              },
              max);
    }

    private Observation observation() {
      return new Observation(bootId, KernelClock.epochNanos(), clock.offsetNanos());
    }

    private void take(MemorySegment data, long offset, int length) {
      byte[] record = new byte[length];
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, offset, record, 0, length);
      try {
        emitter.accept(RecordDecoder.decode(record), observation());
      } catch (CorruptRecordException e) {
        losses.undecodable();
        logger.log(Level.FINE, "request_key: a record is lost: {0}", e.getMessage());
      } catch (RuntimeException e) {
        notEmitted(e);
      }
    }

    @Override
    public void tick() {
      emitter.tick(looked);
    }

    @Override
    public boolean holds() {
      return emitter.holds();
    }

    @Override
    public void tellLosses() throws CaptureException {
      losses.tell(capture.counts(), KernelClock.epochNanos(), pipeline::log);
    }

    @Override
    public void await(int millis) {
      capture.ring().await(millis);
      capture.ring().nap(GATHER_MILLIS);
    }
  }

  /** As of a sampler or processor of the application's: the next call may fare better. */
  private void notEmitted(Throwable e) {
    if (!saidFailure) {
      saidFailure = true;
      logger.log(
          Level.WARNING, "request_key: a call could not be emitted; it is said only this once", e);
    }
  }

  private static void announce(Capture capture) {
    String how =
        capture.kernelCopies()
            ? capture.syscallWay() + " and kprobes; strings are the kernel's own copies"
            : capture.syscallWay()
                + " only: strings are read from the caller's memory, and every system call of this"
                + " host becomes slower";
    String spans =
        capture.processesWithContext() > 0 ? "" : "; no span is their parent, as none is published";
    logger.log(
        Level.INFO,
        "request_key: this process''s calls on keys are captured with {0}{1}",
        new Object[] {how, spans});
  }

  private void otherIds() {
    if (stopping) {
      return; // The SDK has ended, and makes no spans any more.
    }
    logger.log(
        Level.WARNING,
        "request_key: calls on keys become log records only, no spans: the SDK does not give spans"
            + " the ids that the kernel side has given the calls, because an id generator of the"
            + " application''s replaces ours, or because the Java agent is configured by a file"
            + " (otel.config.file), which leaves no place for one");
  }

  /** Not of the manifest, which the Java agent's class loader does not show. */
  private static String version() throws IOException {
    try (InputStream in = OwnProcessCapture.class.getResourceAsStream("version")) {
      return in == null
          ? "unpackaged"
          : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  /** Id of the calling thread in this process's pid namespace; 0 when it cannot be told. */
  private static int ownThread() {
    try {
      // Such as 41/task/57.
      return Integer.parseInt(
          String.valueOf(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName()));
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
