#!/usr/bin/env bash
# story.sh OUT TOOLS: the story of keys, for an agent that is running: upcalls of every kind and many at once, requests of the kernel
# itself, ends of every kind, and a serial that is in use again. Only for guests: it writes rules for request-key(8) and sets
# sysctls. TOOLS holds the programs calls, upcalls and maps. What was answered is written down:
#   OUT/story    one "name begin-ns end-ns answer" a line, as in scenario.sh
#   OUT/at-once  "description answer" for each of 60 requests made at the same time, whose helpers take 2 s
#   OUT/same     "description answer" for each of 5 requests for one key
set -euo pipefail

out=$1 tools=$2
# shellcheck source=integration-tests/src/test/scenario/call.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/call.sh"
truth=$out/story
[ ! -e "$truth" ] || { echo "story: $truth is there already" >&2; exit 2; }

helper=/tmp/requestkey-story-helper
cat >"$helper" <<'HELPER'
#!/bin/sh
# KEY DESCRIPTION CALLOUT SESSION-KEYRING
case $2 in
    story:slow:*) sleep 2 && keyctl instantiate "$1" "of $3" "$4" ;;
    story:left:*) keyctl instantiate "$1" x "$4"; { sleep 1; keyctl describe "$1" >/dev/null; } & ;;
    story:kill:*) kill -KILL $$ ;;
    story:exit:*) keyctl instantiate "$1" x "$4"; exit 3 ;;
    story:negate:*) keyctl negate "$1" 30 "$4" ;;
    story:reject:*) keyctl reject "$1" 30 "$3" "$4" ;;
    *) keyctl instantiate "$1" x "$4" ;;
esac
HELPER
chmod +x "$helper"
mkdir -p /etc/request-key.d
printf 'create user story:* * %s %%k %%d %%c %%S\n' "$helper" >/etc/request-key.d/requestkey-story.conf
echo 1 >/proc/sys/kernel/keys/gc_delay # seconds that the kernel keeps keys that are no more

# How requests come to their answers
call constructed keyctl request2 user story:plain: x @s
constructed=$last
call found keyctl request2 user story:plain: x @s
call negated keyctl request2 user story:negate: x @s
call still-negated keyctl request2 user story:negate: x @s
call rejected keyctl request2 user story:reject: rejected @s
call still-rejected keyctl request user story:reject:
call expired-by-helper keyctl request2 user story:reject:expired expired @s
call killed keyctl request2 user story:kill: x @s
call exited keyctl request2 user story:exit: x @s
call left keyctl request2 user story:left: x @s
call absent keyctl request user story:absent:
call no-rule keyctl request2 user no-story x @s
mv /sbin/request-key /sbin/request-key.away
call no-helper keyctl request2 user story:none: x @s
mv /sbin/request-key.away /sbin/request-key

# The kernel asks: the payload of an encrypted key is enciphered with its master key, looked up at each read. Not on every kernel.
call master keyctl add user story-master "$(printf '%032d' 0)" @u
call encrypted keyctl add encrypted story-encrypted "new user:story-master 32" @u
if [ -n "$last" ]; then
    call kernel-asks keyctl print "$last"
fi

# Ends
call end-unlinked keyctl add user story-unlinked x @s
keyctl unlink "$last" @s >/dev/null
call end-revoked keyctl add user story-revoked x @s
keyctl revoke "$last" && keyctl unlink "$last" @s >/dev/null
call end-invalidated keyctl add user story-invalidated x @s
keyctl invalidate "$last"
call end-expired keyctl add user story-expired x @s
keyctl timeout "$last" 1

# A serial in use again: the follow-up on a key whose origin is of another one has no link
call foreign keyctl request2 user story:foreign: x @s
foreign=$last
"$tools/maps" foreign "$foreign" >/dev/null
call foreign-describe keyctl describe "$foreign"
call own-describe keyctl describe "$constructed"

# Strings for which there is no room, and those that get shorter on their way
call long "$tools/calls" long
call crowd "$tools/maps" crowd
call crowded "$tools/calls" long
call left-crowded "$tools/maps" left
call shortened "$tools/calls" shorten-before
call left-shortened "$tools/maps" left

# Waiting
"$tools/upcalls" 5 =story:slow:same >"$out/same"
"$tools/upcalls" 60 story:slow: >"$out/at-once"
sleep 5 # for the garbage collector and what story:left: left
