# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Name of the interface with the MAC $1.
for i in /sys/class/net/*; do
	[ "$(cat "$i/address" 2>/dev/null)" = "$1" ] && echo "${i##*/}" && exit 0
done
echo "no interface with MAC $1; check its driver ('dmesg' in the guest)" >&2
exit 1
