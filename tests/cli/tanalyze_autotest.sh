#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A folder of autotest's results is read as it is. With the real measurements, whose rows an
# independent reader made, every number is held to its row.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

# A log as MoonGen writes it: RX TX RX_PACKETS TX_PACKETS SAMPLES.
moongen_log()
{
	local e=$'\033'
	printf '%s[1;37m[INFO]  Found 1 usable devices:%s[0m\n' "$e" "$e"
	for _ in 1 2 3; do
		printf '%s[1;36m[Device: id=0] RX%s[0m: 0.10 Mpps, %s Mbit/s (67 Mbit/s with framing)\n' "$e" "$e" "$1"
		printf '%s[0;34m[Device: id=0] TX%s[0m: 0.10 Mpps, %s Mbit/s (67 Mbit/s with framing)\n' "$e" "$e" "$2"
	done
	printf 'Samples: %s, Average: 20.0 ns, StdDev: 10.0 ns, Quartiles: 10.0/20.0/30.0 ns\n' "$5"
	printf '%s[1;36m[Device: id=0] RX%s[0m: 0.10 (StdDev 0.00) Mpps, %s (StdDev 2) Mbit/s (67 Mbit/s with framing), total %s packets with %s bytes (incl. CRC)\n' \
		"$e" "$e" "$1" "$3" $((64 * $3))
	printf '%s[0;34m[Device: id=0] TX%s[0m: 0.10 (StdDev 0.00) Mpps, %s (StdDev 0) Mbit/s (67 Mbit/s with framing), total %s packets with %s bytes (incl. CRC)\n' \
		"$e" "$e" "$2" "$4" $((64 * $4))
}

infix=host_pnic_moongen_100kpps_60B_30s
mkdir -p lab/a
moongen_log 50 51 2900000 3000000 3 >lab/a/output_${infix}_rep0.log
printf '30,1\n10,1\n20,1\n' >lab/a/histogram_${infix}_rep0.csv
moongen_log 51 51 3000000 3000000 2 >lab/a/output_${infix}_rep1.log
printf '# a comment\n20,1\n40,1\n' >lab/a/histogram_${infix}_rep1.csv

# field COLUMN: of the only row of the CSV in file last.
field()
{
	awk -F, -v want="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i } NR == 2 { print $c }' last.csv
}
# is COLUMN VALUE
is()
{
	[ "$(field "$1")" = "$2" ] || fail "$1 is $(field "$1"), not $2"
}

"$tanalyze" loss lab/a --format csv >last.csv || fail "loss ends with $?"
is label a
is repetitions 2
is offered 6000000
is lost 100000
is foreign 0
is loss_ratio 0.0166666666667
is size 64
"$tanalyze" loss --loss autotest lab/a --format csv >last.csv || fail "loss --loss autotest ends with $?"
is autotest_loss_ratio 0.00980392156863
is autotest_spread_ratio 0.0392156862745
"$tanalyze" percentiles lab/a --percentiles 25,50,100 --format csv >last.csv || fail "percentiles ends with $?"
is count 5
is min_ns 10
is p25_ns 20
is p50_ns 20
is p100_ns 40
"$tanalyze" percentiles lab/a --percentiles 25,30 --quantile linear --format csv >last.csv || fail "linear ends with $?"
is p30_ns 20
"$tanalyze" percentiles "lab/a/output_${infix}_rep0.log" --percentiles 30 --quantile linear --format csv >last.csv
is p30_ns 16
is repetitions 1
expect 2 "expected nearest, linear" "$tanalyze" percentiles --quantile best lab/a
expect 2 "expected exact, autotest" "$tanalyze" loss --loss best lab/a

# Intervals: too few samples and repetitions are said to be.
"$tanalyze" percentiles lab/a --percentiles 75 --interval --format csv >last.csv || fail "--interval ends with $?"
is pooled_interval insufficient
is median_interval insufficient
is median_ns 35
is median_lo_ns 30
is median_hi_ns 40
is median_coverage 0.5
expect 2 "above 50 and below 100" "$tanalyze" percentiles lab/a --interval --confidence 100

# merge accumulates under autotest's own name, and leaves alone what says the same in another order.
"$tanalyze" merge lab/a >/dev/null 2>&1 || fail "merge ends with $?"
[ "$(tr '\n' ' ' <lab/a/acc_histogram_$infix.csv)" = "10,1 20,2 30,1 40,1 " ] || fail "acc_histogram is not the sum"
printf '30,1\n10,1\n20,2\n40,1\n' >lab/a/acc_histogram_$infix.csv
"$tanalyze" merge lab/a >/dev/null 2>&1 || fail "merge again ends with $?"
[ "$(head -n 1 lab/a/acc_histogram_$infix.csv)" = "30,1" ] || fail "autotest's own accumulation was written over"
printf '30,9\n' >lab/a/acc_histogram_$infix.csv
expect 1 "not overwritten" "$tanalyze" merge lab/a
grep -q 30,9 lab/a/acc_histogram_$infix.csv || fail "an accumulation of more was written over"

