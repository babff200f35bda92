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

  private static void assertLayout(
      BtfFile btf, String name, int size, Map<String, Integer> offsets) {
    BtfFile.Struct struct = btf.struct(name);
    assertThat(struct.size()).as(name).isEqualTo(size);
    assertThat(struct.offsets()).as(name).isEqualTo(offsets);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void record(String machine) throws IOException {
    assertLayout(btf(machine), "rk_record", RecordLayout.HEADER_SIZE, RecordShape.OURS.offsets());
    assertLayout(
        btf(machine),
        "rk_key_ref",
        RecordLayout.KEY_SIZE,
        Map.of("given", RecordLayout.KEY_GIVEN, "resolved", RecordLayout.KEY_RESOLVED));
    assertLayout(
        btf(machine),
        "rk_text",
        RecordLayout.TEXT_SIZE,
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
    assertLayout(
        btf(machine),
        "rk_counters",
        CountersLayout.SIZE,
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
    assertLayout(
        btf(machine),
        "rk_config",
        ConfigLayout.SIZE,
        Map.of(
            "id_seed",
            ConfigLayout.ID_SEED,
            "seq_base",
            ConfigLayout.SEQ_BASE,
            "selftest_nonce",
            ConfigLayout.SELFTEST_NONCE,
            "wanted",
            ConfigLayout.WANTED,
            "unwanted",
            ConfigLayout.UNWANTED,
            "context",
            ConfigLayout.CONTEXT,
            "own_process",
            ConfigLayout.OWN_PROCESS));
    assertLayout(
        btf(machine),
        "rk_filter",
        ConfigLayout.FILTER_SIZE,
        Map.ofEntries(
            Map.entry("operations", ConfigLayout.OPERATIONS),
            Map.entry("cgroup", ConfigLayout.CGROUP),
            Map.entry("given", ConfigLayout.GIVEN),
            Map.entry("pids", ConfigLayout.PIDS),
            Map.entry("uids", ConfigLayout.UIDS),
            Map.entry("comms", ConfigLayout.COMMS),
            Map.entry("cgroups", ConfigLayout.CGROUPS),
            Map.entry("types", ConfigLayout.TYPES),
            Map.entry("prefixes", ConfigLayout.PREFIXES),
            Map.entry("reserved", ConfigLayout.RESERVED),
            Map.entry("pid", ConfigLayout.PID),
            Map.entry("uid", ConfigLayout.UID),
            Map.entry("comm", ConfigLayout.COMM),
            Map.entry("type", ConfigLayout.TYPE),
            Map.entry("prefix", ConfigLayout.PREFIX)));
    assertThat(btf(machine).struct("rk_filter_type").size()).isEqualTo(ConfigLayout.TYPE_CAP);
    assertThat(btf(machine).struct("rk_filter_prefix").size())
        .isEqualTo(ConfigLayout.PREFIX_CAP + 1);
    assertThat(btf(machine).struct("rk_filter_comm").size()).isEqualTo(RecordLayout.COMM_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void live(String machine) throws IOException {
    assertLayout(
        btf(machine),
        "rk_live",
        LiveState.SIZE,
        Map.of(
            "boot_epoch",
            LiveState.BOOT_EPOCH,
            "watched",
            LiveState.WATCHED,
            "recording",
            LiveState.RECORDING));
    assertThat(btf(machine).constants("rk_watched"))
        .isEqualTo(
            Map.of(
                "RK_WATCHED_CONSTRUCTION",
                LiveState.WATCHED_CONSTRUCTION,
                "RK_WATCHED_COPIES",
                LiveState.WATCHED_COPIES));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void control(String machine) throws IOException {
    assertLayout(
        btf(machine),
        "rk_control",
        ControlLayout.SIZE,
        Map.of(
            "gate",
            ControlLayout.GATE,
            "self_tgid",
            ControlLayout.SELF_TGID,
            "self_start_ns",
            ControlLayout.SELF_START_NS));
    assertThat(btf(machine).sections()).containsKey(ControlLayout.MAP);
    Map<String, Integer> gates = new TreeMap<>();
    for (Gate gate : Gate.values()) {
      gates.put("RK_GATE_" + gate.name(), gate.number());
    }
    assertThat(btf(machine).constants("rk_gate")).isEqualTo(gates);
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
    Map<String, Integer> kinds = new TreeMap<>(Map.of("RK_KINDS", CountersLayout.KINDS));
    for (HitKind kind : HitKind.values()) {
      kinds.put("RK_" + kind.name(), kind.number());
    }
    assertThat(btf.constants("rk_kind")).isEqualTo(kinds);
    assertThat(btf.constants("rk_flag"))
        .isEqualTo(
            Map.of(
                "RK_F_COMPAT",
                RecordLayout.FLAG_COMPAT,
                "RK_F_KERNEL_COPIES",
                RecordLayout.FLAG_KERNEL_COPIES,
                "RK_F_KERNEL_ORIGIN",
                RecordLayout.FLAG_KERNEL_ORIGIN,
                "RK_F_SERVICE_CREDS",
                RecordLayout.FLAG_SERVICE_CREDS,
                "RK_F_KEY_ACCESS",
                RecordLayout.FLAG_KEY_ACCESS,
                "RK_F_APP_PARENT",
                RecordLayout.FLAG_APP_PARENT));
    assertThat(btf.constants("rk_outcome")).isEqualTo(inOrder("RK_OUTCOME_", Outcome.values()));
    assertThat(btf.constants("rk_tampering"))
        .isEqualTo(inOrder("RK_TAMPERING_", Tampering.Verdict.values()));
    assertThat(btf.constants("rk_tampering_reason"))
        .isEqualTo(inOrder("RK_REASON_", Tampering.Reason.values()));
    assertThat(btf.constants("rk_correlation"))
        .isEqualTo(inOrder("RK_CORRELATION_", Correlation.values()));
    assertThat(btf.constants("rk_key_end")).isEqualTo(inOrder("RK_END_", KeyEnd.values()));
    assertThat(btf.constants("keyctl_operation"))
        .isEqualTo(inOrder("KEYCTL_", KeyctlOperation.values()));
    assertThat(btf.constants("rk_text_index"))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("RK_TEXT_TYPE", 0),
                Map.entry("RK_TEXT_DESCRIPTION", 1),
                Map.entry("RK_TEXT_CALLOUT", 2),
                Map.entry("RK_TEXT_EXECUTABLE", 3),
                Map.entry("RK_TEXT_CGROUP", 4),
                Map.entry("RK_TEXT_USER_TYPE", 5),
                Map.entry("RK_TEXT_USER_DESCRIPTION", 6),
                Map.entry("RK_TEXT_USER_CALLOUT", 7),
                Map.entry("RK_TEXT_ARG_TYPE", 8),
                Map.entry("RK_TEXT_ARG_NAME", 9),
                Map.entry("RK_TEXT_SERVICE", 10),
                Map.entry("RK_TEXTS", RecordLayout.TEXTS)));
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

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void threadAndProcessContexts(String machine) throws IOException {
    BtfFile btf = btf(machine);
    assertLayout(
        btf,
        "rk_process",
        ProcessLayout.SIZE,
        Map.ofEntries(
            Map.entry("start_ns", ProcessLayout.START_NS),
            Map.entry("tls_offset", ProcessLayout.TLS_OFFSET),
            Map.entry("tls_module", ProcessLayout.TLS_MODULE),
            Map.entry("vector_offset", ProcessLayout.VECTOR_OFFSET),
            Map.entry("vector_count_offset", ProcessLayout.VECTOR_COUNT_OFFSET),
            Map.entry("vector_stride", ProcessLayout.VECTOR_STRIDE),
            Map.entry("tls", ProcessLayout.TLS),
            Map.entry("ready", ProcessLayout.READY),
            Map.entry("service_name_len", ProcessLayout.SERVICE_NAME_LENGTH),
            Map.entry("service_name_cut", ProcessLayout.SERVICE_NAME_CUT),
            Map.entry("service_name", ProcessLayout.SERVICE_NAME)));
    assertLayout(
        btf,
        "rk_publication",
        ProcessLayout.PUBLICATION_SIZE,
        Map.of(
            "address",
            ProcessLayout.PUBLICATION_ADDRESS,
            "pid",
            ProcessLayout.PUBLICATION_PID,
            "reserved",
            ProcessLayout.PUBLICATION_RESERVED));
    assertThat(btf.constants("rk_tls"))
        .isEqualTo(
            Map.of(
                "RK_TLS_NONE",
                ProcessLayout.TLS_NONE,
                "RK_TLS_STATIC",
                ProcessLayout.TLS_STATIC,
                "RK_TLS_DYNAMIC",
                ProcessLayout.TLS_DYNAMIC));
    assertThat(btf.constants("rk_context_bit"))
        .isEqualTo(
            Map.of(
                "RK_CONTEXT_SDK",
                ConfigLayout.CONTEXT_SDK,
                "RK_CONTEXT_OBI",
                ConfigLayout.CONTEXT_OBI,
                "RK_CONTEXT_PARENT",
                ConfigLayout.CONTEXT_PARENT));
    Map<String, Integer> counts = new TreeMap<>(inOrder("RK_CONTEXT_", ContextCount.values()));
    counts.put("RK_CONTEXT_COUNTS", ContextCount.values().length);
    assertThat(btf.constants("rk_context_count")).isEqualTo(counts);
    String header = Files.readString(BPF.resolve("requestkey.h"));
    assertThat(definition(header, "RK_SERVICE_CAP")).isEqualTo(ProcessLayout.SERVICE_NAME_CAP);
    assertThat(definition(header, "RK_START_TICK_NS")).isEqualTo((int) ProcessLayout.TICK_NANOS);
  }

  /** The decoder takes the numbers of these enums for the places of their constants. */
  private static Map<String, Integer> inOrder(String prefix, Enum<?>[] constants) {
    Map<String, Integer> numbers = new TreeMap<>();
    for (int i = 0; i < constants.length; i++) {
      numbers.put(prefix + constants[i].name(), i);
    }
    return numbers;
  }

  @Test
  void definitionsThatBtfDoesNotHave() throws IOException {
    String header = Files.readString(BPF.resolve("requestkey.h"));
    assertThat(definition(header, "RK_RECORD_VERSION")).isEqualTo(RecordLayout.VERSION);
    assertThat(definition(header, "RK_COMM_LEN")).isEqualTo(RecordLayout.COMM_LENGTH);
    assertThat(definition(header, "RK_MAX_DATA")).isEqualTo(RecordLayout.MAX_DATA);
    assertThat(definition(header, "RK_KEY_REFS")).isEqualTo(RecordLayout.KEY_REFS);
    assertThat(definition(header, "RK_PREFIX_CAP")).isEqualTo(ConfigLayout.PREFIX_CAP);
    assertThat(definition(header, "RK_FILTER_VALUES")).isEqualTo(Criteria.MAX_VALUES);
    assertThat(definition(header, "RK_ENTRIES")).isEqualTo(CountersLayout.ENTRIES);
    assertThat(definition(header, "RK_OPERATION_REQUEST_KEY"))
        .isEqualTo(ConfigLayout.OPERATION_REQUEST_KEY);
    assertThat(definition(header, "RK_OPERATION_ADD_KEY"))
        .isEqualTo(ConfigLayout.OPERATION_ADD_KEY);
    assertThat(definition(header, "RK_SELFTEST_OPERATION"))
        .isEqualTo(ConfigLayout.SELFTEST_OPERATION);
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
