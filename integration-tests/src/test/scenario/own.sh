#!/usr/bin/env bash
# own.sh ROOT OUT CLASSPATH OTELCOL JAVAAGENT EXTENSION: an application under the real OpenTelemetry Java agent that captures its own
# calls on keys with the extension, while another process makes calls too, and a real collector, on the kernel this runs on. No host
# agent. What the application says of its calls is left in own.app.out; judging is the test's.
set -euo pipefail

root=$1 out=$2 classpath=$3 otelcol=$4 javaagent=$5 extension=$6
# shellcheck source=integration-tests/src/test/scenario/common.sh
. "$root/integration-tests/src/test/scenario/common.sh"

# What the kernel holds of a capture under a name, such as the trace events of return probes; nothing where there is no such directory.
held() {
    local events=/sys/kernel/tracing/events/requestkey
    [ ! -d "$events" ] || ls "$events"
}

# Another process makes keys of the application's description and asks for them.
from_outside() {
    keyctl add user "$description" x @p >/dev/null
    ! keyctl request user "$description" 2>/dev/null || fail "the key of another process is found"
}

start_collector
description=it-own:guest
# Not in $out, which is of a file system that has no pipes.
stdin=$(mktemp -d)/stdin
mkfifo "$stdin"
# Of its own settings the application gets none but those given here.
unset OTEL_REQUESTKEY_PIN OTEL_REQUESTKEY_JOURNAL
"$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx300m --enable-native-access=ALL-UNNAMED \
    -javaagent:"$javaagent" -Dotel.javaagent.extensions="$extension" -Dotel.service.name=it-own \
    -Dotel.exporter.otlp.endpoint="http://$OTLP_HTTP_ENDPOINT" -Dotel.exporter.otlp.protocol=http/protobuf \
    -Dotel.bsp.schedule.delay=200 -Dotel.blrp.schedule.delay=200 -Dotel.exporter.otlp.timeout=60000 -Dotel.requestkey.capture=self \
    -cp "$classpath" io.requestkey.it.app.SelfCaller "$description" <"$stdin" >"$out/own.app.out" 2>"$out/own.app.err" &
application=$!
pids+=("$application")
exec 8>"$stdin"
await 500 "capture by the application" grep "calls on keys are captured with" "$out/own.app.err"
held >"$out/own.held"
from_outside
echo >&8
await 60 "calls of the application" grep absent "$out/own.app.out"
from_outside
# The end of a JVM has no time for the first export of a JVM that is emulated. The request's span is the last one.
await 180 "telemetry of the calls" grep follow_up "$out/collector.jsonl"
echo >&8
status=0
wait "$application" || status=$?
echo "$status" >"$out/own.status"
held >"$out/own.left"
rm -r "${stdin%/*}"
