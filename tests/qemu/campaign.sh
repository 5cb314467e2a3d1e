#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A matrix on real virtual machines: PC and microvm, bridge, macvtap and vhost-user, the reflector in
# XDP, two rates, two repetitions. It completes, merges, plots, and leaves nothing behind.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

cat >small.cfg <<'END'
[small]
machines = pcvm,microvm
interfaces = bridge,macvtap,vhost-user
reflectors = xdp
rates = 1,2
sizes = 60
runtimes = 300ms
warm-up = 100ms
repetitions = 2
accumulate = true
END

"$BIN/tsim" matrix --dry-run small.cfg >dry 2>&1 || fail "dry run: $(cat dry)"
for words in '24 trials' '6 virtual machines' 'qemu-system-x86_64' 'treflect-xdp start' "tsim'* run --as="; do
	grep -q -- "$words" dry || fail "the dry run says nothing of '$words': $(cat dry)"
done
nothing_left

matrix --order interleaved small.cfg
same "trials" "$(trials | wc -l)" 24
[ "$(cat out/*/trial_*.json | jq -s 'all(.[]; .totals.forwarded > 0 and
	.totals.offered == .totals.forwarded + .totals.lost and
	.parameters.reflector == "xdp" and .parameters.qemu == "normal")')" = true ] ||
	fail "a trial is not so: $(cat out/*/trial_*.json | jq -c '[.parameters.machine, .parameters.interface, .totals]')"
same "machines and interfaces" "$(cat out/*/trial_*.json | jq -r '"\(.parameters.machine) \(.parameters.interface)"' | sort -u | tr '\n' ,)" \
	"microvm bridge,microvm macvtap,microvm vhost-user,pcvm bridge,pcvm macvtap,pcvm vhost-user,"
cat out/*/trial_*.json | jq -e -s 'all(.[]; .environment.notes.reflector | test("native|generic"))' >/dev/null ||
	fail "no trial says in which mode XDP was: $(cat out/*/trial_*.json | jq -c .environment.notes)"
same "accumulated histograms" "$(find out -name 'acc_histogram_*.csv' | wc -l)" 12
nothing_left

# Nothing is measured twice.
before=$(cat out/*/trial_*.json | sha256sum)
matrix small.cfg
same "trials of the second call" "$(cat out/*/trial_*.json | sha256sum)" "$before"

"$BIN/tplot" compare --dir out interface-bridge interface-macvtap --output compare.svg >stdout 2>stderr ||
	fail "tplot: $(cat stderr)"
[ -s compare.svg ] || fail "tplot drew nothing"
