# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the scripts that run in the emulated machine (tests/lab/do).
: "${BIN:?}" "${SOURCE:?}"
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
export TSIM_STATE_DIR=$TMP/state PATH=$BIN:$PATH

# The cable: guests or their host behind one NIC, the generator behind the other.
cat >wire.conf <<'END'
[host]
test_iface = eth0
test_iface_addr = 0000:01:00.0
[loadgen]
test_iface = eth1
END
sed 's/^\[loadgen/vfs = true\n&/' wire.conf >vf.conf
{ cat wire.conf && echo 'test_iface_addr = 0000:02:00.0'; } >dpdk.conf

# machine_state: what tsim has to leave as it was: NICs, their drivers and functions, what is made.
machine_state()
{
	local pci d
	for pci in 0000:01:00.0 0000:02:00.0; do
		d=/sys/bus/pci/devices/$pci
		echo "$pci $(basename "$(readlink "$d/driver")") $(ls "$d/net") $(cat "$d/sriov_numvfs" "$d/driver_override")"
	done
	ip -o link | sed -E 's/^[0-9]+: //; s/ state [A-Z]+//; s/ qdisc [a-z_]+//; s/NO-CARRIER,//' | sort
	ip netns list
	cat /proc/sys/vm/nr_hugepages
	cat /proc/[0-9]*/comm 2>/dev/null | grep -E '^(qemu-system|ld-linux|tsim|treflect)'
}
before=$(machine_state)

as_before()
{
	same "the machine after $1" "$(machine_state)" "$before"
}

# watch_evidence: what shows how frames go, into the file evidence, until the next wait: open files of
# QEMU, and kernel threads.
watch_evidence()
{
	local fd pid comm
	while :; do
		for comm in /proc/[0-9]*/comm; do
			pid=${comm%/comm}
			case $(cat "$comm" 2>/dev/null) in
			qemu-system* | ld-linux*) # Debian's, and the lab's
				for fd in "$pid"/fd/*; do
					readlink "$fd"
				done
				;;
			vhost-*) cat "$comm" ;;
			esac
		done 2>/dev/null | sort -u >>evidence
		sleep 0.5
	done
}

# evidence REGEX: there was some.
evidence()
{
	grep -qE "$1" evidence || fail "no evidence of $1: $(sort -u evidence | tr '\n' ' ')"
}

# no_evidence REGEX
no_evidence()
{
	! grep -qE "$1" evidence || fail "evidence of $1: $(grep -E "$1" evidence | sort -u | tr '\n' ' ')"
}

# lab_tsim ARGUMENT...: tsim, which succeeds, while evidence is watched. Now and then a guest under
# emulated SVM never gets its first interrupt (about one start of ten), or resets itself while it boots,
# whatever interface it has: that is not tsim's, which says so; then it is tried again, twice.
lab_tsim()
{
	local watcher try
	for try in 1 2 3; do
		rm -f evidence
		watch_evidence &
		watcher=$!
		children+=("$watcher")
		"$BIN/tsim" "$@" >stdout 2>stderr </dev/null
		status=$?
		kill "$watcher"
		wait "$watcher" 2>/dev/null
		case $status in
		0 | 3) return ;;
		esac
		grep -qE 'not up within|QEMU exited with status 0; its console is empty' stderr || break
		echo "try $try: $(tail -n 1 stderr)"
		as_before "a guest that did not start"
	done
	cat stdout stderr
	fail "tsim $*: status $status"
}

# books LABEL FRAMES: so many were offered, and each of them is accounted for, as a whole and by guest.
books()
{
	local file
	for file in out/"$1"/trial_*.json; do
		jq -e --argjson n "$2" '.totals.offered == $n and .totals.offered == .totals.forwarded + .totals.lost and
			.totals.forwarded > 0 and ([.guests[].offered] | add) == .totals.offered and
			([.guests[].forwarded] | add) == .totals.forwarded' "$file" >/dev/null ||
			fail "$file: $(jq -c '[.totals, .guests]' "$file")"
	done
}

# frames_back LABEL
frames_back()
{
	jq .totals.forwarded out/"$1"/trial_*.json
}

# said_trials: a row each: what was measured, loss, latency.
said_trials()
{
	jq -r '"\(input_filename | split("/") | .[-2]): \(.parameters.machine) \(.parameters.interface), vhost \(.parameters.vhost), " +
		"\(.totals.offered_pps | round) pps: forwarded \(.totals.forwarded) of \(.totals.offered), " +
		"p50 \(.latency.p50_ns / 1000 | round) us, p99 \(.latency.p99_ns / 1000 | round) us; \(.environment.notes | del(.wire) | tostring)"' \
		out/*/trial_*.json
}
trap 'said_trials 2>/dev/null; cleanup' EXIT
# shellcheck disable=SC2034 # by those that source this
short=(--rate 200pps --duration 2s --warm-up 500ms --connect-timeout 100s)
