#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Dry runs of the testbed's commands print every command that they would run, and where, in order. They need no
# rights and make nothing. TSIM_GOLDEN=write writes the texts anew, to be looked at.
set -u
: "${BIN:?}" "${SOURCE:?}"
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
cd "$TMP" || exit 1
export TSIM_STATE_DIR=/run/tsim
golden=$SOURCE/tests/cli/testbed_dry
failures=0

# dry NAME ARGUMENT...: what is printed is the text NAME.
dry()
{
	local name=$1
	shift
	"$BIN/tsim" "$@" --dry-run >out 2>err || {
		echo "tsim $*: status $?: $(cat err)"
		failures=1
	}
	# A folder with a blank in its name is quoted.
	# KVM or not, and QEMU's version, are this machine's.
	sed -E -e 's/-no-reboot -accel (kvm -cpu host|tcg -cpu max)/-no-reboot -accel ACCEL/g; s/reconnect(=1|-ms=1000)/RECONNECT/g' \
		-e "s/'?--note=accelerator=[^']*'? --note=qemu_version=[0-9.]*/NOTES/" \
		-e 's/ tsc_early_khz=[0-9]+//; s/,vectors=0//' \
		-e "s,'$BIN/([^']*)',BIN/\\1,g; s,'$SOURCE/([^']*)',SOURCE/\\1,g" \
		-e "s,$BIN,BIN,g; s,$SOURCE,SOURCE,g; s,$TMP,HERE,g" out >"$name.txt"
	[ "${TSIM_GOLDEN-}" != write ] || cp "$name.txt" "$golden/$name.txt"
	diff -u "$golden/$name.txt" "$name.txt" || {
		echo "tsim $*: prints something else"
		failures=1
	}
}

cat >two.conf <<'END'
[host]
fqdn = root@dut
test_iface = ens1
test_iface_addr = 0000:18:00.0
test_iface_mac = b4:96:91:b3:8b:08
tsim_dir = /opt/tsim
vfs = true
[loadgen]
fqdn = root@gen
test_iface = ens2
test_iface_addr = 0000:51:00.0
tsim_dir = /opt/tsim
END
cat >two.cfg <<'END'
[two]
machines = pcvm, host
interfaces = bridge, vfio, pnic
vhosts = true
reflectors = xdp, dpdk
guests = 2
rates = 10
sizes = 60
runtimes = 30
END
dry run_guest_bridge run-guest --machine pcvm --interface bridge --guests 2 --vhost on
dry run_guest_microvm run-guest --machine microvm --interface macvtap --ioregionfd on --qemu-path /opt/qemu
dry setup_network setup-network --interface bridge-e1000
dry vhost_user run-guest --interface vhost-user
dry ping ping --config two.conf
dry upload upload --config two.conf
dry status status --config two.conf
dry doctor doctor
dry matrix matrix --config two.conf two.cfg
dry accumulate accumulate two.cfg
# A guest is ended once, and accelerated as this machine can; that of another cannot be asked.
for what in 'host: stop qemu-0' 'host: rm -f -- /run/tsim/vm/qmp-0.sock'; do
	[ "$(grep -c "^$what" matrix.txt)" -eq 1 ] || { echo "not once: $what"; failures=1; }
done
"$BIN/tsim" run-guest --dry-run >out 2>err || { echo "run-guest: $(cat err)"; failures=1; }
accel='tcg -cpu max'
[ ! -w /dev/kvm ] || ! grep -qwE '^flags.*(vmx|svm)' /proc/cpuinfo || accel='kvm -cpu host'
grep -q -- "-no-reboot -accel $accel" out || { echo "not $accel: $(cat out)"; failures=1; }
# the_qemu_that_is_named_is_asked: its words are those of its version.
mkdir qemu11
printf '#!/bin/sh\necho QEMU emulator version 11.1.3\n' >qemu11/qemu-system-x86_64
chmod +x qemu11/qemu-system-x86_64
for folder in qemu11 nowhere; do
	printf '[host]\nvmux_qemu_path = %s\n' "$TMP/$folder" >vmux.conf
	"$BIN/tsim" run-guest --dry-run --config vmux.conf --interface vmux-emu >"$folder.out" 2>"$folder.err" ||
		{ echo "vmux-emu: $(cat "$folder.err")"; failures=1; }
done
grep -qF '{"driver":"vfio-user-pci","socket":{"type":"unix","path":"/run/tsim/vmux0.sock"}}' qemu11.out ||
	{ echo "not as QEMU 11 takes it: $(cat qemu11.out)"; failures=1; }
printf '[host]\nqemu_path = %s\n' "$TMP/qemu11" >all11.conf
dry vmux_virtio run-guest --interface vmux-virtio --guests 2 --config all11.conf
grep -q 'nowhere.*assuming QEMU 7.2' nowhere.err || { echo "assumed in silence: $(cat nowhere.err)"; failures=1; }
[ ! -e "$TMP/out/two" ] || { echo "a dry run made something"; failures=1; }
exit "$failures"
