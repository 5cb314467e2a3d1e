#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# microvm under KVM on a macvtap, vhost on and off, started by hand: the guest's own counters are the
# books of the trial.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

# counter NAME: of the guest's test interface.
counter()
{
	echo "cat /sys/class/net/eth0/statistics/$1" | "$BIN/tsim" shell --config wire.conf guest 0 | tr -d '\r' | grep -E '^[0-9]+$'
}

# interrupts: of its virtio devices.
interrupts()
{
	echo 'grep virtio /proc/interrupts' | "$BIN/tsim" shell --config wire.conf guest 0 |
		awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }'
}

for vhost in on off; do
	lab_tsim run-guest --config wire.conf --machine microvm --interface macvtap --vhost "$vhost" --connect-timeout 100s
	ip link set eth1 up
	received=$(counter rx_packets) taken=$(interrupts)
	# The wire's other end is up by tsim, but this generator is ours.
	tsim "0 3" --port net_af_packet0,iface=eth1 --mac 52:54:00:fa:00:60 "${short[@]}" --label "vhost-$vhost" --overwrite \
		--as "machine=microvm,interface=macvtap,vhost=$vhost,reflector=xdp"
	ip link set eth1 promisc off down
	jq -e '.totals.lost == 0' out/vhost-$vhost/trial_*.json >/dev/null || echo "frames were lost"
	books "vhost-$vhost" 400
	received=$(($(counter rx_packets) - received)) taken=$(($(interrupts) - taken))
	# Those of the warm-up and the question whether it answers come on top: 100 and a few.
	least=$(frames_back "vhost-$vhost")
	if [ "$received" -lt "$least" ] || [ "$received" -gt 530 ]; then
		fail "the guest received $received frames, the trial has $least back of 400 and 100 of warm-up"
	fi
	[ "$taken" -gt 0 ] || fail "the guest took no interrupt"
	echo "guest: $received frames, $taken interrupts"
	"$BIN/tsim" kill-guest --config wire.conf >stdout 2>stderr || fail "kill-guest: $(cat stderr)"
	evidence /dev/kvm
	if [ "$vhost" = on ]; then
		evidence /dev/vhost-net
	else
		no_evidence vhost
	fi
	as_before "vhost $vhost"
done
