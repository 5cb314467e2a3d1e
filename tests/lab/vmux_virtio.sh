#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A PC under KVM behind vmux-virtio, mediated and passed through: its memory is shared, its interrupts are the
# generator's, and nothing of the host's network has a part in it.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1
LAB=$BUILD/lab
# shellcheck source=tests/lab/machine.sh
. "$SOURCE/tests/lab/machine.sh"
lab_qemu_in qemu11
printf '[host]\nvmux_qemu_path = %s\n' "$PWD/qemu11" >vm.conf

for policy in emulate-all passthrough:1; do
	lab_tsim --machine pcvm --interface vmux-virtio --config vm.conf --policy "$policy" "${short[@]}" --label "$policy"
	books "$policy" 400
	evidence /dev/kvm
	evidence memfd
	no_evidence 'vhost|/dev/net/tun|tap'
	as_before "$policy"
done
