#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests behind a DPDK port: a ring that loops, captures, and a veth pair with a reflector in a
# network namespace on its other end. Shares are exact, books balance, strangers are passed over.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
ns=tsim-$$
after()
{
	ip netns del "$ns-a" 2>/dev/null
	ip netns del "$ns-b" 2>/dev/null
	cleanup
}
trap after EXIT

balanced()
{
	holds "$1: no more was offered than scheduled" \
		'.totals.intended >= .totals.offered + .totals.not_sent'
	holds "$1: offered = forwarded + lost" '.totals.offered == .totals.forwarded + .totals.lost'
	holds "$1: guests add up" '([.guests[].offered] | add) == .totals.offered'
}

# A ring that loops back: frames come back as they were sent.
tsim "0 3" --port net_ring0 -g 24 -r 50kpps -d 1s --warm-up 200ms --cores 1 -q
balanced ring
holds "ring: nothing is lost" '.totals.foreign == 0 and .totals.lost == .totals.refused'
holds "ring: equal shares are equal to the frame" '[.guests[].intended] | max - min <= 1'
rm -rf out

# n load workers, all guests, exact shares whatever the bursts; receivers hand over what is not theirs.
if [ "$(nproc)" -ge 2 ]; then
	tsim "0 3" --port net_ring0 -g 24 --share zipf:1.1 -r 20kpps -d 1s --warm-up 200ms \
		--cores 0-1 -q
	balanced workers
	holds "workers: shares of zipf:1.1" '.totals.intended as $n | [.guests[] |
		(.intended - .share * $n) | fabs] | max < 2'
	rm -rf out

	# The timer worker: its probes are in no count of the load.
	tsim "0 3" --port net_ring0 -g 8 -r 5kpps --probes 4kpps -d 2s --warm-up 200ms \
		--cores 1/timer:0 -q
	balanced timer
	holds "timer: the load is the schedule's" '.totals.intended == 10000'
	holds "timer: probes are Poisson: 8000 within 5 sigma" \
		'(.probes.intended - 8000 | fabs) < 5 * 90'
	holds "timer: all guests are probed in turn" \
		'[.guests[].probes.offered] | max - min <= 1'
	holds "timer: each came back or is lost" \
		'.probes.offered == .probes.forwarded + .probes.lost'
	holds "timer: they have latencies" '.probes.latency.count == .probes.forwarded'
	rm -rf out
fi

# A wire that is too slow: what it cannot carry is not sent, and is no fault of the generator.
tsim "0 3" --port net_ring0 -g 4 -p fixed:1518 --link 1G -r 120kpps -d 2s --warm-up 200ms \
	--cores 1 -q
holds "link: at line rate (RFC 5180: 81274 pps)" '((.totals.intended - .totals.not_sent) / 2 - 81274 | fabs) < 100'
holds "link: the surplus is said" \
	'.totals.intended >= .totals.offered + .totals.not_sent and .totals.not_sent > 70000'
rm -rf out

# What goes out by net_pcap is in its file; nothing comes back, and that is said.
tsim "0 1 3" --port "net_pcap0,tx_pcap=$TMP/sent.pcap" -g 4 -r 5kpps -d 1s --warm-up 200ms \
	--connect-timeout 1s --cores 1 -q
grep -q 'none of 4 guests answered' "$TMP/stderr" ||
	fail "a port that nothing comes back from: $(cat "$TMP/stderr")"
[ "$(stat -c %s "$TMP/sent.pcap")" -gt 24 ] || fail "no frame is in the capture"
rm -rf out

# The other end of a veth pair in another namespace, af_packet and, where it can be, af_xdp.
if [ "$(id -u)" -ne 0 ] || ! ip netns add "$ns-a" 2>/dev/null || ! ip netns add "$ns-b"; then
	echo "skipped: veth needs root and network namespaces (rings and captures passed)"
	exit 77
fi
ip link add "va$$" netns "$ns-a" type veth peer name "vb$$" netns "$ns-b" || fail "no veth"
ip -n "$ns-a" link set "va$$" up || fail "veth is not up"
ip -n "$ns-b" link set "vb$$" up || fail "veth is not up"

# inside NAMESPACE COMMAND...: with the file system that XDP keeps its programs in.
inside()
{
	# shellcheck disable=SC2016 # of the inner shell
	exec ip netns exec "$1" sh -c 'mount -t bpf bpf /sys/fs/bpf 2>/dev/null; exec "$@"' sh "${@:2}"
}

