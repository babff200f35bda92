# shellcheck shell=bash
# Helpers for the scripts in bin/. Source it; it runs nothing and prints nothing by itself.
# Messages go to stderr: stdout belongs to what a script produces.

# shellcheck disable=SC2034 # for the scripts that source this
PROJECT_ROOT=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd -P)

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

warn() {
    say "warning: $*"
}

# die MESSAGE [STATUS]: status 1 unless told; 2 is wrong use.
die() {
    say "error: $1"
    exit "${2:-1}"
}

have_command() {
    command -v "$1" >/dev/null 2>&1
}

# Where downloads and other things that can be made again are kept. Not created here.
cache_dir() {
    if [ -n "${REQUESTKEY_CACHE:-}" ]; then
        printf '%s\n' "$REQUESTKEY_CACHE"
    elif [ -n "${XDG_CACHE_HOME:-}" ]; then
        printf '%s/requestkey\n' "$XDG_CACHE_HOME"
    elif [ -n "${HOME:-}" ]; then
        printf '%s/.cache/requestkey\n' "$HOME"
    else
        die "no place for the cache: set REQUESTKEY_CACHE or HOME"
    fi
}

# with_progress LABEL COMMAND...: announces the step, then repeats the last line of the command's output every few seconds,
# and shows the end of the output if the command fails. Returns the command's status.
with_progress() {
    local label=$1 file fd log ticker status=0 started=$SECONDS
    shift
    file=$(mktemp) || die "cannot write to ${TMPDIR:-/tmp}"
    exec {fd}<>"$file"
    rm -f -- "$file" # of no name from now on: Ctrl-C leaves nothing
    log=/proc/self/fd/$fd
    say "$label ..."
    # The ticker, not the command, is put into the background: bash makes background commands deaf to Ctrl-C.
    _tick "$log" "$started" "$$" &
    ticker=$!
    "$@" >&"$fd" 2>&1 </dev/null || status=$?
    kill "$ticker" 2>/dev/null || true # it ends by itself when it cannot write: then there is nothing to stop
    wait "$ticker" 2>/dev/null || true # the status is that of our own signal, not the command's, which is in $status
    if [ "$status" -ne 0 ]; then
        say "$label: failed after $((SECONDS - started)) s (exit status $status). Last lines of its output:"
        tail -n 20 -- "$log" | sed 's/^/    | /' >&2
    fi
    exec {fd}>&-
    return "$status"
}

_tick() {
    local log=$1 started=$2 parent=$3 pause line
    # A pipe nobody writes to, as a pause: a `sleep` child would outlive the ticker and keep the caller's pipes open.
    exec {pause}<> <(:)
    while kill -0 "$parent" 2>/dev/null; do
        read -r -t 5 -u "$pause" || true               # running into the time limit is the purpose, and bash calls it a failure
        line=$(tail -n 1 -- "$log" 2>/dev/null) || true # the command may just have ended and its log gone: the line stays empty
        say "    $((SECONDS - started)) s: ${line:0:110}"
    done
}

# --- Debian packages ---------------------------------------------------------------------------------------------------------

is_root() {
    [ "$(id -u)" -eq 0 ]
}

package_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# package_available NAME: the machine's own package sources offer it.
package_available() {
    local line
    while IFS= read -r line; do
        case $line in
            *Candidate:*none*) return 1 ;;
            *Candidate:*) return 0 ;;
        esac
    done < <(apt-cache policy "$1" 2>/dev/null)
    return 1
}

# Fetches the package lists once per script run. A source that fails is not fatal: it may be one that is not needed here,
# and if it is needed, the installation that follows says so.
apt_update() {
    [ -z "${_apt_updated:-}" ] || return 0
    with_progress "fetching the package lists" _apt update --error-on=any ||
        warn "not all package lists could be fetched; trying with those there are"
    _apt_updated=1
}

apt_install() {
    apt_update
    with_progress "installing $*" _apt install -y --no-install-recommends "$@" ||
        die "apt-get could not install: $* (no network, or a package source without them?)"
}

# Waits for another apt or dpkg instead of failing; never asks; keeps the administrator's configuration files.
_apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@"
}
