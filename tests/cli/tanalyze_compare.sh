#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tanalyze compare and limit: verdicts, partners, what is refused, and the paper's load limits.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

# value FILTER: of the JSON in last.json.
value()
{
	jq -r "$1" last.json
}
# is FILTER VALUE
is()
{
	[ "$(value "$1")" = "$2" ] || fail "$1 is $(value "$1"), not $2"
}
# verdict RATE METRIC WORD
verdict()
{
	is "[.rows[] | select(.row == \"pair\" and .rate_pps == $1 and .metric == \"$2\").verdict] | join(\",\")" "$3"
}

for rate in 100000 200000; do
	"$fake" out a --reps 5 --rate $rate --loss 0.05 || exit 1
	"$fake" out b --reps 5 --rate $rate --loss 0.01 --seed 1 --vhost || exit 1
done
"$fake" out b --reps 5 --rate 300000 --seed 1 --vhost || exit 1
"$fake" out a --reps 5 --rate 400000 || exit 1

# They differ clearly: B loses less.
"$tanalyze" compare a b --metrics loss --format json >last.json 2>said || fail "compare ends with $?"
verdict 100000 loss better
verdict 200000 loss better
is '.rows[0] | .repetitions_a, .repetitions_b' "$(printf '5\n5')"
is '.rows[0].p * 252 | round' 2
is '.rows[0].p_holm * 252 | round' 4
is '.rows[0].cliff_delta' -1
is '.rows[0] | .shift_lo < .shift and .shift < .shift_hi and .shift_hi < 0' true
is '.rows[0].shift_coverage > 0.95' true
is '.rows[0].a_coverage' 0.9375
is '.rows[] | select(.row == "overall") | .better, .worse, .no_difference' "$(printf '2\n0\n0')"
is '.rows[] | select(.row == "overall") | .verdict, .cliff_delta, (.p * 252 * 252 | round), .p_exact' \
	"$(printf 'better\n-1\n2\ntrue')"
# The other way round it is worse, and the shift has the other sign.
"$tanalyze" compare b a --metrics loss --format json >back.json 2>/dev/null
[ "$(jq '.rows[0].shift' back.json)" = "$(jq '-.rows[0].shift' last.json)" ] || fail "the shift is not that of b, a"
[ "$(jq -r '.rows[0].verdict' back.json)" = worse ] || fail "a is not worse than b"
# More is better of what came back.
"$tanalyze" compare a b --metrics forwarded,p50,p99.9 --format json >last.json 2>/dev/null
verdict 100000 forwarded better
is '[.rows[] | select(.metric == "forwarded" and .ks_d != null)] | length' 0
is '[.rows[] | select(.row == "pair" and .metric == "p50" and .ks_d > 0 and .ks_at_ns > 0 and .ks_exact == false)] | length' 2
# Lost frames: the percentile is a bound on both sides, and no number is made up.
is '.rows[] | select(.row == "pair" and .rate_pps == 100000 and .metric == "p99.9") | .a, .shift, .ratio, .verdict' \
	"$(printf '2000000000\nnull\nnull\ninconclusive')"
is '[.rows[] | select(.row == "pair" and .metric == "p99.9").bounds | index("a") != null] | all' true
"$tanalyze" compare a b --metrics mean --response --format json >mean.json 2>/dev/null
jq -e '[.rows[] | select(.row == "pair") | .a > 5000 and .ks_d != null] == [true, true]' mean.json >/dev/null ||
	fail "means: $(cat mean.json)"
# Medians are those of the repetitions, one by one.
median=$(for i in 0 1 2 3 4; do
	"$tanalyze" percentiles out/a/trial_*_100kpps_*_rep$i.json --percentiles 50 --format json | jq '.rows[0].p50_ns'
done | sort -n | sed -n 3p)
is '.rows[] | select(.row == "pair" and .rate_pps == 100000 and .metric == "p50").a' "$median"

