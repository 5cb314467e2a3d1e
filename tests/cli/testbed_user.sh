#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Testbeds as a user without rights, and what a testbed cannot have: said once, before anything starts.
if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
	echo "skipped: needs root to be nobody, and a mount namespace"
	exit 77
fi
if [ -z "${TSIM_USER_INSIDE-}" ]; then
	export TSIM_USER_INSIDE=1
	exec unshare -m "$0"
fi
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"
mount -t tmpfs tmpfs /run || { echo "skipped: no mount"; exit 77; }
unset TSIM_STATE_DIR
export HOME=$tmp
trap 'rm -rf "$tmp" /tmp/tsim-65534' EXIT
chmod 777 "$tmp"
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
"${nobody[@]}" "$BIN/tsim" --version >/dev/null || { echo "skipped: $BIN is not for everybody"; exit 77; }
# Whether root has something there a user cannot know.
for command in status ping kill-guest "shell guest"; do
	# shellcheck disable=SC2086 # two words
	"${nobody[@]}" "$BIN/tsim" $command >said 2>&1 </dev/null
	! grep -q "owned by root" said || fail "root has nothing, $command: $(cat said)"
done
mkdir -m 700 /run/tsim
for command in status ping kill-guest "shell guest"; do
	# shellcheck disable=SC2086 # two words
	"${nobody[@]}" "$BIN/tsim" $command >said 2>&1 </dev/null
	grep -q "/run/tsim is owned by root: run with sudo to see it" said || fail "$command says: $(cat said)"
	! grep -q "created by tsim;" said || fail "says that nothing is there, unseen, $command: $(cat said)"
done
"$BIN/tsim" status >said 2>&1
lacks "root's"


cat >vms.cfg <<'END'
[vms]
machines = pcvm, microvm
interfaces = bridge, macvtap
reflectors = xdp
rates = 1, 2
repetitions = 2
accumulate = true
END

# once TEXT ARGUMENT...: status 1, that line and no other; nothing is left.
once()
{
	expect 1 "$1" "${nobody[@]}" "$BIN/tsim" "${@:2}"
	[ "$(cat said)" = "tsim: $1" ] || fail "more than one line: $(cat said)"
	[ ! -e out ] || fail "tsim ${*:2}: makes $(find out)"
}
sudo="host: bridges and taps require root: run with sudo"
once "$sudo" matrix vms.cfg
once "$sudo" --machine pcvm --interface bridge --duration 1s
once "$sudo" --machine host --interface pnic --duration 1s
once "$sudo" run-guest
once "$sudo" setup-network --interface macvtap
printf '[host]\nroot_disk_file = disk.img\n[guest]\nfqdn = vm\n' >disk.conf
once "$sudo" run-guest --config disk.conf --interface vhost-user
expect 1 "require CAP_NET_ADMIN and CAP_SYS_ADMIN" setpriv --bounding-set -net_admin --inh-caps -net_admin \
	"$BIN/tsim" setup-network

# What a testbed cannot have: every interface at fault, before the tree.
sed 's/bridge,/bridge, vfio, vmux-pt,/' vms.cfg >nics.cfg
expect 2 "nics.cfg: interfaces vfio, vmux-pt: requires a PCI device" "$BIN/tsim" matrix --dry-run nics.cfg
lacks combinations
expect 2 "nics.cfg: interfaces vfio, vmux-pt: requires a PCI device" "$BIN/tsim" matrix nics.cfg
[ ! -e out ] || fail "makes $(find out)"

# Frames that the wire cannot carry, before a virtual machine is up.
expect 2 "frames of up to 9216 bytes exceed the MTU" \
	"$BIN/tsim" --machine pcvm --interface bridge --profile fixed:9216 --duration 1s
expect 2 "at most 1518 bytes" "$BIN/tsim" matrix --dry-run <(cat vms.cfg; echo 'sizes = 60, 1519')
expect 0 "combinations" "$BIN/tsim" matrix --dry-run <(cat vms.cfg; echo 'sizes = 60, 1514')

# No QEMU: not one failure per trial. All checks are before the first guest, as rights are.
expect 1 "install QEMU" "$BIN/tsim" matrix <(cat vms.cfg; echo 'qemus = mine:/nowhere')
[ "$(wc -l <said)" -eq 1 ] || fail "more than one line: $(cat said)"

# Mistakes, each by its name and before anything is made. A disk without a name to reach its guest by was a crash.
printf '[host]\nroot_disk_file = disk.img\n' >disk.conf
expect 2 "set [guest] fqdn" "$BIN/tsim" run-guest --config disk.conf
expect 2 "--machine: expected pcvm, microvm or host, got 'process'" "$BIN/tsim" run-guest --machine process
expect 2 "--cpus: expected an integer from 1 to 255, got '-3'" "$BIN/tsim" run-guest --cpus -3
expect 2 "--memory: expected an integer from 64 to 1048576, got '5'" "$BIN/tsim" run-guest --memory 5
expect 2 "--rx-queue-size: expected 256, 512 or 1024, got 100" "$BIN/tsim" run-guest --rx-queue-size 100
expect 2 "--interface: vhost-user has no network" "$BIN/tsim" setup-network --interface vhost-user
expect 2 "unknown profile 'imx'" "$BIN/tsim" matrix --dry-run <(cat vms.cfg; echo 'profiles = imx')
expect 2 "rate '-1'" "$BIN/tsim" matrix --dry-run <(sed 's/^rates.*/rates = -1/' vms.cfg)
if command -v mpirun >mpirun_at && readelf -d "$BIN/tsim" | grep -q 'NEEDED.*libmpi'; then
	export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
	expect 2 "a single generator; run tsim without mpirun" timeout 60 mpirun --quiet --oversubscribe -np 2 \
		"$BIN/tsim" --machine pcvm --interface bridge --duration 1s
	[ "$(grep -c "without mpirun" said)" -eq 1 ] || fail "not said once: $(cat said)"
fi
[ ! -e out ] || fail "makes $(find out)"

# A matrix whose trials all fail says why, and not that there is nothing to merge.
cat >fails.cfg <<'END'
[fails]
machines = process
interfaces = null
guests = 4096
rates = 1
runtimes = 10ms
accumulate = true
END
(ulimit -v 400000; "$BIN/tsim" matrix --retries 0 fails.cfg) >said 2>&1
grep -q 'failed: 1' said || fail "did not fail: $(cat said)"
lacks "no usable trial"
# an_address_with_a_port_was_refused_without_a_reason, and a machine was named twice
printf '[host]\nfqdn = root@127.0.0.1:1\n' >port.conf
expect 1 "host: unreachable: root@127.0.0.1:1: invalid address; expected NAME, USER@NAME or [ADDRESS]:PORT" \
	"$BIN/tsim" ping --config port.conf
finish
