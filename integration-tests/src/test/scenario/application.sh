#!/usr/bin/env bash
# application.sh ROOT OUT CLASSPATH OTELCOL JAVAAGENT EXTENSION PROGRAMS: an application under the real OpenTelemetry Java agent with
# the extension, the host agent, and a real collector, on the kernel this runs on; and a thread that is in OBI's map. The callers say
# in the descriptions they ask for which span is current; judging is the test's. Records of an agent that is only to link have the
# service name requestkey-link.
set -euo pipefail

root=$1 out=$2 classpath=$3 otelcol=$4 javaagent=$5 extension=$6 programs=$7
# shellcheck source=integration-tests/src/test/scenario/common.sh
. "$root/integration-tests/src/test/scenario/common.sh"

start_collector
export OTEL_EXPORTER_OTLP_ENDPOINT=http://$OTLP_HTTP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
"$programs/obi" pin
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
"$programs/obi" call 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 it-app-obi
stop_agent agent

export OTEL_SERVICE_NAME=requestkey-link
start_agent link --description-prefix it-app- --app-span link
application http-linked http platform 5
"$programs/obi" call 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 it-app-obi
stop_agent link
