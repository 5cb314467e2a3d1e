#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Virtual machines as tsim leads them (vm_life.c): they start, take commands on their console, reflect by
# XDP, and are gone; one that is killed, one that stands still and one that does not start say why.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
[ -x "$BIN/treflect-xdp" ] || skip "treflect-xdp is not built: apt-get install clang libbpf-dev libelf-dev zlib1g-dev"
alone cloud

export PATH=$BIN:$PATH TSIM_STATE_DIR=$TMP/state TSIM_DATADIR=$SOURCE
khz=$(awk -F '[:.]' '/^cpu MHz/ { print $2 * 1000; exit }' /proc/cpuinfo)
"$BUILD/tests/vm_life" "$khz" >out 2>err || fail "$(cat out err)"
cat out
left=$(ip -o link | grep -v ': lo:')
same "interfaces that are left" "$left" ""
left=$(find "$TSIM_STATE_DIR" -type s -o -name '*.pid' -o -name '*.log')
same "files that are left" "$left" ""
left=$(pgrep -l qemu)
same "processes that are left" "$left" ""
