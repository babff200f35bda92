/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes each system call that is watched once and requires every attached program to have run: that
 * attaching succeeded proves nothing (functions are inlined, hooks are compiled out).
 *
 * <p>It also tells the kernel side which process is the agent, whose own calls are no hits.
 */
final class SelfTest {

  private static final int THREAD_KEYRING = -1;
  private static final String DESCRIPTION = "requestkey:self-test";
  private static final int ENOSYS = 38;
  private static final int EPERM = 1;

  private SelfTest() {}

  static void run(CounterMap counters, Set<Probe> attached, long nonce) throws CaptureException {
    // Programs that went on without an agent have run before.
    Map<Probe, Long> before = new EnumMap<>(Probe.class);
    for (Probe probe : attached) {
      before.put(probe, counters.runs(probe));
    }
    Outcome outcome = callInThread(nonce);
    if (outcome.requestKey == -ENOSYS || outcome.requestKey == -EPERM) {
      throw new CaptureException(
          "self-test: request_key(2) answers "
              + Errno.name((int) -outcome.requestKey)
              + " to the agent itself: a seccomp profile (containers) forbids it; run the agent"
              + " with one that allows add_key, keyctl and request_key");
    }
    List<String> silent = new ArrayList<>();
    for (Probe probe : attached) {
      // A key is freed by a worker, some time later.
      if (probe != Probe.SECURITY_KEY_FREE
          && counters.runs(probe) == before.getOrDefault(probe, 0L)) {
        silent.add(probe.name().toLowerCase(java.util.Locale.ROOT));
      }
    }
    if (!silent.isEmpty()) {
      throw new CaptureException(
          "self-test: attached, but not called by the kernel: " + String.join(", ", silent));
    }
  }

  /** Tells programs that an earlier agent attached who the agent is now. */
  static void introduce(long nonce) {
    long _ = KernelCalls.keyctl(ConfigLayout.SELFTEST_OPERATION, nonce, 0);
  }

  private record Outcome(long requestKey) {}

  /** In a thread of its own: the thread keyring it makes goes with it. */
  private static Outcome callInThread(long nonce) throws CaptureException {
    Outcome[] outcome = new Outcome[1];
    Thread thread = Thread.ofPlatform().name("self-test").start(() -> outcome[0] = call(nonce));
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaptureException("interrupted during the self-test", e);
    }
    return outcome[0];
  }

  private static Outcome call(long nonce) {
    introduce(nonce);
    long _ = KernelCalls.nameNothing();
    long key = KernelCalls.addKey("user", DESCRIPTION, "x", THREAD_KEYRING);
    if (key > 0) {
      long _ = KernelCalls.keyctl(KeyctlOperation.UNLINK.number(), key, THREAD_KEYRING);
    }
    long _ = KernelCalls.keyctl(KeyctlOperation.GET_KEYRING_ID.number(), THREAD_KEYRING, 0);
    return new Outcome(KernelCalls.requestKey("user", DESCRIPTION));
  }
}