# Nothing but the accumulation; a cut-off log; one with other samples than its histogram.
mkdir -p lab/b lab/c
cp lab/a/acc_histogram_$infix.csv lab/b
"$tanalyze" percentiles lab/b --percentiles 50 --format csv >last.csv || fail "an accumulated histogram alone ends with $?"
is p50_ns 30
head -c 300 lab/a/output_${infix}_rep0.log >lab/c/output_${infix}_rep0.log
expect 3 "is truncated" "$tanalyze" loss lab/c
cp lab/a/output_${infix}_rep0.log lab/c
cp lab/a/histogram_${infix}_rep1.csv lab/c/histogram_${infix}_rep0.csv
expect 3 "2 samples, the log has 3: different runs" "$tanalyze" loss lab/c
printf '1,2,3\n' >lab/c/histogram_${infix}_rep0.csv
expect 3 "histogram_${infix}_rep0.csv:1: 3 fields" "$tanalyze" loss lab/c
printf 'no log\n' >lab/c/output_${infix}_rep0.log
rm lab/c/histogram_${infix}_rep0.csv
expect 1 "not a MoonGen log" "$tanalyze" loss lab/c

# against FOLDER: of such results, ours or the paper's.
against()
{
	local real=$1

	checked=0
	while IFS=, read -r set config rate size rep samples _ _ q1 median q3 p95 p99 tx rx loss; do
		[ "$set" = fig4_vhost ] && name=microvm_macvtap_normal_${config}_ioregionfdoff_xdp || name=$config
		case $rep in
		acc)
			file=$real/gr/virtio2/acc_histogram_${name}_${rate}kpps_${size}B_30s.csv ;;
		*)
			file=$real/gr/virtio2/output_${name}_${rate}kpps_${size}B_30s_rep$rep.log
			[ -f "$file" ] || file=$real/gr/virtio2/histogram_${name}_${rate}kpps_${size}B_30s_rep$rep.csv ;;
		esac
		[ -f "$file" ] || continue
		checked=$((checked + 1))
		if [ -n "$tx" ] && [[ $file == *.log ]]; then
			"$tanalyze" loss "$file" --format csv >last.csv 2>/dev/null
			is offered "$tx"
			[ $(($(field forwarded) + $(field foreign))) = "$rx" ] || fail "$file: received are not $rx"
			is_loss=$(awk -v l="$(field lost)" -v f="$(field foreign)" -v t="$tx" 'BEGIN { printf "%.5f", 100 * (l - f) / t }')
			awk -v a="$is_loss" -v b="$loss" 'BEGIN { exit !(a - b < 1.1e-5 && b - a < 1.1e-5) }' || fail "$file: loss $is_loss, not $loss"
		fi
		"$tanalyze" percentiles "$file" --percentiles 25,50,75,95,99 --format csv >last.csv 2>/dev/null
		is count "$samples"
		[ "$samples" != 0 ] || continue
		[ -z "$p95" ] || is p95_ns "$p95"
		[ -z "$p99" ] || is p99_ns "$p99"
		# MoonGen takes the value of rank n/4, counting from 0: of a histogram, that is one further
		# than the nearest rank where n/4 is whole.
		if [ -z "$p95" ]; then
			is p25_ns "${q1%.0}"
			is p50_ns "${median%.0}"
			is p75_ns "${q3%.0}"
		fi
	done < <(tail -n +2 "$real/expected.csv")
	[ "$checked" -ge 45 ] || fail "only $checked of the rows have files"

	# autotest's own metric, of a log whose value is known.
	"$tanalyze" loss --loss autotest -f csv \
		"$real/gr/virtio2/output_microvm_macvtap_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_30s_rep0.log" >last.csv
	is autotest_loss_ratio 0
	awk -v spread="$(field autotest_spread_ratio)" 'BEGIN { exit !(sprintf("%.4f", 100 * spread) == "3.6364") }' ||
		fail "autotest's spread is $(field autotest_spread_ratio)"
	# merge equals autotest's accumulation, which is there in another order.
	rm -rf real
	mkdir real
	cp "$real"/gr/virtio2/histogram_*vhostoff*800kpps* real
	"$tanalyze" merge real >/dev/null 2>&1
	cmp <(sort -n "$real"/gr/virtio2/acc_histogram_*vhostoff*800kpps*) <(sort -n real/acc_histogram_*) ||
		fail "the accumulation differs from autotest's"
}

autotest_results
for results in "${all_results[@]}"; do
	against "$results"
done
finish
