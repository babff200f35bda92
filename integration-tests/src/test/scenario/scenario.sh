#!/usr/bin/env bash
# scenario.sh ROOT OUT CALLS OTELCOL: the real thing on the kernel this runs on: a real collector, the agent, and calls whose
# answers are written down in OUT/truth, one "name begin-ns end-ns answer" a line. Judging is the test's.
set -euo pipefail

root=$1 out=$2 calls=$3 otelcol=$4
http=127.0.0.1:19743
export OTLP_GRPC_ENDPOINT=127.0.0.1:14317 OTLP_HTTP_ENDPOINT=127.0.0.1:14318 HEALTH_ENDPOINT=127.0.0.1:14133
pids=()

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

# get HOST:PORT PATH: body of a page that answers 200
get() {
    local status line body=
    exec 9<>"/dev/tcp/${1%:*}/${1#*:}" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&9
    read -r _ status _ <&9
    while read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    body=$(cat <&9)
    exec 9>&-
    printf '%s' "$body"
    [ "$status" = 200 ]
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

# Nothing is to stay behind in the kernel of the machine.
export OTEL_REQUESTKEY_PIN=off

start_agent() { # NAME OPTION...
    local name=$1
    shift
    "$root/bin/run" --http "$http" "$@" >"$out/$name.out" 2>"$out/$name.err" &
    agent=$!
    pids+=("$agent")
    await 120 "readiness of the agent" get "$http" /readyz
    get "$http" /attach >"$out/$name.attach.json"
}

settled() {
    [[ $(get "$http" /ledger) =~ \"in_flight\":0,.*\"in_flight\":0, ]]
}

stop_agent() { # NAME
    await 120 "settled ledger" settled
    get "$http" /ledger >"$out/$1.ledger.json"
    get "$http" /metrics >"$out/$1.metrics"
    kill -TERM "$agent"
    local status=0
    wait "$agent" || status=$?
    echo "$status" >"$out/$1.status"
}

# call NAME COMMAND...: runs it and writes down when, and what it answered
call() {
    local name=$1 begin end answer
    shift
    begin=$(date +%s%N)
    answer=$("$@" 2>/dev/null </dev/null) || true # what fails here is meant to
    end=$(date +%s%N)
    answer=${answer%%$'\n'*}
    printf '%s %s %s %s\n' "$name" "$begin" "$end" "${answer:--}" >>"$out/truth"
    last=$answer
}

mkdir -p "$out"
OTELCOL_OUT=$out/collector.jsonl "$otelcol" --config "$root/integration-tests/src/test/resources/otelcol-test.yaml" 2>"$out/otelcol.err" &
pids+=($!)
await 60 "healthy collector" get "$HEALTH_ENDPOINT" /

export OTEL_EXPORTER_OTLP_ENDPOINT=http://$OTLP_GRPC_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_COMPRESSION=gzip
start_agent grpc
call constructed keyctl request2 user "debug:it-$$" gizzard @s
key=$last
call found keyctl request user "debug:it-$$"
call describe keyctl describe "$key"
call read keyctl read "$key"
call revoke keyctl revoke "$key"
call revoked keyctl request user "debug:it-$$"
call negated keyctl request2 user "debug:it-negated-$$" negate @s
call rejected keyctl request2 user "debug:it-rejected-$$" rejected @s
call absent keyctl request user "debug:it-absent-$$"
call unknown-type keyctl request it_no_such_type "debug:it-type-$$"
call dot-type keyctl request .it "debug:it-dot-$$"
call bad-pointer "$calls" bad-pointer
call added keyctl add user "it-added-$$" payload @s
call invalidate keyctl invalidate "$last"
call added2 keyctl add user "it-added2-$$" payload @s
call unlink keyctl unlink "$last" @s
stop_agent grpc

export OTEL_EXPORTER_OTLP_ENDPOINT=http://$OTLP_HTTP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
start_agent http --type user
call bulk "$calls" request 10000 "it-bulk-$$"
stop_agent http

start_agent flood --ring-size 4096 --description-prefix it-flood
call flood "$calls" request 30000 "it-flood-$$"
call filtered "$calls" request 100 "it-filtered-$$"
stop_agent flood
