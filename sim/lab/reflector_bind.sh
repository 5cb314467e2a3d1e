# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Gives the interface with the MAC $1 to a DPDK driver, and prints its PCI address. Guests have no
# IOMMU: DPDK takes physical addresses, and so hugepages.
set -e
for i in /sys/class/net/*; do
	[ "$(cat "$i/address" 2>/dev/null)" = "$1" ] || continue
	device=$(readlink -f "$i/device")
	case $device in */virtio[0-9]*) device=${device%/virtio[0-9]*} ;; esac
	address=${device##*/}
	[ "$(cat /proc/sys/vm/nr_hugepages)" -ge 48 ] || echo 48 >/proc/sys/vm/nr_hugepages
	modprobe uio_pci_generic 2>/dev/null || :
	echo "$address" >"$device/driver/unbind"
	echo uio_pci_generic >"$device/driver_override"
	echo "$address" >/sys/bus/pci/drivers_probe
	[ -e "$device/driver" ] || { echo "no driver uio_pci_generic" >&2; exit 1; }
	echo "$address"
	exit 0
done
echo "no interface has the MAC $1: is its driver there?" >&2
exit 1
