#!/usr/bin/env bash
# scenario.sh ROOT OUT PROGRAMS OTELCOL [story]: the real thing on the kernel this runs on: a real collector, the agent, and calls whose
# answers are written down in OUT/truth, one "name begin-ns end-ns answer" a line. Judging is the test's. With "story", which is for
# guests only, also what story.sh makes.
set -euo pipefail

root=$1 out=$2 calls=$3/calls operations=$3/operations otelcol=$4
# shellcheck source=integration-tests/src/test/scenario/common.sh
. "$root/integration-tests/src/test/scenario/common.sh"
# shellcheck source=integration-tests/src/test/scenario/call.sh
. "$root/integration-tests/src/test/scenario/call.sh"
truth=$out/truth

start_collector

# Every filter at once: verifiers of older kernels judge the code of each only where it is given.
"$root/bin/run" check --type user,keyring --description-prefix it --uid 0,1 --comm a,b --cgroup / --operation read --pid 1,2 \
    --not-type x --not-description-prefix y --not-uid 7 --not-comm z --not-operation link --not-pid 9 >"$out/check.out" 2>"$out/check.err"

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
call rewritten "$calls" rewrite-before
call not-resident "$calls" not-resident
call added keyctl add user "it-added-$$" payload @s
call invalidate keyctl invalidate "$last"
call added2 keyctl add user "it-added2-$$" payload @s
call unlink keyctl unlink "$last" @s
# As long whatever the process id: lengths of descriptions are among what is told.
"$operations" "$(printf "it-ops-%07d:" "$$")" | sed 's/^/op:/' >>"$out/truth"
stop_agent grpc

export OTEL_EXPORTER_OTLP_ENDPOINT=http://$OTLP_HTTP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
# Of nobody else on the host: what is delivered is counted.
start_agent http --type user --description-prefix it-bulk
call bulk "$calls" request 10000 "it-bulk-$$"
stop_agent http

start_agent flood --ring-size 4096 --description-prefix it-flood
call flood "$calls" request 30000 "it-flood-$$"
call filtered "$calls" request 100 "it-filtered-$$"
stop_agent flood

if [ "${5:-}" = story ]; then
    start_agent story
    bash "$root/integration-tests/src/test/scenario/story.sh" "$out" "$3"
    stop_agent story
fi
