# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by tests that compare a trial with what its guests, machines of tsim run-guest, count themselves.

# count_guest N FILE: lines KEY=VALUE: the kernel's counters, as ip -s link has them, and treflect-xdp's.
count_guest()
{
	# A line is a command there.
	# shellcheck disable=SC2016 # the guest's
	local command='cd /sys/class/net/eth0/statistics && for i in *_packets *_bytes *_dropped *_errors; do '
	# shellcheck disable=SC2016
	command+='echo "$i=$(cat "$i")"; done; treflect-xdp status eth0'
	"$BIN/tsim" shell --config vm.conf guest "$1" <<<"$command" >"$2" || fail "guest $1: no counters: $(cat "$2")"
}

# gained FILE1 FILE2 KEY
gained()
{
	echo $(($(sed -n "s/^$3=//p" "$2") - $(sed -n "s/^$3=//p" "$1")))
}

# counts_are_booked WHAT GUEST: from before-GUEST to after-GUEST the guest got the frames of the trial (without
# a warm-up), and the few with which tsim asks whether it answers, of 64 and 1518 bytes; it sent all of them back.
counts_are_booked()
{
	local guest=$2 frames bytes long key what
	what="$1, guest $2: $(diff "before-$2" "after-$2" | tr '\n' ' ')"
	g()
	{
		gained "before-$guest" "after-$guest" "$1"
	}
	frames=$(($(g rx_packets) - $(trial ".guests[$guest].offered")))
	bytes=$(($(g rx_bytes) - $(trial ".guests[$guest] | .offered_bytes - 4 * .offered"))) # a guest sees no FCS
	long=$(((bytes - 60 * frames) / (1514 - 60)))
	if [ "$frames" -gt 20 ] || [ "$long" -lt 1 ] || [ "$long" -ge "$frames" ] ||
		[ "$bytes" -ne $((60 * frames + (1514 - 60) * long)) ]; then
		fail "$what: $frames frames and $bytes bytes more than offered"
	fi
	same "$what: frames sent back" "$(g reflected_frames) $(g reflected_bytes)" "$(g rx_packets) $(g rx_bytes)"
	for key in rx_dropped rx_errors tx_dropped tx_errors passed_frames; do
		same "$what: $key" "$(g "$key")" 0
	done
	# Linux counts a frame as sent when it takes back the buffer, before it sends the next: not yet the last ones.
	[ $(($(g rx_packets) - $(g tx_packets))) -le 64 ] || fail "$what: only $(g tx_packets) sent"
	same "$what: forwarded" "$(trial ".guests[$guest].forwarded")" "$(trial ".guests[$guest].offered")"
}
