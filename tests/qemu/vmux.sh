#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# An external vmux: the stand-in of tests/lab/vmux.c serves QEMU 11 by vfio-user. Measured; what does not start, dies
# in a trial or leaves its sockets is named by its own words, and nothing of it stays.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
# shellcheck source=tests/qemu/qemu11_lib.sh
. "$SOURCE/tests/qemu/qemu11_lib.sh"
alone generic
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

mkdir -p sys/kernel/mm/hugepages/hugepages-2048kB
qemu11
export VMUX_FAULT=$PWD/fault
vmux=$BUILD/tests/vmux
cat >vmux.conf <<END
[host]
vmux_path = $vmux
vmux_qemu_path = $PWD/qemu11
vmux_cpus = main:0/rx:0-1/runner:0
END
common=(--machine pcvm --interface vmux-emu --profile fixed:64 --rate 200pps --duration 500ms --warm-up 100ms)

# says TEXT CONFIG ARGUMENT...: nothing is measured, the error has the text, and all is as before.
says()
{
	tsim 1 "${common[@]}" --config "${@:2}"
	grep -qF -- "$1" stderr || fail "nobody says '$1': $(cat stderr)"
	! grep -q 'Connection refused' stderr || fail "QEMU's complaint is no cause: $(cat stderr)"
	nothing_left
	left=$(cat /proc/[0-9]*/comm 2>/dev/null | grep -E '^(vmux|ld-linux)')
	[ -z "$left" ] || fail "processes are left: $left"
}

# Refused before anything starts.
sed "s,qemu11,qemu9," vmux.conf >old.conf
says "qemu9/qemu-system-x86_64 (QEMU 9.2): no device vfio-user-pci, which vmux-emu requires: set [host] vmux_qemu_path to the directory of QEMU 10.1" old.conf
sed "s,^vmux_path.*,vmux_path = /nowhere/vmux," vmux.conf >nowhere.conf
says "/nowhere/vmux: not found: set [host] vmux_path" nowhere.conf
{ cat vmux.conf; printf 'test_iface = a\ntest_iface_addr = 0000:01:00.0\n[loadgen]\ntest_iface = b\n'; } >dpdk.conf
echo 0 >sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages
TSIM_SYSFS=$PWD/sys says "no free hugepages, which vmux's DPDK requires: sysctl vm.nr_hugepages=1024" \
	dpdk.conf --interface vmux-dpdk
! grep -q 'starting' stderr || fail "it had begun: $(cat stderr)"

# Sockets of one that was killed are there, and pass for nobody's.
mkdir -p "$TSIM_STATE_DIR"
ip tuntap add stale mode tap
leave_socket()
{
	echo leave >fault
	"$vmux" -s "$TSIM_STATE_DIR/vmux0.sock" -d none -t stale -m e1000-emu 2>/dev/null
	[ -S "$TSIM_STATE_DIR/vmux0.sock" ] || fail "no socket is left to begin with"
}
leave_socket
ip link del stale
echo exit >fault
says "host: vmux exited with status 1; its last lines:" vmux.conf
grep -q '^vmux: cannot do what it was asked to' stderr || fail "its own words are not told: $(cat stderr)"
echo leave >fault
says "vmux: leaves its sockets, as it was told" vmux.conf
echo mute >fault
says "host: vmux runs, but does not listen at $TSIM_STATE_DIR/vmux0.sock after 30 s; it printed nothing" vmux.conf
# What is no socket is not ours.
sed "/vmux_cpus/a vmux_socket_path = $PWD/mine.sock" vmux.conf >mine.conf
echo notes >mine0.sock
says "$PWD/mine0.sock exists and is no socket: remove it, or set another vmux_socket_path in [host]" mine.conf
same "a file of somebody else" "$(cat mine0.sock)" notes

# Its death ends the trial, of ten minutes here.
echo die:60 >fault
says "vmux was killed by signal 11, and all guests lost their interface with it; its last lines:" vmux.conf --duration 10min
grep -q 'vmux: rx: assertion failed' stderr || fail "its last lines are not told: $(cat stderr)"
holds "the trial was ended" '.verdict.interrupted'
rm -r out

# In a campaign the set-up is built anew, and every trial is measured.
cat >vmux.cfg <<'END'
[vmux]
machines = pcvm
interfaces = vmux-emu
reflectors = xdp
rates = 200pps, 300pps
sizes = 60
runtimes = 500ms
warm-up = 100ms
END
echo die:60 >fault
matrix --config vmux.conf vmux.cfg
same "trials" "$(trials | wc -l)" 2
same "failed attempts" "$(grep -c 'vmux was killed by signal 11.*assertion failed' out/vmux/failed.csv)" 1
[ ! -e fault ] || fail "it did not die: $(cat stderr)"
sum=$(sha256sum "$vmux" | cut -d ' ' -f 1)
cat out/vmux/trial_*.json | jq -e -s --arg path "$(readlink -f "$vmux")" --arg sum "$sum" 'length == 2 and all(.[];
	.totals.forwarded > 0 and .totals.offered == .totals.forwarded + .totals.lost and
	.cpu.host.threads == 1 and .cpu.guests.threads > 1 and .cpu.guests.cpu_ns > 0 and
	(.environment.notes | .vmux_path == $path and .vmux_sha256 == $sum and
		.vmux_cpus == "main:0/rx:0-1/runner:0" and (.qemu_version | test("^1[0-9]\\."))))' >/dev/null ||
	fail "a trial is not so: $(cat out/vmux/trial_*.json | jq -c '[.totals, .cpu, .environment.notes]')"
nothing_left