expect 0 "better" "$tanalyze" compare a b
grep -q '^overall loss: better, p Holm .*, delta -1, B/A 0\..*; by load: better at 2$' said || fail "no overall line: $(cat said)"
grep -q '^differs: vhost: A off, B on$' said || fail "vhost does not differ: $(cat said)"
grep -q '^differs: seed: A 0, B 1$' said || fail "the seed does not differ: $(cat said)"
grep -q '^without partner: A a .*400kpps' said || fail "400k has a partner: $(cat said)"
grep -q '^without partner: B b .*300kpps' said || fail "300k has a partner: $(cat said)"
"$tanalyze" compare a b --format csv >last.csv 2>said || fail "csv ends with $?"
[ "$(wc -l <last.csv)" -eq 10 ] || fail "2 loads, 3 metrics and 3 overall are: $(cat last.csv)"
awk -F, '{ if (NR > 1 && NF != n) exit 1; n = NF }' last.csv || fail "rows of unequal length"
grep -q 'without partner: B b' said || fail "csv does not say who has no partner"
# Selectors, of one label too.
expect 0 "rate: A 100kpps, B 200kpps" "$tanalyze" compare label-a,rate-100 label-a,rate-200

# They do not differ: no loss at all, and latencies within the threshold.
"$fake" out same1 --reps 5 || exit 1
"$fake" out same2 --reps 5 --seed 7 || exit 1
"$tanalyze" compare same1 same2 --metrics loss,p50 --threshold 20% --format json >last.json 2>said || fail "same: $?"
verdict 100000 loss "no difference"
verdict 100000 p50 "no difference"
is '.rows[0].p' 1
"$tanalyze" compare same1 same2 --metrics p50 --threshold 0 --format json >last.json 2>said
verdict 100000 p50 inconclusive

# Many loads: each of them too few for so many comparisons, all together enough.
for rate in 1 2 3 4 5 6 7 8; do
	"$fake" out many1 --reps 5 --rate ${rate}0000 --loss 0.05 || exit 1
	"$fake" out many2 --reps 5 --rate ${rate}0000 --loss 0.01 --seed 1 || exit 1
done
expect 0 "overall loss: better" "$tanalyze" compare many1 many2 --metrics loss
grep -q 'by load: too few at 8$' said || fail "8 loads: $(cat said)"
grep -q '^note: too few: 8 of 8 comparisons cannot reach p <= 0.05 .* measure 6 repetitions per side' said || fail "no reason: $(cat said)"
# Better at one load and worse at the other is neither.
"$fake" out cross1 --reps 5 --rate 100000 --loss 0.05 || exit 1
"$fake" out cross1 --reps 5 --rate 200000 --loss 0.01 || exit 1
"$fake" out cross2 --reps 5 --rate 100000 --loss 0.01 --seed 1 || exit 1
"$fake" out cross2 --reps 5 --rate 200000 --loss 0.05 --seed 1 || exit 1
expect 0 "overall loss: inconclusive" "$tanalyze" compare cross1 cross2 --metrics loss
grep -q 'by load: better at 1, worse at 1$' said || fail "crossed: $(cat said)"

# Pairs: the same verdict where seeds are equal, with the pairs that the table needs.
for n in 6 7; do
	"$fake" out left$n --reps $n --loss 0.05 || exit 1
	"$fake" out right$n --reps $n --loss 0.2 || exit 1
done
expect 0 "worse" "$tanalyze" compare left6 right6 --metrics loss --paired
grep -q '^note: paired: 1 comparison at p <= 0.05 needs at least 6 pairs' said || fail "pairs needed: $(cat said)"
"$tanalyze" compare left6 right7 --metrics loss --paired --format json >last.json 2>said || fail "paired: $?"
is '.rows[0] | .p * 64, .repetitions_a, .repetitions_b, .cliff_delta, .p_exact' "$(printf '2\n6\n6\n1\ntrue')"
grep -q 'note: paired: 1 comparison has repetitions that only one side has' said || fail "the seventh: $(cat said)"
expect 0 "too few" "$tanalyze" compare left6 right6 --metrics loss,p50 --paired
grep -q 'measure 7 pairs' said || fail "two comparisons need 7 pairs: $(cat said)"
expect 0 "different seeds" "$tanalyze" compare a b --metrics loss --paired
# The gate, for scripts: over what is unreliable too, not over broken files.
expect 4 "--fail-if: 2 of 2 verdicts match" "$tanalyze" compare left6 right6 --metrics loss --fail-if worse
expect 0 "better" "$tanalyze" compare right6 left6 --metrics loss --fail-if worse,inconclusive
expect 4 "better" "$tanalyze" compare right6 left6 --metrics loss --fail-if better
expect 0 "too few" "$tanalyze" compare left6 right6 --metrics loss,p50 --paired --fail-if worse
expect 4 "too few" "$tanalyze" compare left6 right6 --metrics loss,p50 --paired --fail-if worse,inconclusive
expect 2 "--fail-if: invalid verdict 'equal'" "$tanalyze" compare left6 right6 --fail-if equal
expect 2 "--fail-if: invalid verdict ''" "$tanalyze" compare left6 right6 --fail-if worse,
"$fake" out unsure --reps 6 --loss 0.3 --untrusted || exit 1
expect 4 "worse (unreliable)" "$tanalyze" compare left6 unsure --metrics loss --fail-if worse
expect 3 "worse (unreliable)" "$tanalyze" compare left6 unsure --metrics loss --fail-if better

