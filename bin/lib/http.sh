# shellcheck shell=bash
# A page of a server on this machine, without a tool that may not be there. Source it; it uses file descriptor 9.

# get HOST:PORT PATH: prints the body; fails if there is no answer, or another one than 200.
get() {
    local status line
    exec 9<>"/dev/tcp/${1%:*}/${1#*:}" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&9
    read -r _ status _ <&9 || return 1
    while read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9
    exec 9>&-
    [ "$status" = 200 ]
}