# over DRIVER [ARGUMENT...]: tsim by it on one end, treflect on the other. Without treflect nobody waits
# for it.
over()
{
	local reflector tsim stranger status driver=$1
	shift
	[ $# -ne 0 ] || set -- --cores 1
	: >"$TMP/stderr" # the last one's lines are not this one's
	inside "$ns-b" "$BIN/treflect" --device "net_$driver""0,iface=vb$$" --core 0 --give-way \
		--report "$TMP/reflected.json" >"$TMP/treflect.log" 2>&1 &
	reflector=$!
	inside "$ns-a" "$BIN/tsim" --port "net_$driver""0,iface=va$$${queues-}" -g 16 -r 5kpps -d 2s \
		--warm-up 200ms --connect-timeout 20s "$@" >"$TMP/stdout" 2>"$TMP/stderr" &
	tsim=$!
	# A stranger's frames: IPv6 neighbours, as any link has them, and a broadcast.
	{
		until_said "$TMP/stderr" ' [12]/2 s'
		ip netns exec "$ns-b" ping -c 2 -W 1 -b 198.18.255.255 >/dev/null 2>&1
	} &
	stranger=$!
	children=("$reflector" "$tsim" "$stranger")
	while kill -0 "$tsim" 2>/dev/null; do
		kill -0 "$reflector" 2>/dev/null || kill "$tsim"
		sleep 0.1
	done
	wait "$tsim"
	status=$?
	kill "$stranger" 2>/dev/null
	kill "$reflector" 2>/dev/null
	works=$?
	wait
	children=()
	return "$status"
}

over af_packet
case $? in
0 | 3) ;;
*) fail "af_packet: $(cat "$TMP/stderr" "$TMP/treflect.log")" ;;
esac
balanced af_packet
holds "af_packet: frames come back" '.totals.forwarded > 0.9 * .totals.offered'
holds "af_packet: none is corrupt, none doubled" \
	'.totals.corrupt == 0 and .totals.duplicated == 0'
for end in "$ns-a va$$" "$ns-b vb$$"; do
	ip -n "${end% *}" link show "${end#* }" | grep -q PROMISC && fail "$end is still promiscuous"
done
rm -rf out

# Its interface has to be up, and there.
ip -n "$ns-a" link set "va$$" down
(inside "$ns-a" "$BIN/tsim" --port "net_af_packet0,iface=va$$" -d 1s -q) 2>"$TMP/stderr" && fail "an interface that is down"
grep -q "interface va$$ is down: ip link set dev va$$ up" "$TMP/stderr" || fail "down: $(cat "$TMP/stderr")"
(inside "$ns-a" "$BIN/tsim" --port net_af_packet0,iface=no-such -d 1s -q) 2>"$TMP/stderr" && fail "an interface that is not there"
grep -q "interface no-such not found" "$TMP/stderr" || fail "not there: $(cat "$TMP/stderr")"
ip -n "$ns-a" link set "va$$" up

# Probes that are PTP frames: no NIC stamps them here, and that is said.
if [ "$(nproc)" -ge 2 ]; then
	queues=,qpairs=2 over af_packet --cores 1/timer:0 --probes 50pps:ptp
	case $? in
	0 | 3) ;;
	*) fail "ptp: $(cat "$TMP/stderr" "$TMP/treflect.log")" ;;
	esac
	balanced ptp
	holds "ptp: each is accounted for" '.probes | .intended == .offered + .unsent and
		.offered == .forwarded + .lost and .forwarded == .latency.count and .set_aside == 0'
	holds "ptp: they come back, intact" '.probes.forwarded > 0 and .totals.corrupt == 0'
	holds "ptp: 64 bytes each" '.probes.offered_bytes == 64 * .probes.offered'
	holds "ptp: without a NIC the TSC is the clock" \
		'.probes | [.rx_stamps, .tx_stamps, .stamp_error_ns] == ["tsc", "tsc", 0]'
	grep -q 'probe time stamps: receive tsc, transmit tsc' "$TMP/stdout" ||
		fail "ptp: the printout does not say whose time stamps they are: $(cat "$TMP/stdout")"
	rm -rf out
fi

over af_xdp
case $? in
0 | 3)
	balanced af_xdp
	holds "af_xdp: frames come back" '.totals.forwarded > 0'
	;;
*)
	[ "$works" -ne 0 ] || fail "af_xdp: $(cat "$TMP/stderr" "$TMP/treflect.log")"
	echo "af_xdp cannot run here: $(tail -n 1 "$TMP/treflect.log")"
	;;
esac
