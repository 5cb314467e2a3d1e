#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a run refuses before it measures: by the status of a wrong command line, on stderr alone, and
# without directories that nothing was written to.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh" || exit 1
export XDG_RUNTIME_DIR=$tmp

accept() { "$@" >said 2>&1 || fail "$*: $(cat said)"; }
# Limits that no machine changes are known to --check.
expect 2 '1200 vhost-user guests: librte_vhost supports at most 1022 per process' "$BIN/tsim" --guests 1200 --check
expect 2 '1023 vhost-user guests' "$BIN/tsim" --guests vfio:9,vhost-user:1023 --check
expect 2 '512 vhost-user guests: librte_vhost supports at most 511' "$BIN/tsim" --machine external --guests 512 --check
expect 2 '512 vhost-user guests: librte_vhost supports at most 511' "$BIN/tsim" --guest-driver dpdk --guests 512 --check
accept "$BIN/tsim" --guests 1022 --check
accept "$BIN/tsim" --guests vfio:3074,vhost-user:1022 --check
accept "$BIN/tsim" --guest-driver dpdk --guests 511 --check
accept "$BIN/tsim" --guests 4096 --interface vfio --check
expect 2 4096 "$BIN/tsim" --guests 4097 --interface vfio --check

# eal OPTION...: tsim and treflect refuse it as theirs, and stdout is for results.
eal()
{
	for program in 'tsim --interface null --duration 100ms' 'treflect --device net_null0'; do
		# shellcheck disable=SC2086
		"$BIN"/$program -- "$@" >stdout 2>stderr
		got=$?
		[ "$got" -eq 2 ] || fail "$program -- $*: status $got, not 2: $(cat stderr)"
		[ ! -s stdout ] || fail "$program -- $*: on stdout: $(head -3 stdout)"
		grep -q "^${program%% *}: -- $*: .*EAL option" stderr || fail "$program -- $*: not named: $(cat stderr)"
	done
}
eal --foo
eal -l 0
eal -h
eal --help
expect 2 'CPU 1023 is not available' "$BIN/tsim" --cores 1023 --interface null
expect 2 'CPU 1023 is not available' "$BIN/tsim" --cores 1023 --interface null --out a/b/c
mkdir mine
expect 2 'CPU 1023 is not available' "$BIN/tsim" --cores 1023 --interface null --out mine
[ -z "$(find . -name out -o -name a)" ] || fail "empty directories: $(find .)"
[ -d mine ] || fail "a directory that was there has gone"
[ -z "$(ls mine)" ] || fail "left in mine: $(ls mine)"
finish
