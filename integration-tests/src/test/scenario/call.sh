# shellcheck shell=bash
# Sourced by the scripts that make calls, which set truth, a file.
# shellcheck disable=SC2154,SC2034 # truth; last is for them

# call NAME COMMAND...: runs it and writes down in $truth when, and what it answered, which is in $last too
call() {
    local name=$1 begin end answer
    shift
    begin=$(date +%s%N)
    answer=$("$@" 2>/dev/null </dev/null) || true # what fails here is meant to
    end=$(date +%s%N)
    answer=${answer%%$'\n'*}
    printf '%s %s %s %s\n' "$name" "$begin" "$end" "${answer:--}" >>"$truth"
    last=$answer
}
