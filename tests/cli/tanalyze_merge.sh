#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Merging in any order and any grouping gives identical bytes; every trial counts once.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

"$fake" a x --reps 2 --loss 0.01 && "$fake" b x --first 2 --reps 2 --loss 0.03 --worst 1 &&
	"$fake" c x --first 4 && "$fake" c y --reps 2 --rate 5000 && "$fake" a y --rate 7000 || exit 1
"$fake" b x --first 2 --seed 5 || exit 1 # equal infix, other parameters

merge()
{
	"$tanalyze" merge "$@" >/dev/null 2>said || fail "merge $*: status $?: $(cat said)"
}

merge a b c --output abc
merge c b a --output cba
merge a b --output ab
merge ab c --output ab_c
merge b c --output bc
merge bc a --output bc_a
merge ab bc --output overlap
merge abc a ab c --output often
merge abc --output again
merge abc/summary.json --output by_summary
for other in cba ab_c bc_a overlap often again by_summary; do
	diff -r abc $other >differences || fail "abc and $other: $(head -n 5 differences)"
done

# In place: what the last merge wrote is no input of the next one.
merge a
cp -r a a_before
merge a
diff -r a_before a || fail "merging a folder twice changes it"
merge a/x
{ [ -f a/x/summary.csv ] && [ ! -e a/x/x ]; } || fail "a label's folder: $(find a/x)"

# autotest's grammar: two whole numbers, ascending, and all of the frames.
for file in abc/*/acc_histogram_*.csv; do
	awk -F, 'NF != 2 || $1 !~ /^[0-9]+$/ || $2 !~ /^[0-9]+$/ || (NR > 1 && $1 <= last) { exit 1 }
		{ last = $1 }' "$file" || fail "$file is not in autotest's grammar"
done
sum=$(cat abc/*/acc_histogram_*.csv | awk -F, '{ n += $2 } END { print n }')
[ "$sum" = "$(jq '[.combinations[].totals.forwarded] | add' abc/summary.json)" ] ||
	fail "$sum frames in the histograms"
[ "$sum" = "$(find a b c -name 'histogram_*' -exec cat {} + | awk -F, '{ n += $2 } END { print n }')" ] ||
	fail "$sum frames are not those of the trials"
jq -e '.schema == 1 and ([.combinations[].repetitions] | add) == 8 and
	(.combinations | length) == 4 and
	([.combinations[] | (.totals.lost == ([.guests[].lost] | add)) and
		(.totals.lost == ([.sizes[].lost] | add)) and (.guests | length) == 3] | all)' \
	abc/summary.json >/dev/null || fail "summary.json: $(head -c 600 abc/summary.json)"
[ "$(grep -c '^1,combination,' abc/summary.csv)/$(grep -c '^1,guest,' abc/summary.csv)" = 4/12 ] ||
	fail "rows of summary.csv: $(cut -d, -f1-3 abc/summary.csv)"
! grep -rqF "$tmp" abc || fail "the result knows where its inputs were"
[ "$("$tanalyze" merge abc --output abc2 --format csv 2>/dev/null)" = "$(cat abc/summary.csv)" ] ||
	fail "--format csv is not summary.csv"
[ "$("$tanalyze" merge abc --output abc2 --format json 2>/dev/null)" = "$(cat abc/summary.json)" ] ||
	fail "--format json is not summary.json"

# The text fits 120 columns, whatever the label.
"$fake" a a-label-that-is-rather-long-as-labels-go --reps 2 --loss 0.01 --guests 64 --frames 20 || exit 1
"$tanalyze" merge a 2>/dev/null >text || fail "status $?"
[ "$(wc -L <text)" -le 120 ] || fail "too wide: $(cat text)"
grep -q Jain text || fail "no Jain index: $(cat text)"

# A trial that was removed does not come back from an earlier merge beside the others.
rm a/x/trial_*_rep1.json
expect 0 "1 of its trials are not in the folder" "$tanalyze" merge a
[ "$(jq '[.combinations[] | select(.parameters.label == "x").repetitions] | add' a/summary.json)" = 1 ] ||
	fail "a removed trial came back"

# Interrupted trials only when asked for.
"$fake" i x --interrupted && "$fake" i x --first 1 || exit 1
expect 0 "was interrupted after 1.25 s: left out" "$tanalyze" merge i --output im
[ "$(jq '.combinations[0].repetitions' im/summary.json)" = 1 ] || fail "interrupted trial was merged"
expect 0 "stopped" "$tanalyze" merge i --interrupted --output im
[ "$(jq '.combinations[0].repetitions' im/summary.json)" = 2 ] || fail "interrupted trial was not merged"
finish
