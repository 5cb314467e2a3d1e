# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2015
# Both capabilities: `ip netns add` mounts.
c=$(sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/self/status) &&
[ $((0x$c >> 12 & 0x$c >> 21 & 1)) -eq 1 ] || { id -u; exit 1; }