# Too few: 3 against 3 never, 4 against 4 with one comparison, not with two.
for n in 3 4; do
	"$fake" out low$n --reps $n --loss 0.05 || exit 1
	"$fake" out high$n --reps $n --loss 0.2 --seed 1 || exit 1
done
expect 0 "too few" "$tanalyze" compare low3 high3
grep -q '^note: too few: 3 comparisons have fewer than 4 repetitions per side.* measure 4 or more' said || fail "no reason: $(cat said)"
lacks worse
expect 0 "worse" "$tanalyze" compare low4 high4 --metrics loss
lacks "note:"
expect 0 "too few" "$tanalyze" compare low4 high4 --metrics loss,p50
grep -q '^overall loss: too few' said || fail "overall is not too few: $(cat said)"
grep -q 'measure 5 repetitions per side' said || fail "5 would be enough for 2: $(cat said)"
expect 0 "too few" "$tanalyze" compare low4 high4 --metrics loss --alpha 1%
grep -q 'fewer than 5' said || fail "at 1 % it takes 5: $(cat said)"

# Other frames are another question.
"$fake" out mixed --reps 5 || exit 1
sed -i 's/0123abcd/4567cdef/' out/mixed/trial_*.json
expect 2 "--different-mix" "$tanalyze" compare same1 mixed
expect 0 "differs: mix: A 0123abcd, B 4567cdef" "$tanalyze" compare same1 mixed --different-mix
# autotest has one guest and one size, and so may ours.
infix=microvm_macvtap_normal_vhoston_ioregionfdoff_xdp_100kpps_60B_2s
mkdir lab
for i in 0 1 2 3 4; do
	printf '[Device: id=0] %s: 0.10 (StdDev 0.00) Mpps, 51 (StdDev 0) Mbit/s (67 Mbit/s with framing), total %s packets with 0 bytes (incl. CRC)\n' \
		RX $((190000 + i)) TX 200000 >lab/output_${infix}_rep$i.log
	echo 'Samples: 4, Average: 12000.0 ns, StdDev: 1.0 ns, Quartiles: 1.0/2.0/3.0 ns' >>lab/output_${infix}_rep$i.log
	printf '1%s000,3\n2%s000,1\n' $i $i >lab/histogram_${infix}_rep$i.csv
done
"$fake" out ours --guests 1 --sizes 1 --reps 5 --vhost || exit 1
expect 0 "better" "$tanalyze" compare lab ours --metrics loss,p50
grep -q '^differs: machine: A microvm, B process$' said || fail "machines do not differ: $(cat said)"
"$fake" out two --guests 2 --sizes 1 --reps 5 --vhost || exit 1
expect 2 "--different-mix" "$tanalyze" compare lab two
expect 0 "guests: A 1, B 2" "$tanalyze" compare lab two --different-mix
# Nor is anything said of what nobody has measured on both sides, or twice on one.
"$fake" out far --reps 2 --rate 900000 || exit 1
"$fake" out far --reps 2 --rate 800000 || exit 1
expect 1 "no combination of A has a partner" "$tanalyze" compare far same1
expect 1 "is in both A and B" "$tanalyze" compare same1 out/same1
"$fake" both one --reps 2 || exit 1
"$fake" both two --reps 2 || exit 1
expect 1 "A has label 'one' and 'two' for the same partner" "$tanalyze" compare both out/low4
expect 1 "B has label 'one' and 'two' for the same partner" "$tanalyze" compare out/low4 both

# The environment.
"$fake" out new --reps 5 --seed 3 || exit 1
sed -i 's/"tsc_hz"/"kernel" : "6.1", "versions" : { "dpdk" : "22.11" }, "tsc_hz"/' out/same1/trial_*.json
sed -i 's/"tsc_hz"/"kernel" : "6.8", "versions" : { "dpdk" : "22.11" }, "tsc_hz"/' out/new/trial_*.json
expect 0 "differs: kernel: A 6.1, B 6.8" "$tanalyze" compare same1 new
lacks dpdk
lacks started

