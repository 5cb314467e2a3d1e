#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Delay variation: PDV is the latency less its minimum, IPDV adds up over repetitions and merges.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

"$fake" out both --ipdv --reps 3 && "$fake" out none --reps 2 --loss 0.02 &&
	"$fake" out some --ipdv --reps 1 && "$fake" out some --first 1 --reps 1 || exit 1

expect 0 "RFC 8219" "$tanalyze" delay both
grep -q "IPDV p99" said || fail "no IPDV: $(cat said)"
lacks "measure with"
expect 0 "2 combinations have no IPDV; measure with tsim run --ipdv" "$tanalyze" delay both none
expect 0 "IPDV from 1 of 2 repetitions" "$tanalyze" delay some
expect 2 "did you mean '--dir'?" "$tanalyze" delay --dirr x

# row NAME: its row as JSON, the same every time.
row()
{
	"$tanalyze" delay --format json "$@" 2>/dev/null | jq -c '.rows[0]'
}
row none | jq -e '.ipdv_pairs == null and .ipdv_p1_ns == null and .ipdv_repetitions == 0 and
	.pdv_p50_ns != null and .pdv_p999_ns > 1900000000 and (.bounds | index("pdv_p999_ns") != null)' >/dev/null ||
	fail "without IPDV: $(row none)"

# PDV against the command that has the latencies.
latencies=$("$tanalyze" percentiles --format json --percentiles 50,95,99,99.9 both | jq -c '.rows[0]')
for p in p50 p95 p99 p999; do
	[ "$(row both | jq ".pdv_${p}_ns")" = "$(jq ".${p}_ns - .min_ns" <<<"$latencies")" ] ||
		fail "PDV $p: $(row both), latencies $latencies"
done
# RFC 8219: of the three repetitions the middle one.
for rep in 0 1 2; do
	row out/both/trial_*_rep$rep.json | jq .pdv_p999_ns
done | sort -n | sed -n 2p >median
[ "$(row both | jq .rfc8219_pdv_ns)" = "$(cat median)" ] || fail "RFC 8219: $(row both), not $(cat median)"

# IPDV of all repetitions against their own files.
want=$(jq -s -c '{ pairs: (map(.ipdv.pairs) | add), min: (map(.ipdv.min_ns) | min), max: (map(.ipdv.max_ns) | max) }' \
	out/both/trial_*.json)
[ "$(row both | jq -c '{ pairs: .ipdv_pairs, min: .ipdv_min_ns, max: .ipdv_max_ns }')" = "$want" ] ||
	fail "IPDV: $(row both), not $want"
# Nearest rank in the bins of the three files, sorted by number.
ranked()
{
	tail -q -n +2 out/both/ipdv_*.csv | sort -t, -k1,1n | awk -F, -v q="$1" -v n="$(jq .pairs <<<"$want")" \
		'{ sum += $2; if (sum >= q * n) { print $1; exit } }'
}
for p in 0.01:p1 0.5:p50 0.99:p99; do
	[ "$(row both | jq ".ipdv_${p#*:}_ns")" = "$(ranked "${p%:*}")" ] ||
		fail "IPDV ${p#*:}: $(row both), not $(ranked "${p%:*}")"
done
[ "$(row both | jq .ipdv_p1_ns)" -lt -1000 ] || fail "p1 is not far below 0: $(row both)"
grep -qx ipdv_ns,count out/both/ipdv_*_rep0.csv || fail "no header"
tail -n +2 out/both/ipdv_*_rep0.csv | sort -t, -k1,1n -c || fail "bins do not ascend"

# A merged set has it all, and so has one that was merged again.
expect 0 "both" "$tanalyze" merge both --output m
expect 0 "both" "$tanalyze" merge m --output again
diff -r m again || fail "merging again changes something"
for set in m again; do
	[ "$(row $set)" = "$(row both)" ] || fail "$set: $(row $set), not $(row both)"
done

# What is not in order is named, and spoils nothing else.
sed -i '2s/,1$/,3/' out/both/ipdv_*_rep1.csv
expect 1 "sum of counts differs from the trial's pairs" "$tanalyze" delay both
sed -i '$d' out/both/ipdv_*_rep1.csv
expect 1 "rep1.csv: has " "$tanalyze" delay both
rm out/both/ipdv_*_rep1.csv
expect 1 "rep1.csv: listed in" "$tanalyze" delay both
grep -q "^both" said || fail "the others are not shown: $(cat said)"
rm m/both/acc_ipdv_*.csv
expect 1 "acc_ipdv" "$tanalyze" delay m
finish
