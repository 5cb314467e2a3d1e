#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Probes that are PTP frames, igb to igb by DPDK: the generator's NIC stamps what comes back; what departs
# has the TSC, as Debian's DPDK does not ask igb for a stamp. QEMU's igb releases a stamp when RXSATRH
# is read, which DPDK never does, and not when RXSTMPH is, as hardware: without help there is one a trial.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

bar=$(cut -d ' ' -f 1 /sys/bus/pci/devices/0000:02:00.0/resource | head -n 1)
trial=(--config dpdk.conf --interface pnic --machine host --reflector dpdk --cores 0/timer:1
	--rate 50pps --connect-timeout 100s --overwrite)

# Each stamp that has stood for a while: tsim has read it.
release_stamps()
{
	local now seen=
	while sleep 0.1; do
		now=$(busybox devmem $((bar + 0xb624)) 32) # RXSTMPL
		[ "$now" != "$seen" ] || busybox devmem $((bar + 0xb630)) 32
		seen=$now
	done >/dev/null 2>&1
}

# has LABEL WHAT FILTER: it is true of the trial's probes.
has()
{
	jq -e ".totals as \$load | .probes | $3" out/"$1"/trial_*.json >/dev/null || fail "$1: $2: $(jq -c .probes out/"$1"/trial_*.json)"
}

# probed LABEL RX SECONDS: they came back, each is accounted for, and tsim says whose time of arrival it is.
probed()
{
	has "$1" "each is accounted for" '[., $load] |
		all(.intended == .offered + .unsent and .offered == .forwarded + .lost)'
	has "$1" "no probe is a frame of the load" '.forwarded == .latency.count and $load.intended == '"$((50 * $3))"
	has "$1" "they came back" '.forwarded > 2 and .duplicated == 0 and .corrupt == 0'
	has "$1" "stamps" '.rx_stamps == "'"$2"'" and .tx_stamps == "tsc" and (.stamp_error_ns > 0) == (.rx_stamps == "nic")'
	grep -q "probe time stamps: receive $2, transmit tsc" stdout || fail "$1: $(cat stdout)"
	jq -r '.probes | "'"$1"': receive \(.rx_stamps), within \(.stamp_error_ns / 1000 | round) us; p50 \(.latency.p50_ns / 1000 | round) us, " +
		"\(.forwarded) of \(.offered), unsent \(.unsent), set aside \(.set_aside)"' out/"$1"/trial_*.json
}

lab_tsim "${trial[@]}" --probes 10pps:ptp --duration 3s --warm-up 2s --label latched
probed latched tsc 3
release_stamps &
children+=("$!")
disown
# Probes that follow each other too closely find the stamp of the one before.
for try in 1 2 3; do
	lab_tsim "${trial[@]}" --probes 1pps:ptp --duration 15s --warm-up 8s --label released
	[ "$(jq -r .probes.rx_stamps out/released/trial_*.json)" != nic ] || break
	echo "try $try: no stamps"
done
probed released nic 15