# What is not to be relied on is not, on either side.
"$fake" out doubt --reps 5 --untrusted --seed 4 || exit 1
expect 3 "unreliable: doubt" "$tanalyze" compare same1 doubt
# The verdict itself says so, of each load and of all; programs find the word and a member for it.
grep -qE 'p50 .* (better|worse|no difference|inconclusive) \(unreliable\)' said || fail "a verdict without doubt: $(cat said)"
grep -qE '^overall p50: (better|worse|no difference|inconclusive) \(unreliable\)' said ||
	fail "an overall verdict without doubt: $(cat said)"
"$tanalyze" compare same1 doubt --format json >last.json
is '[.rows[].trustworthy] | unique | join(",")' false
is '[.rows[].verdict | test("unreliable")] | any' false
"$tanalyze" compare a b --format json >last.json
is '[.rows[].trustworthy] | unique | join(",")' true
expect 3 "unreliable: doubt" "$tanalyze" compare doubt same1
cut=$(ls out/new/guests_*_rep0.csv)
truncate -s 20 "$cut"
expect 1 "warning:" "$tanalyze" compare same1 new
expect 1 "warning:" "$tanalyze" compare same1 new --fail-if better,worse,inconclusive

# Command lines.
expect 2 "expected A B" "$tanalyze" compare a
expect 2 "unexpected argument 'a'; expected A B" "$tanalyze" compare a b a
for bad in 0 1 -0.1 5 x 5%% nan ""; do
	expect 2 "--alpha: e" "$tanalyze" compare a b --alpha="$bad"
done
expect 2 "--threshold: expected a share" "$tanalyze" compare a b --threshold 100%
expect 2 "--metrics: invalid metric 'p101'" "$tanalyze" compare a b --metrics loss,p101
expect 2 "--metrics: invalid metric ''" "$tanalyze" compare a b --metrics loss,
expect 2 "'p50' given twice" "$tanalyze" compare a b --metrics p50,p50
expect 1 "nix" "$tanalyze" compare a nix
expect 2 "--knee: expected a number above 1" "$tanalyze" limit --knee 1
expect 2 "--loss: expected a share" "$tanalyze" limit --loss 1
expect 0 "relative to A's median" "$tanalyze" compare --help

# Load limits.
for rate in 1 2 3 4; do
	"$fake" curve up --rate ${rate}00000 --loss 0.0$rate || exit 1
done
expect 0 "found" "$tanalyze" limit --dir curve --loss 2.5% up
"$tanalyze" limit --dir curve --loss 2.5% --format json up >last.json
is '.rows | length' 3
is '.rows[0] | .rule, .state, .loads' "$(printf 'measured\nfound\n4')"
is '.rows[0].loss_ratio <= 0.025' true
is '.rows[0] | .forwarded_pps < .offered_pps' true
"$tanalyze" limit --dir curve --loss 0.5% --format json up >last.json
is '.rows[0] | .state, .offered_pps' "$(printf 'no load passes\nnull')"
"$tanalyze" limit --dir curve --loss 50% --format json up >last.json
is '.rows[0].state' "all loads pass"

# The paper's figure 4: received at the limit near 0.35 and 0.73 Mpps, repaired near 0.2.
# against FOLDER: of such results, ours or the paper's.
against()
{
	local real=$1

	"$tanalyze" limit "$real/gr/virtio2" --loss 5% --format json >last.json 2>said
	[ $? -eq 3 ] || fail "a run in which no probe came back is trusted"
	# received VHOST RULE LEAST MOST
	received()
	{
		is "[.rows[] | select(.qemu == \"normal\" and .vhost == \"$1\" and .rule == \"$2\").forwarded_pps |
			. >= $3 and . <= $4] | join(\",\")" true
	}
	received off measured 345e3 355e3
	received on measured 725e3 735e3
	received off repaired 195e3 205e3
	received on repaired 725e3 735e3
	is '[.rows[] | select(.rule == "measured" and .qemu == "normal").forwarded_pps] | .[1] / .[0] > 1.9 and .[1] / .[0] < 2.2' true
}

autotest_results
for results in "${all_results[@]}"; do
	against "$results"
done
finish
