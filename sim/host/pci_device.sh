# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2046,SC2010
# SYSFS PCI: says "DRIVER OVERRIDE INTERFACE...", "-" for none.
d=$1/bus/pci/devices/$2
[ -e "$d" ] || exit 1
driver=- override=-
[ ! -e "$d/driver" ] || driver=$(basename "$(readlink "$d/driver")")
[ ! -e "$d/driver_override" ] || override=$(cat "$d/driver_override")
[ -n "$override" ] && [ "$override" != '(null)' ] || override=-
echo "$driver" "$override" $(ls "$d/net" "$d"/virtio*/net 2>/dev/null | grep -v :)
