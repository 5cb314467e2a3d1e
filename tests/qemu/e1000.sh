#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A NIC without a NIC: a virtual machine has two e1000, wired back to back behind an IOMMU and bound
# to vfio-pci. In it tsim sends on the one by its PCI address and treflect reflects on the other, as they
# would on two servers.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
"$BIN/tsim" run --help | grep -q -- --port || skip "tsim has no --port"
alone generic

# ttyS1 carries the trial's JSON, ttyS2 the reflector's account; the console is for people.
cat >init <<'END'
for nic in 0000:00:03.0 0000:00:04.0; do
	echo vfio-pci >/sys/bus/pci/devices/$nic/driver_override
	echo $nic >/sys/bus/pci/drivers_probe
done
ls /sys/bus/pci/drivers/vfio-pci
treflect --device 0000:00:04.0 --core 1 --report report &
tsim --port 0000:00:03.0 --guests 4 --cores 0 --profile imix --rate 4kpps --duration 3s --warm-up 500ms \
	--connect-timeout 30s --quiet
echo "tsim: status $?"
cat out/default/trial_*.json >/dev/ttyS1
kill -INT %1
wait %1
echo "treflect: status $?"
cat report >/dev/ttyS2
END
image dpdk --kernel generic --init init --module vfio-pci --module vfio_iommu_type1 --driver net_e1000 \
	--file "$SOURCE/profiles/imix.csv:/share/tsim/profiles/imix.csv" --program "$BIN/tsim:/bin/tsim" --program "$BIN/treflect:/bin/treflect"
vm nics iommu dpdk -serial file:trial.json -serial file:report.json \
	-netdev hubport,id=sender,hubid=1 -device e1000,netdev=sender,addr=3.0,mac=52:54:00:fa:01:00 \
	-netdev hubport,id=reflector,hubid=1 -device e1000,netdev=reflector,addr=4.0,mac=52:54:00:fa:00:60
wait "${machines[0]}" || fail "QEMU: status $?: $(said nics.*)"

! grep -q DMAR nics.log nics.qemu || fail "a NIC was given addresses that are not the program's: $(said nics.*)"
mkdir -p out/default
mv trial.json out/default/trial_nics.json
[ -s out/default/trial_nics.json ] || fail "no trial: $(said nics.*)"
grep -qE '^tsim: status [03]' nics.log || fail "tsim: $(said nics.*)"
all_hold "all guests sent frames back" '.guests | length == 4 and all(.state == "ok" and .forwarded > 0)'
all_hold "the books balance" '.totals | .offered == .intended and .offered == .forwarded + .lost'
all_hold "no frame was broken" '.totals | .corrupt == 0 and .foreign == 0'
all_hold "the port is named" '.parameters.interface == "port" and .parameters.machine == "external"'
# Warm-up and first frames are reflected, too.
reflected=$(jq '[.guests[].sent] | add' report.json)
[ "$reflected" -ge "$(trial .totals.forwarded)" ] || fail "reflected $reflected frames, fewer than came back"
trial '"\(.totals.forwarded) of \(.totals.offered) frames, p50 \(.latency.p50_ns / 1000) us, p99 \(.latency.p99_ns / 1000) us"'
