#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Searches: their trials are left out of all that reads trials, unless they are named.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"
search=$BUILD/tests/fake_search

"$fake" out both --guests 2 --sizes 1 --frames 50 --rate 123000 && "$search" out both --guests 2 --trials --reps 2 &&
	"$search" out only --guests 2 --trials || exit 1

# rows WORDS...: how many rows tanalyze WORDS has, as CSV.
rows()
{
	"$tanalyze" "$@" --format csv 2>said >table.csv || fail "tanalyze $*: $(cat said)"
	[ ! -s said ] || fail "tanalyze $*: $(cat said)"
	tail -n +2 table.csv | wc -l
}
for command in summary loss percentiles guests; do
	[ "$(rows $command both)" = 1 ] || fail "$command: not the one trial alone: $(cat table.csv)"
	grep -q ',123000,' table.csv || fail "$command: another trial: $(cat table.csv)"
done
[ "$(rows loss out/both/search-1)" -ge 8 ] || fail "trials of a search that is named: $(cat table.csv)"
"$tanalyze" merge both >said 2>&1 || fail "merge: $(cat said)"
[ "$(grep -c '^1,combination' out/both/summary.csv)" = 1 ] || fail "merge: $(cat out/both/summary.csv)"
! "$tanalyze" loss only >said 2>&1 || fail "trials of a search as those of its label"
grep -q 'out/only/search-0: trials of a search, only read if named' said || fail "$(cat said)"
! "$tanalyze" loss out/only/search_*.json >said 2>&1 || fail "a search as a trial"
grep -q "a search, not a trial; use 'tanalyze search'" said || fail "$(cat said)"
finish
