/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one agent has to tell the next of the programs it leaves. It is pinned with them, last: a
 * directory without it was not finished. Text, so that every version can read what it knows and
 * leave out what it does not.
 *
 * @param id random, of this load
 * @param epoch random, of the first of the loads whose counts are carried on
 * @param key what must be equal for the programs to be continued
 * @param shape where the counters are
 * @param record where the fields of a record are; null when the agent was of a release that did not
 *     say
 * @param way how the system calls are seen
 * @param kernelCopies whether the strings are the kernel's copies
 * @param maps names of the maps
 * @param programs names of the attached programs, and the probe each counts for; empty for none
 * @param exercised the probes that the self-test must see running
 * @param rows the attach table
 * @param inherited the last counts of loads that are gone, by their id
 */
record Manifest(
    long id,
    long epoch,
    String key,
    CountersShape shape,
    @Nullable RecordShape record,
    String way,
    boolean kernelCopies,
    List<String> maps,
    Map<String, String> programs,
    List<String> exercised,
    List<AttachTable.Row> rows,
    Map<Long, KernelCounts> inherited) {

  private static final String MAGIC = "requestkey pins";
  private static final int VERSION = 1;

  /** Room for one in its map. */
  static final int BYTES = 64 << 10;

  Manifest {
    maps = List.copyOf(maps);
    programs = new LinkedHashMap<>(programs);
    exercised = List.copyOf(exercised);
    rows = List.copyOf(rows);
    inherited = Map.copyOf(inherited);
  }

  /** With other counts of loads that are gone. */
  Manifest inheriting(Map<Long, KernelCounts> counts) {
    return new Manifest(
        id, epoch, key, shape, record, way, kernelCopies, maps, programs, exercised, rows, counts);
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder();
    line(text, MAGIC, VERSION);
    line(text, "id", HexFormat.of().toHexDigits(id));
    line(text, "epoch", HexFormat.of().toHexDigits(epoch));
    line(text, "key", key);
    line(
        text,
        "counters",
        shape.bytes(),
        shape.kinds(),
        shape.losses(),
        shape.hits(),
        shape.filtered(),
        shape.submitted(),
        shape.lost());
    if (record != null) {
      List<Object> words = new ArrayList<>(List.of("record"));
      words.addAll(record.words());
      line(text, words.toArray());
    }
    line(text, "way", way, kernelCopies);
    maps.forEach(map -> line(text, "map", map));
    programs.forEach((program, probe) -> line(text, "program", program, probe));
    exercised.forEach(probe -> line(text, "exercised", probe));
    for (AttachTable.Row row : rows) {
      List<Object> words = new ArrayList<>(List.of("row", row.fact(), row.way(), row.reason()));
      row.probes().forEach(state -> words.add(state.program()));
      line(text, words.toArray());
    }
    inherited.forEach((of, counts) ->
        counts
            .kinds()
            .forEach((kind, n) -> {
              List<Object> words =
                  new ArrayList<>(
                      List.of(
                          "inherited",
                          HexFormat.of().toHexDigits(of),
                          kind.number(),
                          n.hits(),
                          n.filtered(),
                          n.submitted()));
              n.lost().forEach((loss, lost) -> words.add(loss.label() + "=" + lost));
              line(text, words.toArray());
            }));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void line(StringBuilder text, Object... words) {
    for (int i = 0; i < words.length; i++) {
      text.append(i == 0 ? "" : "\t").append(words[i].toString().replaceAll("[\t\n\0]", " "));
    }
    text.append('\n');
  }

  /**
   * Reads one.
   *
   * @throws CaptureException when it is none, or of a version that this release does not know
   */
  static Manifest decode(byte[] bytes) throws CaptureException {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    if (!lines[0].equals(MAGIC + "\t" + VERSION)) {
      throw new CaptureException("not written by an agent that this release knows");
    }
    Builder builder = new Builder();
    try {
      for (int i = 1; i < lines.length - 1; i++) {
        builder.line(lines[i].split("\t", -1));
      }
      return builder.build();
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new CaptureException("damaged: " + e.getMessage(), e);
    }
  }

  private static final class Builder {
    private long id;
    private long epoch;
    private String key = "";
    private CountersShape shape = CountersShape.OURS;
    private @Nullable RecordShape record;
    private String way = "";
    private boolean kernelCopies;
    private final List<String> maps = new ArrayList<>();
    private final Map<String, String> programs = new LinkedHashMap<>();
    private final List<String> exercised = new ArrayList<>();
    private final List<AttachTable.Row> rows = new ArrayList<>();
    private final Map<Long, Map<HitKind, KindCounts>> inherited = new LinkedHashMap<>();

    void line(String[] words) {
      switch (words[0]) {
        case "id" -> id = HexFormat.fromHexDigitsToLong(words[1]);
        case "epoch" -> epoch = HexFormat.fromHexDigitsToLong(words[1]);
        case "key" -> key = words[1];
        case "counters" ->
            shape =
                new CountersShape(
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]),
                    Integer.parseInt(words[4]),
                    Integer.parseInt(words[5]),
                    Integer.parseInt(words[6]),
                    Integer.parseInt(words[7]));
        case "record" -> record = RecordShape.of(List.of(words).subList(1, words.length));
        case "way" -> {
          way = words[1];
          kernelCopies = Boolean.parseBoolean(words[2]);
        }
        case "map" -> maps.add(words[1]);
        case "program" -> programs.put(words[1], words[2]);
        case "exercised" -> exercised.add(words[1]);
        case "row" -> row(words);
        case "inherited" -> inherited(words);
        default -> {
          // Of a newer version.
        }
      }
    }

    private void row(String[] words) {
      List<AttachTable.ProbeState> states = new ArrayList<>();
      for (int i = 4; i < words.length; i++) {
        states.add(new AttachTable.ProbeState(words[i], 0, 0));
      }
      rows.add(new AttachTable.Row(words[1], words[2], words[3], states));
    }

    private void inherited(String[] words) {
      int number = Integer.parseInt(words[2]);
      Map<KernelLoss, Long> lost = new EnumMap<>(KernelLoss.class);
      for (int i = 6; i < words.length; i++) {
        for (KernelLoss loss : KernelLoss.values()) {
          if (words[i].startsWith(loss.label() + "=")) {
            lost.put(loss, Long.parseLong(words[i].substring(loss.label().length() + 1)));
          }
        }
      }
      for (HitKind kind : HitKind.values()) {
        if (kind.number() == number) {
          inherited
              .computeIfAbsent(
                  HexFormat.fromHexDigitsToLong(words[1]), _ -> new EnumMap<>(HitKind.class))
              .put(
                  kind,
                  new KindCounts(
                      Long.parseLong(words[3]),
                      Long.parseLong(words[4]),
                      Long.parseLong(words[5]),
                      lost));
        }
      }
    }

    Manifest build() {
      if (id == 0 || epoch == 0 || key.isEmpty() || maps.isEmpty() || programs.isEmpty()) {
        throw new IllegalArgumentException("incomplete");
      }
      Map<Long, KernelCounts> counts = new LinkedHashMap<>();
      inherited.forEach((of, kinds) -> counts.put(of, new KernelCounts(kinds, 0)));
      return new Manifest(
          id,
          epoch,
          key,
          shape,
          record,
          way,
          kernelCopies,
          maps,
          programs,
          exercised,
          rows,
          counts);
    }
  }
}
