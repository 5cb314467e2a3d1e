#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Searches: their trials are left out of all that reads trials, unless they are named. Limits, loads and
# latencies are those of the files; compare finds the side with the higher limit.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"
search=$BUILD/tests/fake_search

"$fake" out both --guests 2 --sizes 1 --frames 50 --rate 123000 && "$search" out both --guests 2 --trials --reps 2 &&
	"$search" out only --guests 2 --trials || exit 1

# rows N WORDS...: tanalyze WORDS has so many rows, as CSV, and says nothing.
rows()
{
	local want=$1 got
	shift
	if ! "$tanalyze" "$@" --format csv 2>said >table.csv || [ -s said ]; then
		fail "tanalyze $*: $(cat said)"
	fi
	got=$(tail -n +2 table.csv | wc -l)
	[ "$got" = "$want" ] || fail "tanalyze $*: $got rows, not $want: $(cat table.csv)"
}
for command in summary loss percentiles guests; do
	rows 1 $command both
	grep -q ',123000,' table.csv || fail "$command: another trial: $(cat table.csv)"
done
rows "$(find out/both/search-1 -name '*_rep0.json' | wc -l)" loss out/both/search-1
"$tanalyze" merge both >said 2>&1 || fail "merge: $(cat said)"
[ "$(grep -c '^1,combination' out/both/summary.csv)" = 1 ] || fail "merge: $(cat out/both/summary.csv)"
! "$tanalyze" loss only >said 2>&1 || fail "trials of a search as those of its label"
grep -q 'out/only/search-0: trials of a search, only read if named' said || fail "$(cat said)"
! "$tanalyze" loss out/only/search_*.json >said 2>&1 || fail "a search as a trial"
grep -q "a search, not a trial; use 'tanalyze search'" said || fail "$(cat said)"

# cell TABLE.csv COLUMN ROW: a value, rows counted from 1.
cell()
{
	/usr/bin/python3 -c 'import csv, sys
print(list(csv.DictReader(open(sys.argv[1])))[int(sys.argv[3]) - 1][sys.argv[2]])' "$@"
}
# is COLUMN ROW VALUE: in table.csv.
is()
{
	local v
	v=$(cell table.csv "$1" "$2")
	[ "$v" = "$3" ] || fail "$1 of row $2 is '$v', not '$3': $(cat table.csv)"
}

# One row per goal; the limit of three repetitions is the median of what their files have.
"$search" found one --goal --latency-at --reps 3 && "$search" found tester --tester 700000 --vhost &&
	"$search" found high --knee 3000000 && "$search" found low --knee 100 &&
	"$search" found ended --interrupted && "$search" suite rfc --suite --frame 64 --guests 1 || exit 1
rows 3 search found/one
limits=$(jq -s -c '[.[].goals[1].lower_pps] | sort' found/one/search_*.json)
is goal 2 PDR
is repetitions 2 3
is limit_min_pps 2 "$(jq '.[0]' <<<"$limits")"
is limit_pps 2 "$(jq '.[1]' <<<"$limits")"
is limit_max_pps 2 "$(jq '.[2]' <<<"$limits")"
[ "$(cell table.csv limit_min_pps 2)" != "$(cell table.csv limit_max_pps 2)" ] || fail "equal repetitions: $limits"
is limit_l2_bps 2 "$(/usr/bin/python3 -c "print('%.15g' % ($(jq '.[1]' <<<"$limits") * 353.8 * 8))")"
is state 1 found
is throughput_pps 3 ""
[[ $(cell table.csv why 1) == "loss 0.16 to 1.74 %, limit 0 %" ]] || fail "why: $(cell table.csv why 1)"

# What is no limit of the SUT is a bound, or missing.
rows 2 search found/tester
is state 1 tester-limited
[[ $(cell table.csv limit_pps 1) == ">="* ]] || fail "tester-limited: $(cat table.csv)"
rows 2 search found/high
is limit_pps 1 ">=2000000"
is upper_pps 1 ""
rows 2 search found/low
is limit_pps 1 ""
is upper_pps 1 20000
expect 1 "all searches were interrupted" "$tanalyze" search found/ended
expect 0 "unfinished" "$tanalyze" search found/ended --interrupted
rows 4 search found/tester found/high found/tester
(cd found && mkdir -p out && cp -r high out/ && cp -r tester out/) || exit 1
(cd found && "$tanalyze" search vhost-on --format csv >../table.csv) || fail "a selector"
is label 1 tester
expect 1 "no search found" "$tanalyze" search both/nowhere
echo '{}' >found/high/search_broken_rep0.json
expect 1 "search_broken_rep0.json: schema is missing" "$tanalyze" search found/high
rm found/high/search_broken_rep0.json
jq '.doubt = "guests were short of CPU"' found/low/search_*.json >doubted && mkdir doubt && mv doubted doubt/search_x_rep0.json
expect 3 "rep 0: guests were short of CPU" "$tanalyze" search doubt

# Loads: as many rows as loads and goals; latencies at shares; the suite.
rows "$(jq -s '[.[] | (.loads | length) * (.goals | length)] | add' found/one/search_*.json)" \
	search found/one --table loads
is class 1 lower
is rate_pps 1 20000
rows 9 search found/one --table latency
is limit_share 3 0.9
is trials 3 3
rows 1 search suite/rfc --table rfc2544
is bursts 1 50
expect 1 "no search has it" "$tanalyze" search found/one --table rfc2544
expect 0 "Back-to-back frames" "$tanalyze" search suite/rfc
expect 0 "of limit" "$tanalyze" search found/one
"$tanalyze" search found/tester --format json | jq -e '.rows[0].bounds == ["limit_pps"]' >said || fail "bounds in JSON"

# Comparison of limits: the higher one is better; what is no limit is said, not compared.
"$search" sides slow --reps 5 && "$search" sides fast --reps 5 --knee 1100000 --vhost &&
	"$search" sides endless --reps 5 --knee 3000000 || exit 1
cd sides && mkdir out && mv slow fast endless out || exit 1
expect 0 "overall limit NDR: better" "$tanalyze" compare slow fast
grep -q "known to within the width of its goal, 2 %" said || fail "width: $(cat said)"
grep -q "differs: vhost: A off, B on" said || fail "$(cat said)"
expect 4 "verdicts match" "$tanalyze" compare fast slow --fail-if worse
expect 0 "is met at the highest load in 5 of 5 repetitions: no limit of the SUT, not compared" "$tanalyze" compare slow endless
grep -q "overall limit NDR: no value" said || fail "$(cat said)"
"$tanalyze" compare slow fast --format csv >table.csv 2>said || fail "$(cat said)"
is metric 1 "limit NDR"
is verdict 1 better
is a 1 "$(jq -s '[.[].goals[0].lower_pps] | sort | .[2]' out/slow/search_*.json)"
"$fake" out slow --rate 1000 --reps 5 && "$fake" out fast --rate 1000 --reps 5 --vhost || exit 1
expect 0 "overall loss" "$tanalyze" compare slow fast
grep -q "A and B have searches, too; --limits compares their limits" said || fail "no word of searches: $(cat said)"
expect 0 "overall limit NDR: better" "$tanalyze" compare slow fast --limits
expect 1 "nowhere: no search found" "$tanalyze" compare endless nowhere
expect 1 "nowhere: no search found" "$tanalyze" compare nowhere endless
expect 1 "is in both A and B" "$tanalyze" compare endless endless
finish
