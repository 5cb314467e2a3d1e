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
# Where the files are stood in the middle of a line of the table, in a log of both streams.
"$tanalyze" merge a b c --output log >both 2>&1 || fail "merge: status $?: $(cat both)"
grep -q 'to log$' <(tail -n 1 both) || fail "the last line: $(tail -n 1 both)"
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

# Fleets: groups, probes, CPU cost and what the link had no room for, in any order and grouping, too.
fleet=(--fleet --guests 5 --loss 0.02)
"$fake" f1 x "${fleet[@]}" --probes --reps 2 && "$fake" f2 x "${fleet[@]}" --probes --first 2 --worst 1 &&
	"$fake" f3 x "${fleet[@]}" --first 3 && "$fake" f3 y --guests 2 --probes || exit 1
merge f1 f2 f3 --output f123
merge f3 f1 --output f31
merge f2 f31 --output f2_31
merge f2 f3 --output f23
merge f23 f1 --output f23_1
merge f123 f23 f1 --output f_often
merge f123 --output f_again
for other in f2_31 f23_1 f_often f_again; do
	diff -r f123 $other >differences || fail "f123 and $other: $(head -n 5 differences)"
done
probes=$(echo f123/x/acc_probes_*_vhost-user+vmux_*.csv)
[ "$(head -n 1 "$probes")" = trial,latency_ns,count ] || fail "$probes: $(head -n 1 "$probes")"
sum=$(awk -F, 'NR > 1 { n += $3 } END { print n }' "$probes")
[ "$sum" = "$(cat f[123]/x/probes_*.csv | awk -F, '{ n += $2 } END { print n }')" ] ||
	fail "$sum probes are not those of the trials"
jq -e --argjson sum "$sum" '.combinations[] | select(.parameters.label == "x") |
	.probes.forwarded == $sum and .probes.latency.count == $sum and .probes.late_back == 3 and
	.cpu.generator.busy_cycles == 3000000 and .cpu.frames == 15003 and .cpu.host.cycles_per_frame == null and
	.totals.not_sent == 63 and (.groups | length) == 2 and
	([.groups[].offered] | add) == .totals.offered and ([.groups[].guests] | add) == 5 and
	.groups[0].latency.p50_ns > 0 and .guests[1].probes.latency.p50_ns == null' \
	f123/summary.json >/dev/null || fail "summary.json of fleets: $(jq -c '.combinations[0] | del(.guests, .sizes, .trials)' f123/summary.json)"
jq -e '.combinations[] | select(.parameters.label == "y") |
	.guests[1].probes.latency | .p50_ns > 0 and .bounds == ["p99_ns"]' f123/summary.json >/dev/null ||
	fail "the probes' percentiles of one repetition: $(jq -c '.combinations[].guests[1].probes' f123/summary.json)"
[ "$(grep -c '^1,group,' f123/summary.csv)/$(grep -c '^1,group,' abc/summary.csv)" = 3/4 ] ||
	fail "rows of groups: $(cut -d, -f1-3 f123/summary.csv)"
/usr/bin/python3 - f123/summary.csv <<'END' || fail "columns of summary.csv"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
whole = [r for r in rows if r["row"] == "combination" and r["label"] == "x"][0]
groups = [r for r in rows if r["row"] == "group" and r["label"] == "x"]
assert all(None not in r and None not in r.values() for r in rows), "cells and columns differ in number"
assert [g["group"] for g in groups] == ["calm", 'busy, "b"'], groups
assert [g["guest_interface"] for g in groups] == ["vhost-user", "vmux"], groups
assert [g["group_guests"] for g in groups] == ["3", "2"], groups
assert whole["not_sent"] == "63" and sum(int(g["not_sent"]) for g in groups) == 63, whole
assert abs(float(whole["generator_cycles_per_frame"]) - 3000000 / 15003) < 1e-6, whole
assert whole["host_cycles_per_frame"] == "" and whole["guests_cpu_ns"] == "9000000000", whole
assert [whole["probes_" + k] for k in ("rx_stamps", "tx_stamps", "stamp_error_ns", "set_aside")] == ["nic", "tsc", "83", "6"], whole
assert int(whole["probes_latency_p50_ns"]) > 4000, whole
END
"$tanalyze" merge f1 --output f_text >text 2>/dev/null || fail "status $?"
{ grep -q probe99 text && grep -q nic/tsc text && grep -q cyc/frame text; } || fail "no probes or cycles: $(cat text)"
! "$tanalyze" merge abc --output f_text 2>/dev/null | grep -qE 'probe99|cyc/frame' || fail "columns of nothing"
expect 0 "not sent" "$tanalyze" loss f1
expect 0 "reps" "$tanalyze" loss c
lacks "not sent"
expect 0 "reps" "$tanalyze" loss interface-vhost-user+vmux --dir f3
lacks "y "
rm "$probes"
expect 1 "${probes##*/}" "$tanalyze" loss f123

# The text fits 120 columns, whatever the label.
"$fake" a a-label-that-is-rather-long-as-labels-go --reps 2 --loss 0.01 --guests 64 --frames 20 || exit 1
"$tanalyze" merge a 2>/dev/null >text || fail "status $?"
[ "$(wc -L <text)" -le 120 ] || fail "too wide: $(cat text)"
grep -q Jain text || fail "no Jain index: $(cat text)"

# A trial that was removed does not come back from an earlier merge beside the others.
rm a/x/trial_*_rep1.json
expect 0 "1 of its trials not in this directory" "$tanalyze" merge a
[ "$(jq '[.combinations[] | select(.parameters.label == "x").repetitions] | add' a/summary.json)" = 1 ] ||
	fail "a removed trial came back"

# Interrupted trials only when asked for.
"$fake" i x --interrupted && "$fake" i x --first 1 || exit 1
expect 0 "interrupted after 1.25 s: skipped" "$tanalyze" merge i --output im
[ "$(jq '.combinations[0].repetitions' im/summary.json)" = 1 ] || fail "interrupted trial was merged"
expect 0 "interrupted" "$tanalyze" merge i --interrupted --output im
[ "$(jq '.combinations[0].repetitions' im/summary.json)" = 2 ] || fail "interrupted trial was not merged"
finish
