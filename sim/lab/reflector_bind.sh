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
	if [ ! -e "$device/driver" ]; then
		echo "$address: no driver uio_pci_generic; install the modules of the guest's kernel" >&2
		exit 1
	fi
	echo "$address"
	exit 0
done
echo "no interface with MAC $1; check its driver ('dmesg' in the guest)" >&2
exit 1
