#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A thousand vhost-user guests in one generator and one reflector process a CPU: all answer, every frame
# is accounted for. Guests whose process died in one trial are all there in the next.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

tsim "0 3" --guests 1000 --rate 20kpps --duration 2s --warm-up 200ms --drain 2s
holds "all guests in order" '.guests | length == 1000 and all(.state == "ok")'
holds "offered = forwarded + lost" '.totals | .offered > 0 and .offered == .forwarded + .lost'
holds "no loss but at queues that a busy machine left full" '.totals | .lost == .refused'
holds "every guest returned its frames" '.guests | all(.forwarded > 0)'
holds "as many processes as CPUs" ".interface_info.reflector_processes <= $(nproc)"
holds "the trial says whose driver it was" '.interface_info.interfaces[0].guest_driver == "builtin"'
rm -r out

"$BIN/tsim" --guests 1000 --guests-per-process 250 --rate 20kpps --duration 3s --warm-up 200ms --drain 1s \
	--reps 2 >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr ' 1/3 s'
kill -9 "$(pgrep -P "$tsim" -f -- --first-guest=250)" || fail "guests 250 to 499 have no process"
wait "$tsim"
same "status: done, but not trustworthy" "$?" 3
one=$(echo out/*/trial_*_rep0.json) two=$(echo out/*/trial_*_rep1.json)
same "guests that died" "$(jq '[.guests[] | select(.state | test("^killed by signal 9 at [0-9.]+ s$")) | .guest] |
	"\(min) \(max) \(length)"' "$one")" '"250 499 250"'
same "the others" "$(jq '[.guests[] | select(.state == "ok")] | length' "$one")" 750
same "all of them, a trial later" "$(jq '[.guests[] | select(.state == "ok")] | length' "$two")" 1000
for t in "$one" "$two"; do
	jq -e '.totals.offered == .totals.forwarded + .totals.lost and
		all(.guests[]; .offered == .forwarded + .lost)' "$t" >/dev/null || fail "$t does not balance"
done
