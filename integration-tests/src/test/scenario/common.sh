# shellcheck shell=bash
# Sourced by the scenarios, which set root, out and otelcol first: starts and stops a collector and agents, and kills what is left.
# shellcheck disable=SC2154 # root, out, otelcol

# shellcheck source=bin/lib/http.sh
. "$root/bin/lib/http.sh"

http=127.0.0.1:19743
export OTLP_GRPC_ENDPOINT=127.0.0.1:14317 OTLP_HTTP_ENDPOINT=127.0.0.1:14318 HEALTH_ENDPOINT=127.0.0.1:14133
pids=()

# Nothing is to stay behind, in the kernel of the machine or on its disk.
export OTEL_REQUESTKEY_PIN=off OTEL_REQUESTKEY_JOURNAL=memory OTEL_METRICS_EXPORTER=none

cleanup() {
    local pid
    for pid in "${pids[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true # it may have ended by itself
    done
}
trap cleanup EXIT

fail() {
    echo "scenario: $*" >&2
    tail -n 5 "$out"/*.err >&2
    exit 1
}

# await SECONDS WHAT COMMAND...
await() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt "$end" ] || fail "no $what in time"
        sleep 0.2
    done
}

start_agent() { # NAME OPTION...
    local name=$1
    shift
    "$root/bin/run" --http "$http" "$@" >"$out/$name.out" 2>"$out/$name.err" &
    agent=$!
    pids+=("$agent")
    # A newer kernel that is emulated on a busy machine needs minutes to judge the programs.
    await 600 "readiness of the agent" get "$http" /readyz
    get "$http" /attach >"$out/$name.attach.json"
}

settled() {
    [[ $(get "$http" /ledger) =~ \"in_flight\":0,.*\"in_flight\":0, ]]
}

stop_agent() { # NAME
    await 600 "settled ledger" settled
    get "$http" /ledger >"$out/$1.ledger.json"
    get "$http" /metrics >"$out/$1.metrics"
    kill -TERM "$agent"
    local status=0
    wait "$agent" || status=$?
    echo "$status" >"$out/$1.status"
}

start_collector() {
    mkdir -p "$out"
    OTELCOL_OUT=$out/collector.jsonl "$otelcol" --config "$root/integration-tests/src/test/resources/otelcol-test.yaml" 2>"$out/otelcol.err" &
    pids+=($!)
    await 60 "healthy collector" get "$HEALTH_ENDPOINT" /
}
