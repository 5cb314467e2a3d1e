#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# NIC to NIC: the host reflects by DPDK (vfio-pci) and by XDP, the generator sends by DPDK and by a packet
# socket; drivers, names, flags are what they were.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

lab_tsim --config dpdk.conf --interface pnic --machine host --reflector dpdk "${short[@]}" --label dpdk
books dpdk 400
same "drivers" "$(jq -r '.environment.notes.wire + ", " + .environment.notes.reflector' out/dpdk/trial_*.json)" \
	"0000:02:00.0, vfio-pci, treflect, vfio-pci"
as_before "a trial by DPDK"
lab_tsim --config wire.conf --interface pnic --machine host --reflector xdp "${short[@]}" --label xdp
books xdp 400
same "frames back" "$(frames_back xdp)" 400
as_before "a trial by packet socket and XDP"
