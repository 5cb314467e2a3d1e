#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that somebody else started are stored as what --as says they are, however they are reached; and one
# repetition alone is measured by --rep.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
as=machine=microvm,interface=macvtap,qemu=allregs,vhost=on,ioregionfd=on,reflector=xdp
common=(--machine external --profile fixed:64 --rate 10kpps --duration 500ms --warm-up 100ms --drain 200ms)
infix=microvm_macvtap_allregs_vhoston_ioregionfdon_xdp_10kpps_60B_0.5s

# measured AS LABEL ARGUMENT...: a trial of a reflector that tsim did not start.
measured()
{
	local as=$1 label=$2 tsim status
	shift 2
	"$BIN/tsim" "${common[@]}" --socket-dir "$TMP/s" --as "$as" --label "$label" "$@" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 300); do [ -S s/guest-0.sock ] && break; sleep 0.1; done
	"$BIN/treflect" --vhost-user s/guest-0.sock --parent $$ --give-way >reflector.log 2>&1 &
	children+=("$!")
	wait "$tsim"
	status=$?
	case $status in
	0 | 3) ;;
	*) fail "tsim: status $status: $(cat stderr reflector.log)" ;;
	esac
}

# Who moves the frames, and whose CPU time that is, tsim is told: a shell that waits, one that does not.
(while :; do :; done) &
busy=$!
children+=("$busy")
measured "$as" one --rep 2 --host-pids $$ --guest-pids "$busy,$$"
same "files of trials" "$(cd out/one && echo trial_*)" "trial_${infix}_rep2.json"
same "parameters" "$(trial '.parameters | "\(.machine) \(.interface) \(.qemu) \(.vhost) \(.ioregionfd) \(.reflector)"')" \
	"microvm macvtap allregs true true xdp"
holds "the repetition is the one asked for" '.parameters.repetition == 2'
holds "how they were reached is not a parameter" '.parameters.extra == ""'
holds "which mechanism moved the frames is still told" '.interface_info.interfaces[0].interface == "vhost-user"'
holds "the guest answered" '.guests[0].forwarded > 0'
kill -KILL "$busy"
holds "their CPU time is the trial's" '.cpu | .host.threads == 1 and .guests.threads == 2 and
	.guests.cpu_ns > .host.cpu_ns and .guests.cpu_ns < 2e9'
before=$(stat -c '%y %i' out/one/trial_*)

# By another wire it is the same trial, and done: nothing is waited for.
tsim "0 3" "${common[@]}" --port net_ring0 --as "$as" --label one --rep 2
grep -q 'already measured: 1' stderr || fail "another path makes another trial: $(cat stderr)"
same "the trial, untouched" "$(stat -c '%y %i' out/one/trial_*)" "$before"

# The other repetitions are still to be done; those that are not asked for are not looked at.
measured "$as" one --reps 3
same "files of trials" "$(cd out/one && echo trial_*)" \
	"trial_${infix}_rep0.json trial_${infix}_rep1.json trial_${infix}_rep2.json"
same "repetition 2, untouched" "$(stat -c '%y %i' "out/one/trial_${infix}_rep2.json")" "$before"

# Without --as they are what they were, and the port is a part of it.
tsim 1 "${common[@]}" --socket-dir "$TMP/t" --connect-timeout 300ms --label plain
grep -q 'none of 1 guest answered' stderr || fail "$(cat stderr)"
