#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tanalyze check: each kind of finding, once where it has to be and once where it must not.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

infix=host_pnic_moongen_100kpps_60B_30s

# moongen_log RX_PACKETS TX_PACKETS SAMPLES [SECONDS FALL]: frames of 64 bytes, falling by FALL Mbit/s a second.
moongen_log()
{
	local i
	for ((i = 0; i < ${4:-0}; i++)); do
		printf '[Device: id=0] RX: 0.10 Mpps, %s Mbit/s (67 Mbit/s with framing)\n' $((500 - i * ${5:-0}))
		printf '[Device: id=0] TX: 0.10 Mpps, 500 Mbit/s (67 Mbit/s with framing)\n'
	done
	printf 'Samples: %s, Average: 20.0 ns, StdDev: 10.0 ns, Quartiles: 10.0/20.0/30.0 ns\n' "$3"
	printf '[Device: id=0] RX: 0.10 (StdDev 0.00) Mpps, 50 (StdDev 0) Mbit/s (67 Mbit/s with framing), total %s packets with %s bytes (incl. CRC)\n' "$1" $((64 * $1))
	printf '[Device: id=0] TX: 0.10 (StdDev 0.00) Mpps, 51 (StdDev 0) Mbit/s (67 Mbit/s with framing), total %s packets with %s bytes (incl. CRC)\n' "$2" $((64 * $2))
}

# repetition FOLDER N MEDIAN [TX_PACKETS]: a histogram of 50,000 latencies round MEDIAN, and its log.
repetition()
{
	mkdir -p "$1"
	moongen_log "${4:-3000000}" "${4:-3000000}" 50000 >"$1/output_${infix}_rep$2.log"
	printf '%s,20000\n%s,20000\n%s,10000\n' $(($3 - 10)) "$3" $(($3 + 10 + $2)) >"$1/histogram_${infix}_rep$2.csv"
}

# one KIND SEVERITY FOLDER: there is such a finding; none KIND FOLDER: there is not.
count()
{
	"$tanalyze" check "$2" -f csv 2>/dev/null | awk -F, -v kind="$1" '$3 == kind' | wc -l
}
one()
{
	"$tanalyze" check "$3" -f csv 2>/dev/null | grep -q ",$2,$1,\|^$2,$1,\|[0-9],$2,$1," || fail "$3: no $2 of kind $1: $("$tanalyze" check "$3" 2>&1)"
}
none()
{
	[ "$(count "$1" "$2")" -eq 0 ] || fail "$2: a finding of kind $1: $("$tanalyze" check "$2" 2>&1)"
}

# Good data has no findings, status 0.
for rep in 0 1 2 3 4; do repetition good $rep $((1000 + rep)); done
expect 0 "no findings" "$tanalyze" check good

# Missing and few repetitions.
cp -r good gap && rm gap/*_rep2.*
one repetitions note gap
expect 0 "repetition 2 is missing" "$tanalyze" check gap
cp -r good few && rm few/*_rep[234].*
expect 0 "too few for a verdict" "$tanalyze" check few

# Offered load: a little off is a note, more an error; --tolerance moves the first.
for rep in 0 1 2 3; do repetition off $rep $((1000 + rep)) 3150000; done
one offered note off
expect 0 "5.0 % more than the nominal 100" "$tanalyze" check off
expect 0 "no findings" "$tanalyze" check off --tolerance 6%
for rep in 0 1 2 3; do repetition far $rep $((1000 + rep)) 3600000; done
one offered ERROR far
expect 3 "20.0 % more" "$tanalyze" check far
expect 2 "--tolerance" "$tanalyze" check far --tolerance much

# Too few latencies for p99.9.
mkdir thin
printf '10,300\n20,300\n' >thin/histogram_${infix}_rep0.csv
one samples note thin
expect 0 "too few for p99.9 (a 95 % interval requires 3688)" "$tanalyze" check thin
none samples good

# One repetition apart from the others; it stays.
cp -r good apart && repetition apart 4 5000
one outlier note apart
expect 0 "rep 4" "$tanalyze" check apart
none outlier good

# A copy, and an accumulation that is of fewer repetitions.
cp -r good copy && cp copy/histogram_${infix}_rep0.csv copy/histogram_${infix}_rep3.csv
one duplicate ERROR copy
expect 3 "same latencies as repetition 0: copy" "$tanalyze" check copy
none duplicate good
cp -r good stale && cp stale/histogram_${infix}_rep0.csv stale/acc_histogram_$infix.csv
one accumulated ERROR stale
rm stale/acc_histogram_* && "$tanalyze" merge stale >/dev/null 2>&1
none accumulated stale

# Drift within a run: the rate falls from second to second.
cp -r good drift && moongen_log 3000000 3000000 50000 12 5 >drift/output_${infix}_rep1.log
one drift note drift
cp -r good steady && moongen_log 3000000 3000000 50000 12 0 >steady/output_${infix}_rep1.log
none drift steady

# What MoonGen's files have that is odd; what is not to be relied on; what is broken.
cp -r good stray && moongen_log 3000800 3000000 50000 >stray/output_${infix}_rep1.log
expect 0 "800 more frames received than sent" "$tanalyze" check stray
cp -r good cut && printf 'Samples: 50000, Average: 20.0 ns, StdDev: 1.0 ns, Quartiles: 1.0/2.0/3.0 ns\n' >cut/output_${infix}_rep1.log
one reason ERROR cut
expect 3 "is truncated" "$tanalyze" check cut
cp -r good broken && echo '[' >broken/trial_x_rep0.json
expect 1 "trial_x_rep0.json" "$tanalyze" check broken

# Ours.
"$fake" out fine --reps 4 && "$fake" out doubt --reps 4 --untrusted || exit 1
one reason ERROR out/doubt
none reason out/fine
# What is a note in a trial is no error, whatever else the trial lacks.
cp -r out/doubt out/noted && sed -i 's/"0.5 % of the frames left late"/&, "note: by the way"/' out/noted/trial_*.json
one reason note out/noted
[ "$("$tanalyze" check out/noted -f csv 2>/dev/null | grep -c ',ERROR,reason,')" -eq 4 ] ||
	fail "a note is an error: $("$tanalyze" check out/noted 2>&1)"
# Equal findings are one line with their ranges and number, as are the places that have them.
cp -r out/doubt out/many && sed -i 's/"0.5 % of the frames left late"/"0.75 % of the frames left late"/' out/many/trial_*_rep1.json
expect 3 "ERROR reason: 0.5 to 0.75 % of the frames left late" "$tanalyze" check out/many
[ "$(grep -c "left late" said)" -eq 1 ] || fail "more than one line: $(cat said)"
grep -q "^  4 times: doubt .* rep 0 to 3\$" said || fail "not one line of places: $(cat said)"
grep -q "^note  reason: by the way" <("$tanalyze" check out/noted 2>&1) || fail "a note is named twice"
finish
