# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# NAME INDEX: its device as MAJOR:MINOR. /sys may be of another namespace: then one of our own.
d=/sys/class/net/$1
[ -e "$d" ] && [ "$(cat "$d/ifindex")" = "$2" ] && exec cat "$d"/tap*/dev
exec unshare --mount sh -c 'mount -t sysfs sysfs /sys && exec cat "$1"/tap*/dev' sh "$d"
