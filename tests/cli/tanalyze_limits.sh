#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The ends of what there can be: numbers, files, folders, names. A correct number or a clear error,
# and never a crash.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"
infix=host_pnic_moongen_100kpps_60B_30s
raw=histogram_${infix}_rep

# histogram FOLDER REPETITION LINE...: of raw latencies.
histogram()
{
	local file=$1/$raw$2.csv
	mkdir -p "$1"
	shift 2
	printf '%s\n' "$@" >"$file"
}
# is COLUMN VALUE: in the first row of said.csv.
is()
{
	local v
	v=$(awk -F, -v want="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i } NR == 2 { print $c }' said.csv)
	[ "$v" = "$2" ] || fail "$1 is '$v', not '$2', in $(cat said.csv)"
}
# shows STATUS COMMAND...: its output is in said.csv.
shows()
{
	local want=$1 got=0
	shift
	"$@" --format csv >said.csv 2>said </dev/null || got=$?
	[ "$got" -eq "$want" ] || fail "$*: status $got, not $want: $(cat said)"
}

# Counts: as many as there can be, and more.
histogram most 0 0,9223372036854775806
histogram most 1 2,1
shows 0 "$tanalyze" percentiles most --percentiles 50,100
is count 9223372036854775807
is p50_ns 0
is p100_ns 2
histogram most 2 3,1
expect 1 "${raw}2.csv: cannot be added to the previous repetitions" "$tanalyze" percentiles most
expect 1 "a sum above 2^63 - 1" "$tanalyze" merge most --output merged
[ "$(jq '.combinations[0].repetitions' merged/summary.json)" = 2 ] || fail "what can be added was not"
histogram over 0 1,9223372036854775807 2,1
expect 3 "over/${raw}0.csv:2: sum of counts exceeds 2^63" "$tanalyze" percentiles over
histogram above 0 1,9223372036854775808
expect 3 "above/${raw}0.csv:1: " "$tanalyze" percentiles above

# Latencies: none, above 100 s, a billion in one bin; their sum fits, or is said not to.
histogram ends 0 0,1 100000000001,1
shows 0 "$tanalyze" percentiles ends --percentiles 50,100 --quantile linear
is min_ns 0
is p50_ns 50000000000.5
is p100_ns 100000000001
is max_ns 100000000001
histogram billion 0 4000,1000000000 9000000000,1
shows 0 "$tanalyze" percentiles billion --percentiles 50,99.99,100
is count 1000000001
is p50_ns 4000
is p9999_ns 4000
is p100_ns 9000000000
shows 0 "$tanalyze" merge billion --output merged
is latency_mean_ns 4008.99999599
[ "$(tr '\n' ' ' <"merged/billion/acc_histogram_$infix.csv")" = "4000,1000000000 9000000000,1 " ] ||
	fail "the accumulation is another"
histogram years 0 100000000001,1000000000
expect 3 "years/${raw}0.csv: sum of latencies exceeds 2^63 ns" "$tanalyze" percentiles years

# A single line, and none.
histogram single 0 7,1
shows 0 "$tanalyze" percentiles single --percentiles 1,50,99.99
is count 1
is p1_ns 7
is p9999_ns 7
shows 0 "$tanalyze" percentiles single --percentiles 50 --quantile linear
is p50_ns 7
shows 0 "$tanalyze" merge single --output merged
is latency_mean_ns 7
printf '7,1' >"single/${raw}0.csv"
shows 0 "$tanalyze" percentiles single --percentiles 50
is p50_ns 7
mkdir hollow && : >"hollow/${raw}0.csv"
shows 0 "$tanalyze" percentiles hollow --percentiles 50
is count 0
is p50_ns ""
shows 0 "$tanalyze" merge hollow --output merged
is latency_mean_ns ""
: >"hollow/output_${infix}_rep0.log"
expect 3 "log is truncated" "$tanalyze" loss hollow
rm "hollow/${raw}0.csv"
expect 1 "not a MoonGen log" "$tanalyze" loss hollow

# Folders: empty ones, deep ones, ones in place of a file, ones that go round in a circle.
mkdir empty
for command in loss percentiles merge; do
	expect 1 "empty: no usable trial found" "$tanalyze" "$command" empty
done
expect 1 "not a capture" "$tanalyze" profile from-pcap empty
mkdir -p "place/${raw}0.csv" "place/output_${infix}_rep1.log"
expect 1 "not a regular file" "$tanalyze" percentiles place
mkdir pipe && mkfifo "pipe/${raw}0.csv"
expect 3 "not a regular file" timeout 20 "$tanalyze" percentiles pipe
deep=deep
for ((i = 0; i < 20; i++)); do deep+=/d; done
histogram "$deep" 0 7,1
shows 0 "$tanalyze" percentiles deep --percentiles 50
is p50_ns 7
for ((i = 0; i < 20; i++)); do deep+=/d; done
histogram "$deep" 0 8,1
expect 1 "more than 32 directories deep" "$tanalyze" percentiles deep
shows 0 "$tanalyze" percentiles "$deep" --percentiles 50
is p50_ns 8
histogram round/a 0 7,1
ln -s .. round/a/up
ln -s ../../round round/a/again
ln -s y round/x
ln -s x round/y
ln -s nowhere round/gone
ln -s "${raw}9.csv" "round/a/${raw}9.csv"
expect 3 "${raw}9.csv: read failed: " timeout 20 "$tanalyze" percentiles round
rm "round/a/${raw}9.csv"
shows 0 timeout 20 "$tanalyze" percentiles round --percentiles 50
is count 1
expect 1 "round/x: not found" "$tanalyze" percentiles round/x
ln -s round/a linked
shows 0 "$tanalyze" percentiles linked --percentiles 50
is p50_ns 7

# Names that are no UTF-8: a folder is read and shown, a file is nobody's business.
odd=$'n\xff\xfe'
histogram "$odd" 0 7,1
: >"$odd/"$'histogram_\xff_rep0.csv'
: >"$odd/output_$infix"$'_rep\xff.log'
shows 0 "$tanalyze" percentiles "$odd" --percentiles 50
is p50_ns 7
iconv -f UTF-8 -t UTF-8 said.csv >/dev/null || fail "the CSV is no UTF-8"
shows 0 "$tanalyze" merge "$odd" --output merged
jq -e . merged/summary.json >/dev/null || fail "summary.json is no JSON"
expect 1 "not found, and no directory out" "$tanalyze" percentiles $'missing\xff'

# What may not be read, as somebody who is not root: root may read everything.
as=()
chmod 755 .
if [ "$(id -u)" -eq 0 ]; then
	as=(setpriv --reuid 65534 --regid 65534 --clear-groups --)
	if ! "${as[@]}" "$tanalyze" --version >/dev/null 2>&1 || ! "${as[@]}" test -r .; then
		echo "not tested: unreadable files (an ordinary user cannot start $tanalyze from here)"
		finish
	fi
fi
histogram locked 0 7,1
histogram locked 1 8,1
chmod 0 "locked/${raw}1.csv"
expect 3 "locked/${raw}1.csv: read failed" "${as[@]}" "$tanalyze" percentiles locked
mkdir shut && chmod 0 shut
expect 1 "shut: read failed: " "${as[@]}" "$tanalyze" percentiles shut
expect 1 "write failed" "${as[@]}" "$tanalyze" merge single --output shut/merged
: >capture.pcap && chmod 0 capture.pcap
expect 1 "capture.pcap: cannot open: Permission denied" "${as[@]}" "$tanalyze" profile from-pcap capture.pcap
chmod 755 shut
finish
