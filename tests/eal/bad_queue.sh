#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest that writes noise into the memory it shares with tsim harms itself alone.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

"$BIN/tsim" --machine external --interface vfio --socket-dir "$TMP/s" --guests 5 --profile imix --rate 50kpps \
	--duration 8s --warm-up 200ms --drain 300ms --connect-timeout 60s >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr '^guest 4: '
grep -q "guest 4: vfio socket $TMP/s/vfio.sock@4, MAC 52:54:00:fa:00:64" stderr || fail "not told: $(cat stderr)"
"$BIN/treflect" --queues s/vfio.sock@0-1 --queues s/vfio.sock@3 --queues s/vfio.sock@4 --parent $$ --give-way >reflector.log 2>&1 &
reflector=$!
children+=("$reflector")
"$BUILD/tests/bad_queue" s/vfio.sock 2 60000 >bad.log 2>&1 &
bad=$!
children+=("$bad")

# A slot that is taken, and one that is not there.
until_said stderr '5 of 5 guests answer'
for slot in 3 5; do
	"$BIN/treflect" --queues "s/vfio.sock@$slot" >stranger.log 2>&1
	same "status of a guest that is not wanted" "$?" 1
	grep -q "vfio.sock@$slot: refused" stranger.log || fail "does not say so: $(cat stranger.log)"
done

until_said stderr ' [1-7]/8 s'
kill -USR1 "$bad"
wait "$bad"
status=$?
[ "$status" -eq 0 ] || fail "the bad guest was not cut off: status $status, $(cat bad.log)"
wait "$tsim"
same "status: done, but not trustworthy" "$?" 3
holds "guest 2 is reported" '.guests[2].state | test("^disconnected at [0-9.]+ s$")'
holds "the others are in order" '[.guests[0, 1, 3, 4]] | all(.state == "ok" and .lost == .refused and .corrupt == 0)'
holds "the books balance" '.totals | .forwarded + .lost == .offered'
holds "what the bad one did before counts" '.guests[2] | .forwarded > 0 and .lost > 0'
grep -q 'guest 2 .*disconnected' stdout || fail "the table does not show guest 2: $(cat stdout)"

# tsim has gone: so has its guest, with an account of what it did.
wait "$reflector"
same "status of a reflector whose tsim has gone" "$?" 0
grep -q 'every tsim has exited' reflector.log || fail "$(cat reflector.log)"
same "its account" "$(grep '^{' -A 1000 reflector.log | sed '/^}/q' | jq -c '[.guests[] | .guest, .received == .sent]')" \
	'[0,true,1,true,3,true,4,true]'
