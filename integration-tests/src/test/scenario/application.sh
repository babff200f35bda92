#!/usr/bin/env bash
# application.sh ROOT OUT CLASSPATH OTELCOL JAVAAGENT EXTENSION: an application under the real OpenTelemetry Java agent with the
# extension, the host agent, and a real collector, on the kernel this runs on. The application says in the descriptions it asks for
# which span is current; judging is the test's.
set -euo pipefail

root=$1 out=$2 classpath=$3 otelcol=$4 javaagent=$5 extension=$6
# shellcheck source=integration-tests/src/test/scenario/common.sh
. "$root/integration-tests/src/test/scenario/common.sh"

start_collector
export OTEL_EXPORTER_OTLP_ENDPOINT=http://$OTLP_HTTP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
start_agent agent --description-prefix it-app-

application() { # NAME ARGUMENT...
    local name=$1
    shift
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m --enable-native-access=ALL-UNNAMED \
        -javaagent:"$javaagent" -Dotel.javaagent.extensions="$extension" -Dotel.service.name="it-$name" \
        -Dotel.logs.exporter=none -Dotel.bsp.schedule.delay=200 \
        -cp "$classpath" io.requestkey.it.app.KeyCaller "$@" >"$out/$name.app.out" 2>"$out/$name.app.err"
}

application http-platform http platform 50
application http-virtual http virtual 50
application spans spans 200 "${APPLICATION_SPANS:-3334}"
application storm storm "${APPLICATION_SPANS:-3334}"
stop_agent agent
