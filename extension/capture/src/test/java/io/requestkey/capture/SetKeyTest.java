/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs are continued only when nothing they were loaded with has changed. */
final class SetKeyTest {

  private static final CaptureOptions OPTIONS = CaptureOptions.defaults();
  private static final byte[] OBJECT = {1, 2, 3};

  private static String key(byte[] object, CaptureOptions options) {
    return SetKey.of(object, options, KernelConfig.chosenBytes(options.filters(), 0), 0);
  }

  private static CaptureOptions options(
      CaptureOptions.Mode mode,
      CaptureOptions.SyscallProbes probes,
      int ringBytes,
      Filters filters,
      CaptureOptions.AppSpan appSpan) {
    return new CaptureOptions(
        mode, probes, ringBytes, filters, OPTIONS.pin(), appSpan, OPTIONS.library());
  }

  @Test
  void isANameThatABpffsTakes() {
    assertThat(key(OBJECT, OPTIONS)).matches("[0-9a-f]{16}");
  }

  @Test
  void sameObjectAndOptionsAreTheSame() {
    assertThat(key(OBJECT.clone(), CaptureOptions.defaults())).isEqualTo(key(OBJECT, OPTIONS));
    assertThat(key(OBJECT, OPTIONS.withPin(CaptureOptions.Pin.ON))).isEqualTo(key(OBJECT, OPTIONS));
  }

  @Test
  void everythingTheProgramsAreLoadedWithCounts() {
    CaptureOptions.Mode mode = OPTIONS.mode();
    CaptureOptions.SyscallProbes probes = OPTIONS.syscallProbes();
    int ring = OPTIONS.ringBytes();
    Filters filters = OPTIONS.filters();
    CaptureOptions.AppSpan span = OPTIONS.appSpan();
    List<String> keys = new ArrayList<>();
    keys.add(key(OBJECT, OPTIONS));
    keys.add(key(new byte[] {1, 2, 4}, OPTIONS));
    for (CaptureOptions other :
        List.of(
            options(CaptureOptions.Mode.TRACEPOINT, probes, ring, filters, span),
            options(mode, CaptureOptions.SyscallProbes.TRACEPOINT, ring, filters, span),
            options(mode, probes, ring * 2, filters, span),
            options(mode, probes, ring, filters, CaptureOptions.AppSpan.LINK))) {
      keys.add(key(OBJECT, other));
    }
    keys.add(SetKey.of(OBJECT, OPTIONS, KernelConfig.chosenBytes(Filters.NONE, 1), 0));
    Filters ownProcess = new Filters(Criteria.NONE, Criteria.NONE, true);
    keys.add(SetKey.of(OBJECT, OPTIONS, KernelConfig.chosenBytes(ownProcess, 0), 0));
    keys.add(SetKey.of(OBJECT, OPTIONS, KernelConfig.chosenBytes(Filters.NONE, 0), 7));
    for (Criteria criteria :
        List.of(
            criteria(List.of("user"), List.of(), List.of(), List.of()),
            criteria(List.of(), List.of("user"), List.of(), List.of()),
            criteria(List.of(), List.of(), List.of(1), List.of()),
            criteria(List.of(), List.of(), List.of(), List.of("read")))) {
      for (Filters given :
          List.of(new Filters(criteria, Criteria.NONE), new Filters(Criteria.NONE, criteria))) {
        keys.add(key(OBJECT, options(mode, probes, ring, given, span)));
      }
    }
    assertThat(new HashSet<>(keys)).hasSize(keys.size());
  }

  private static Criteria criteria(
      List<String> types, List<String> prefixes, List<Integer> uids, List<String> operations) {
    return new Criteria(types, prefixes, uids, List.of(), List.of(), List.of(), operations);
  }
}
