#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A campaign that is killed with SIGKILL at several points and started again ends with the same valid
# trials as one that was not, and leaves nothing behind.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

cat >small.cfg <<'END'
[small]
machines = pcvm
interfaces = bridge,macvtap
reflectors = xdp
rates = 1,2
sizes = 60
runtimes = 300ms
warm-up = 100ms
repetitions = 2
END

seed=${SEED:-$(date +%N)}
echo "seed $seed"
RANDOM=$((10#$seed % 32768))
# Killed in the middle each time: before its first trial, and when there are some of them.
for at in 0 3; do
	"$BIN/tsim" matrix small.cfg >stdout 2>stderr &
	campaign=$!
	children+=("$campaign")
	until pgrep -f qemu-system-x86_64 >/dev/null && [ "$(trials | wc -l)" -ge "$at" ]; do
		kill -0 "$campaign" || fail "it ended before it was killed: $(cat stderr)"
		sleep 0.05
	done
	sleep "0.$((RANDOM % 10))"
	kill -KILL "$campaign" || fail "it ended before it was killed: $(cat stderr)"
	wait "$campaign" 2>/dev/null
	# The lock goes with the process; what it made is still there, for the next one.
	echo "killed with $at trials or more: $(trials | wc -l) trials; left: $(pgrep -cf qemu-system-x86_64) virtual machines"
done
matrix small.cfg
same "trials" "$(trials | wc -l)" 8
for rate in 1 2; do
	for interface in bridge macvtap; do
		for rep in 0 1; do
			file=trial_pcvm_${interface}_normal_vhostoff_ioregionfdoff_xdp_${rate}kpps_60B_0.3s_rep$rep.json
			[ -s "out/small/$file" ] || fail "$file is missing: $(trials)"
		done
	done
done
cat out/*/trial_*.json | jq -e -s 'all(.[]; .verdict.interrupted == false and .totals.forwarded > 0)' >/dev/null ||
	fail "a trial is not valid"
nothing_left
