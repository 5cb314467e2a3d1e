#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# a_reader_that_went_away (| head -1): the work is done all the same, and the program ends as filters
# do, without a word.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

"$fake" a x --reps 2 || exit 1
mkfifo gone
exec 3<>gone
exec 4>gone 3>&-

# ends STATUS COMMAND...: without a reader of its output.
ends()
{
	local want=$1 got=0
	shift
	"$@" >&4 2>said </dev/null || got=$?
	[ "$got" -eq "$want" ] || fail "$*: status $got, not $want: $(cat said)"
}

for command in "tanalyze summary a" "tanalyze percentiles a --format json" "tanalyze --help" "tplot --help"; do
	read -ra words <<<"$command"
	ends 141 "$BIN/${words[0]}" "${words[@]:1}"
	[ ! -s said ] || fail "$command says: $(cat said)"
done
ends 141 "$BIN/tanalyze" merge a
[ -s a/summary.json ] || fail "the merge is not written: $(ls a)"
[ -z "$(find a -name '.*' -type f)" ] || fail "half-written files: $(find a -name '.*')"
if [ -x "$BIN/tsim" ]; then
	ends 141 "$BIN/tsim" profile imix
	[ ! -s said ] || fail "tsim profile says: $(cat said)"
fi
# Whoever is started by a program that ignores the signal ends the same way.
(trap '' PIPE && ends 141 "$BIN/tanalyze" summary a && [ "$failures" -eq 0 ]) || fail "where SIGPIPE was ignored"
# Without a word, but not where the output is a full disk.
expect 1 "write error on standard output: No space left on device" bash -c "'$BIN/tanalyze' summary a >/dev/full"
finish
