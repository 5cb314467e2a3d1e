#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest that dies, hangs or never comes is reported as that guest; the others go on.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# guest_pid N: the treflect process that stands for guest N of this test's tsim.
guest_pid()
{
	pgrep -P "$tsim" -f -- "--first-guest=$1 "
}

"$BIN/tsim" --guests 4 --guests-per-process 1 --rate 20kpps --duration 8s --warm-up 200ms --drain 300ms >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr ' 1/8 s'
kill -9 "$(guest_pid 1)" || fail "guest 1 has no process"
hanging=$(guest_pid 2)
kill -STOP "$hanging" || fail "guest 2 has no process"
wait "$tsim"
same "status: done, but not trustworthy" "$?" 3
kill -CONT "$hanging" 2>/dev/null
holds "guest 1 died" '.guests[1].state | test("^killed by signal 9 at [0-9.]+ s$")'
holds "guest 2 hangs" '.guests[2].state | test("^no answer after [0-9.]+ s: process was stopped for [0-9.]+ s$")'
holds "the others are in order" '[.guests[0, 3]] | all(.state == "ok" and .lost == .refused)'
holds "what the bad ones did before counts" '[.guests[1, 2] | .forwarded > 0 and .lost > 0] | all'
holds "the books balance" '.totals | .forwarded + .lost == .offered'
holds "the verdict names them" '[.verdict.reasons[] | select(test("^guest [12]: "))] | length == 2'
holds "percentiles among lost frames are bounds" '.guests[1].latency.bounds | index("p9999_ns") != null'
grep -q 'guest 1 .*killed by signal 9' stdout || fail "the table does not show guest 1: $(cat stdout)"
rm -r out

# One of two external guests never comes.
"$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 2 --rate 10kpps --duration 1s --warm-up 100ms \
	--drain 200ms --connect-timeout 4s >stdout 2>stderr &
tsim=$!
children+=("$tsim")
for _ in $(seq 100); do [ -S s/guest-1.sock ] && break; sleep 0.1; done
"$BIN/treflect" --vhost-user s/guest-0.sock --parent $$ --give-way >reflector.log 2>&1 &
children+=("$!")
wait "$tsim"
same "status" "$?" 3
holds "guest 1 never connected" '.guests[1].state == "never connected"'
holds "all of its frames were refused" '.guests[1] | .refused == .offered and .lost == .offered'
holds "guest 0 is in order" '.guests[0] | .state == "ok" and .lost == .refused'

# None comes: nothing was measured.
tsim 1 --machine external --socket-dir "$TMP/s" --connect-timeout 300ms --label none
grep -q 'none of 1 guest answered' stderr || fail "$(cat stderr)"
