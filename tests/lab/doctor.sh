#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tsim doctor finds what this machine has and others lack: KVM, vhost-net, an IOMMU, vfio-pci.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

"$BIN/tsim" doctor >stdout 2>stderr # 1: its TSC is not constant
for row in 'KVM *works' 'vhost-net *works' 'IOMMU *[1-9][0-9]* groups' 'vfio-pci *there' 'bridge *works' 'macvtap *works' \
	'tap *works' 'XDP *allowed' 'QEMU *QEMU emulator version'; do
	grep -qE "^host +ok +$row" stdout || fail "doctor does not say '$row': $(cat stdout stderr)"
done
