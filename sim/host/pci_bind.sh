# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# SYSFS PCI DRIVER OVERRIDE [NAME up|down]: lets go and takes; "-": no driver, no override. Not of a
# device that is gone: a virtual function goes before its binding is undone if somebody else removed
# it. NAME: of the interface that the driver makes, which the kernel names anew.
d=$1/bus/pci/devices/$2
[ -e "$d" ] || exit 0
o=$4; [ "$o" != - ] || o=
printf '%s\n' "$o" >"$d/driver_override" || exit 1
is=-; [ ! -e "$d/driver" ] || is=$(basename "$(readlink "$d/driver")")
if [ "$is" != "$3" ]; then
	[ "$is" = - ] || printf '%s\n' "$2" >"$d/driver/unbind" || exit 1
	[ "$3" = - ] || printf '%s\n' "$2" >"$1/bus/pci/drivers/$3/bind" || exit 1
fi
[ -n "${5-}" ] || exit 0
n=0
while name=$(ls "$d/net" 2>/dev/null); [ -z "$name" ]; do
	n=$((n + 1))
	[ "$n" -lt 100 ] || { echo "$2: driver $3 makes no interface" >&2; exit 1; }
	sleep 0.1
done
# Renamed by udev, or not: both are fine.
[ "$name" = "$5" ] || ip link set dev "$name" down name "$5" || [ "$(ls "$d/net")" = "$5" ] || exit 1
[ "$6" = down ] || ip link set dev "$5" up
