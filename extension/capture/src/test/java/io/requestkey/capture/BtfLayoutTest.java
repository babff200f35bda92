/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layout is C's: every offset and number the agent uses is the one in the object's BTF. */
final class BtfLayoutTest {

  private static final Path BPF = Path.of("..", "..", "bpf");

  private static BtfFile btf(String machine) throws IOException {
    return BtfFile.of("/io/requestkey/bpf/requestkey." + machine + ".bpf.o");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void record(String machine) throws IOException {
    BtfFile.Struct record = btf(machine).struct("rk_record");
    assertThat(record.size()).isEqualTo(RecordLayout.HEADER_SIZE);
    assertThat(record.offsets())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("size", RecordLayout.SIZE),
                Map.entry("version", RecordLayout.RECORD_VERSION),
                Map.entry("kind", RecordLayout.KIND),
                Map.entry("flags", RecordLayout.FLAGS),
                Map.entry("seq", RecordLayout.SEQ),
                Map.entry("start_ns", RecordLayout.START_NS),
                Map.entry("end_ns", RecordLayout.END_NS),
                Map.entry("trace_id", RecordLayout.TRACE_ID),
                Map.entry("span_id", RecordLayout.SPAN_ID),
                Map.entry("origin_trace_id", RecordLayout.ORIGIN_TRACE_ID),
                Map.entry("origin_span_id", RecordLayout.ORIGIN_SPAN_ID),
                Map.entry("cgroup_id", RecordLayout.CGROUP_ID),
                Map.entry("arg", RecordLayout.ARG),
                Map.entry("result", RecordLayout.RESULT),
                Map.entry("pid", RecordLayout.PID),
                Map.entry("tid", RecordLayout.TID),
                Map.entry("ppid", RecordLayout.PPID),
                Map.entry("ruid", RecordLayout.RUID),
                Map.entry("rgid", RecordLayout.RGID),
                Map.entry("euid", RecordLayout.EUID),
                Map.entry("egid", RecordLayout.EGID),
                Map.entry("serial", RecordLayout.SERIAL),
                Map.entry("resolved", RecordLayout.RESOLVED),
                Map.entry("operation", RecordLayout.OPERATION),
                Map.entry("comm", RecordLayout.COMM),
                Map.entry("text", RecordLayout.TEXT),
                Map.entry("reserved", RecordLayout.RESERVED)));
    BtfFile.Struct text = btf(machine).struct("rk_text");
    assertThat(text.size()).isEqualTo(RecordLayout.TEXT_SIZE);
    assertThat(text.offsets())
        .isEqualTo(
            Map.of(
                "len",
                RecordLayout.TEXT_LEN,
                "state",
                RecordLayout.TEXT_STATE,
                "truncated",
                RecordLayout.TEXT_TRUNCATED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void counters(String machine) throws IOException {
    BtfFile.Struct counters = btf(machine).struct("rk_counters");
    assertThat(counters.size()).isEqualTo(CountersLayout.SIZE);
    assertThat(counters.offsets())
        .isEqualTo(
            Map.of(
                "hits",
                CountersLayout.HITS,
                "filtered",
                CountersLayout.FILTERED,
                "submitted",
                CountersLayout.SUBMITTED,
                "lost",
                CountersLayout.LOST,
                "probe",
                CountersLayout.PROBE,
                "texts_cut",
                CountersLayout.TEXTS_CUT,
                "next_seq",
                CountersLayout.NEXT_SEQ));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void config(String machine) throws IOException {
    BtfFile.Struct config = btf(machine).struct("rk_config");
    assertThat(config.size()).isEqualTo(ConfigLayout.SIZE);
    assertThat(config.offsets())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("id_seed", ConfigLayout.ID_SEED),
                Map.entry("seq_base", ConfigLayout.SEQ_BASE),
                Map.entry("selftest_nonce", ConfigLayout.SELFTEST_NONCE),
                Map.entry("filter_cgroup", ConfigLayout.FILTER_CGROUP),
                Map.entry("filter_operations", ConfigLayout.FILTER_OPERATIONS),
                Map.entry("filters", ConfigLayout.FILTERS),
                Map.entry("filter_pid", ConfigLayout.FILTER_PID),
                Map.entry("filter_uid", ConfigLayout.FILTER_UID),
                Map.entry("filter_type_len", ConfigLayout.FILTER_TYPE_LEN),
                Map.entry("filter_prefix_len", ConfigLayout.FILTER_PREFIX_LEN),
                Map.entry("reserved", ConfigLayout.RESERVED),
                Map.entry("filter_comm", ConfigLayout.FILTER_COMM),
                Map.entry("filter_type", ConfigLayout.FILTER_TYPE),
                Map.entry("filter_prefix", ConfigLayout.FILTER_PREFIX)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void numbers(String machine) throws IOException {
    BtfFile btf = btf(machine);
    Map<String, Integer> probes = new TreeMap<>(Map.of("RK_PROBES", CountersLayout.PROBES));
    for (Probe probe : Probe.values()) {
      probes.put("RK_PROBE_" + probe.name(), probe.index);
    }
    assertThat(btf.constants("rk_probe")).isEqualTo(probes);
    Map<String, Integer> losses = new TreeMap<>(Map.of("RK_LOSSES", CountersLayout.LOSSES));
    for (KernelLoss loss : KernelLoss.values()) {
      losses.put("RK_LOST_" + loss.label().toUpperCase(Locale.ROOT), loss.index());
    }
    assertThat(btf.constants("rk_loss")).isEqualTo(losses);
    assertThat(btf.constants("rk_kind"))
        .isEqualTo(
            Map.of(
                "RK_REQUEST_KEY",
                RecordLayout.KIND_REQUEST_KEY,
                "RK_ADD_KEY",
                RecordLayout.KIND_ADD_KEY,
                "RK_KEYCTL",
                RecordLayout.KIND_KEYCTL,
                "RK_KINDS",
                CountersLayout.KINDS));
    assertThat(btf.constants("rk_flag"))
        .isEqualTo(
            Map.of(
                "RK_F_COMPAT",
                RecordLayout.FLAG_COMPAT,
                "RK_F_KERNEL_COPIES",
                RecordLayout.FLAG_KERNEL_COPIES));
    assertThat(btf.constants("rk_text_state"))
        .isEqualTo(
            Map.of(
                "RK_TEXT_ABSENT",
                RecordLayout.TEXT_ABSENT,
                "RK_TEXT_NULL",
                RecordLayout.TEXT_NULL,
                "RK_TEXT_PRESENT",
                RecordLayout.TEXT_PRESENT,
                "RK_TEXT_UNREADABLE",
                RecordLayout.TEXT_UNREADABLE));
    assertThat(btf.constants("rk_filter_bit"))
        .isEqualTo(
            Map.of(
                "RK_FILTER_PID",
                ConfigLayout.BIT_PID,
                "RK_FILTER_UID",
                ConfigLayout.BIT_UID,
                "RK_FILTER_COMM",
                ConfigLayout.BIT_COMM,
                "RK_FILTER_CGROUP",
                ConfigLayout.BIT_CGROUP,
                "RK_FILTER_TYPE",
                ConfigLayout.BIT_TYPE,
                "RK_FILTER_DESCRIPTION",
                ConfigLayout.BIT_DESCRIPTION,
                "RK_FILTER_OPERATION",
                ConfigLayout.BIT_OPERATION));
  }

  @Test
  void definitionsThatBtfDoesNotHave() throws IOException {
    String header = Files.readString(BPF.resolve("requestkey.h"));
    assertThat(definition(header, "RK_RECORD_VERSION")).isEqualTo(RecordLayout.VERSION);
    assertThat(definition(header, "RK_COMM_LEN")).isEqualTo(RecordLayout.COMM_LENGTH);
    assertThat(definition(header, "RK_TYPE_CAP") + 2 * definition(header, "RK_TEXT_CAP"))
        .isEqualTo(RecordLayout.MAX_DATA);
    assertThat(definition(header, "RK_PREFIX_CAP")).isEqualTo(ConfigLayout.PREFIX_CAP);
    assertThat(definition(header, "RK_ENTRIES")).isEqualTo(CountersLayout.ENTRIES);
    assertThat(definition(header, "RK_OPERATION_REQUEST_KEY"))
        .isEqualTo(ConfigLayout.OPERATION_REQUEST_KEY);
    assertThat(definition(header, "RK_OPERATION_ADD_KEY"))
        .isEqualTo(ConfigLayout.OPERATION_ADD_KEY);
    assertThat(definition(header, "RK_SELFTEST_OPERATION"))
        .isEqualTo(ConfigLayout.SELFTEST_OPERATION);
  }

  @Test
  void keyctlTargetsOfKernelSideAndAgentAgree() throws IOException {
    String program = Files.readString(BPF.resolve("requestkey.bpf.c"));
    String mask =
        program.substring(
            program.indexOf("in_arg2 ="), program.indexOf(';', program.indexOf("in_arg2 =")));
    for (KeyctlOperation operation : KeyctlOperation.values()) {
      boolean inArg2 =
          Pattern.compile("1ULL << " + operation.number() + "\\b").matcher(mask).find();
      assertThat(inArg2)
          .as(operation.label())
          .isEqualTo(operation.target() == KeyctlOperation.Target.ARG2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void objectIsStrippedAndHasItsOwnConfigurationSection(String machine) throws IOException {
    Map<String, Integer> sections = btf(machine).sections();
    assertThat(sections).containsKeys(".BTF", ".BTF.ext", ".maps", "license", ".rodata.config");
    assertThat(sections.keySet()).noneMatch(name -> name.startsWith(".debug"));
  }

  private static int definition(String header, String name) {
    Matcher matcher = Pattern.compile("#define " + name + "\\s+(0x[0-9a-f]+|\\d+)").matcher(header);
    assertThat(matcher.find()).as(name).isTrue();
    return Integer.decode(matcher.group(1));
  }
}
