#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Front ends that do not get as far as an answer: each guest is named with what it lacks, while the
# others are waited for and in the trial, and a guest that is in order keeps its numbers.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# lacks N WORDS: what the trial says of guest N.
lacks()
{
	same "guest $1" "$(trial ".guests[$1].state")" "$2"
	grep '^waiting for' stderr | grep -qF "guest $1: $2" || fail "guest $1 was not named while it was waited for: $(cat stderr)"
}

"$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 5 --rate 5kpps --duration 300ms --warm-up 100ms \
	--drain 200ms --connect-timeout 6s >stdout 2>stderr &
tsim=$!
children+=("$tsim")
for _ in $(seq 200); do [ -S s/guest-4.sock ] && break; sleep 0.1; done
"$BIN/treflect" --vhost-user s/guest-0.sock --parent $$ --give-way >reflector.log 2>&1 &
children+=("$!")
guest=1
for word in silent unknown features leaves; do
	"$BUILD/tests/bad_front_end" "s/guest-$guest.sock" "$word" &
	children+=("$!")
	guest=$((guest + 1))
done
wait "$tsim"
same "status" "$?" 3
lacks 1 "connected, but driver not started"
lacks 2 "disconnected"
lacks 3 "driver has not shared its memory (QEMU: add share=on)"
lacks 4 "disconnected"
holds "guest 0 is in order" '.guests[0] | .state == "ok" and .lost == .refused and .forwarded > 0'
holds "the books balance" '.totals | .forwarded + .lost == .offered'
rm -r out

# Memory that is not shared is known for certain: nobody waits the whole minute for it.
"$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 1 --duration 300ms --connect-timeout 90s >stdout 2>stderr &
tsim=$!
children+=("$tsim")
for _ in $(seq 200); do [ -S s/guest-0.sock ] && break; sleep 0.1; done
"$BUILD/tests/bad_front_end" s/guest-0.sock unshared &
children+=("$!")
SECONDS=0
wait "$tsim"
same "status" "$?" 1
[ "$SECONDS" -lt 60 ] || fail "memory that is not shared was waited for"
grep -q 'guest 0: memory not shared: add share=on to its memory-backend' stderr || fail "$(cat stderr)"
[ -z "$(find out -name "trial_*.json")" ] || fail "something was measured"
