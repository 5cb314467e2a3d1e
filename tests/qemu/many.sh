#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Four virtual machines at once under IMIX: each guest's loss and latency; and one that is killed in
# the middle of a trial is reported, recorded and survived.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

tsim "0 3" --machine pcvm --interface bridge --reflector xdp --guests 4 --profile imix --rate 2kpps \
	--duration 2s --warm-up 300ms --label four
same "guests" "$(trial '.guests | length')" 4
holds "each guest has sent frames back" '.guests | all(.forwarded > 0 and .latency.p50_ns > 0)'
holds "the books of each guest balance" '.guests | all(.offered == .forwarded + .lost)'
holds "each guest got three sizes" '.guests | all(.sizes | length == 3)'
nothing_left

# One dies while it is measured: its trial is tried again on a new one.
cat >death.cfg <<'END'
[death]
machines = microvm
interfaces = bridge
reflectors = xdp
guests = 2
rates = 2
profiles = imix
runtimes = 4s
repetitions = 1
END
"$BIN/tsim" matrix --retries 2 death.cfg >stdout 2>stderr &
campaign=$!
children+=("$campaign")
for _ in $(seq 600); do
	pgrep -f -- '--label=death' >/dev/null && break
	sleep 0.1
done
sleep 2
victim=$(pgrep -ox qemu-system-x86) || fail "no virtual machine runs: $(cat stderr)"
kill -KILL "$victim"
wait "$campaign"
status=$?
case $status in 0 | 3) ;; *) said stdout stderr; fail "tsim matrix: status $status" ;; esac
same "valid trials" "$(find out/death -name 'trial_*_rep0.json' | wc -l)" 1
[ "$(jq -s 'all(.[].guests[]; .state == "ok" and .forwarded > 0)' out/death/trial_*.json)" = true ] ||
	fail "the trial that counts is the one with the dead guest: $(jq -c '.guests[].state' out/death/trial_*.json)"
grep -q 'guest [01]' out/death/failed.csv || fail "the death is not recorded: $(cat out/death/failed.csv stderr)"
nothing_left
