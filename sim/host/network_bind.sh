# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# SYSFS PCI DRIVER OVERRIDE: lets go and takes; "-": no driver, no override. Not of a device that
# is gone: a virtual function goes before its binding is undone if somebody else removed it.
d=$1/bus/pci/devices/$2
[ -e "$d" ] || exit 0
o=$4; [ "$o" != - ] || o=
printf '%s\n' "$o" >"$d/driver_override" || exit 1
is=-; [ ! -e "$d/driver" ] || is=$(basename "$(readlink "$d/driver")")
[ "$is" != "$3" ] || exit 0
[ "$is" = - ] || printf '%s\n' "$2" >"$d/driver/unbind" || exit 1
[ "$3" = - ] || printf '%s\n' "$2" >"$1/bus/pci/drivers/$3/bind"
