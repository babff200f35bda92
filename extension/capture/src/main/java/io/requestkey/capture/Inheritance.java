/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The last counts of sets that are gone, by their ids, as the manifests of those that are there
 * have them. More than one can have the same: each counts once, and not while its set is there.
 */
final class Inheritance {

  private Inheritance() {}

  /** All that is inherited in a family of sets. */
  static Map<Long, KernelCounts> of(Manifest own, List<Manifest> others) {
    Map<Long, KernelCounts> gone = new HashMap<>(own.inherited());
    others.forEach(other -> gone.putAll(other.inherited()));
    others.forEach(other -> gone.remove(other.id()));
    gone.remove(own.id());
    return gone;
  }

  /** What a set has inherited when another goes, which has counted so much. */
  static Map<Long, KernelCounts> with(Manifest own, Manifest going, KernelCounts last) {
    Map<Long, KernelCounts> inherited = new HashMap<>(own.inherited());
    inherited.putAll(going.inherited());
    inherited.put(going.id(), last);
    return inherited;
  }

  /**
   * What a set has inherited, as few entries: the manifest has no room for one of each set that
   * ever was. Those that no other set can name become one, under the id of one of them.
   */
  static Map<Long, KernelCounts> folded(Manifest own, List<Manifest> others) {
    Set<Long> named = new HashSet<>();
    for (Manifest other : others) {
      named.add(other.id());
      named.addAll(other.inherited().keySet());
    }
    Map<Long, KernelCounts> folded = new HashMap<>();
    TreeMap<Long, KernelCounts> alone = new TreeMap<>();
    own.inherited().forEach((id, counts) -> (named.contains(id) ? folded : alone).put(id, counts));
    // An agent that died has left it: this set goes on.
    alone.remove(own.id());
    alone.values().stream()
        .reduce(KernelCounts::plus)
        .ifPresent(sum -> folded.put(alone.firstKey(), sum));
    return folded;
  }
}
