#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Commands, options, names and formats of tanalyze.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

expect 0 "merge" "$tanalyze" --help
expect 0 "tanalyze " "$tanalyze" --version
expect 2 "'tanalyze --help'" "$tanalyze"
expect 2 "did you mean 'merge'?" "$tanalyze" merg
expect 2 "missing command before '--dir'" "$tanalyze" --dir x merge
expect 2 "did you mean '--guests'?" "$tanalyze" loss --guest
expect 2 "expected text, csv, json" "$tanalyze" loss --format yaml
expect 2 "expected text, csv, json" "$tanalyze" loss --format jsonl
expect 2 "invalid percentile '0'" "$tanalyze" percentiles --percentiles 50,0
for command in merge loss percentiles; do
	expect 0 "(default out)" "$tanalyze" "$command" --help
	expect 0 "Output:" "$tanalyze" "$command" --help
done
expect 1 "run tsim first" "$tanalyze" loss

for rate in 200000 300000; do
	"$fake" out vhost-on --vhost --reps 2 --loss 0.02 --rate $rate --worst 1 || exit 1
	"$fake" out vhost-off --reps 2 --loss 0.04 --rate $rate || exit 1
done

# Names: path, label, selector, several of them.
expect 0 "vhost-on " "$tanalyze" loss vhost-on
lacks vhost-off
expect 0 "vhost-off " "$tanalyze" loss out/vhost-off
lacks "vhost-on "
expect 0 "vhost-off " "$tanalyze" loss --dir ./out rate-300
grep -q 300k said || fail "no row of 300k: $(cat said)"
lacks 200k
expect 0 "200k" "$tanalyze" loss vhost-on,rate-200 vhost-off
expect 0 "vhost-on " "$tanalyze" loss out/vhost-on/trial_*_rep0.json
[ "$(wc -l <said)" -eq 3 ] || fail "two trials of two rates are: $(cat said)"
expect 1 "a label in out (vhost-off, vhost-on)" "$tanalyze" loss nix
expect 1 "no trial matches" "$tanalyze" loss guests-99

# Every format has the same numbers; bounds are marked in each.
"$tanalyze" percentiles vhost-on --format json >p.json || fail "json: status $?"
"$tanalyze" percentiles vhost-on --format csv >p.csv || fail "csv: status $?"
"$tanalyze" percentiles vhost-on >p.txt || fail "text: status $?"
jq -e '.schema == 1 and (.rows | length) == 2 and (.rows[0].bounds | index("p99_ns") != null) and
	.rows[0].p99_ns == 2000000000 and .rows[0].repetitions == 2' p.json >/dev/null ||
	fail "percentiles as JSON: $(head -c 2000 p.json)"
[ "$(jq -r '.rows[0].p50_ns' p.json)" = "$(head -n 2 p.csv | awk -F, 'NR == 1 {
	for (i = 1; i <= NF; i++) if ($i == "p50_ns") c = i } NR == 2 { print $c }')" ] ||
	fail "p50 differs between JSON and CSV"
grep -q '>=2000000000' p.csv || fail "no bound in CSV: $(cat p.csv)"
grep -q '>= 2 s' p.txt || fail "no bound in text: $(cat p.txt)"
expect 0 "p12.5" "$tanalyze" percentiles --percentiles 12.5,100 vhost-on
expect 0 "all" "$tanalyze" percentiles --guests --response vhost-on
[ "$("$tanalyze" loss --guests --format json vhost-on | jq '[.rows[] | select(.guest != "all").lost] | add')" = \
	"$("$tanalyze" loss --format json vhost-on | jq '[.rows[].lost] | add')" ] ||
	fail "the guests' losses are not the total"

# What cannot be relied on is marked everywhere, and says why.
"$fake" out doubt --untrusted --reps 2 || exit 1
expect 3 "unreliable" "$tanalyze" loss doubt
grep -q "2 times: 0.5 % of the frames left late" said || fail "no reason: $(cat said)"
expect 3 "unreliable" "$tanalyze" percentiles doubt --format csv
expect 3 "false" "$tanalyze" merge doubt --format csv --output m

# Standard output that cannot be written is a failure.
got=0
"$tanalyze" loss vhost-on >/dev/full 2>said || got=$?
{ [ $got -eq 1 ] && grep -q "standard output" said; } || fail "/dev/full: status $got, $(cat said)"
finish
