#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a reader of results takes for granted: sides of equal names are distinguished, the largest
# percentile is the maximum, loss is never negative, nothing offered is not "not known".
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"
tplot=$BIN/tplot

# Two labels of one name.
"$fake" 2023 virtio2 --reps 5 --frames 50 && "$fake" 2024 virtio2 --reps 5 --frames 50 --worst 1 --started 2024 || exit 1
for names in "2023/virtio2 2024/virtio2" "2023 2024"; do
	# shellcheck disable=SC2086
	"$tanalyze" compare $names -f csv >table.csv 2>said || fail "compare $names: $(cat said)"
	[ "$(awk -F, '$2 == "pair" { print $3 }' table.csv | sort -u)" = 2023-virtio2 ] || fail "A is $(cut -d, -f3 table.csv)"
	[ "$(grep -c ',2024-virtio2,loss,' table.csv)" = 1 ] || fail "B of $names is not named: $(cat table.csv)"
done
"$tplot" compare 2023/virtio2 2024/virtio2 --script >said 2>&1 || fail "tplot: $(cat said)"
script=$(cat said)
for name in 2023-virtio2 2024-virtio2; do
	grep -q "set label '$name' " "$script" || fail "no legend for $name: $(grep 'set label' "$script")"
done
[ "$script" = ./compare-2023-virtio2-2024-virtio2.gp ] || fail "the script is $script"

# So it is in tables, for names of labels and of what is above them; repetitions of two places that
# complement each other are one combination, and a merge takes all.
equal() # WHAT IS WANTED
{
	[ "$2" = "$3" ] || fail "$1: $2, not $3"
}

labels()
{
	"$tanalyze" "$@" -f json 2>said | jq -r '[.rows[].label] | unique | join(" ")'
}
for names in "2023/virtio2 2024/virtio2" "2023 2024"; do
	for command in summary loss percentiles sizes departures delay guests "guests --each"; do
		# shellcheck disable=SC2086
		equal "labels of $command $names" "$(labels $command $names)" "2023-virtio2 2024-virtio2"
	done
done
equal "labels of limit" "$(labels limit 2023 2024)" "2023-virtio2 2024-virtio2"
expect 3 "2024-virtio2" "$tanalyze" check 2023 2024
mkdir -p late/virtio2 && cp 2024/virtio2/* late/virtio2 && rm late/virtio2/*_rep[0-2].* && mkdir early && cp -r 2024/virtio2 early &&
	rm early/virtio2/*_rep[34].* || exit 1
equal "labels of two halves" "$(labels loss early late)" virtio2
equal "repetitions of two halves" "$("$tanalyze" loss early late -f json 2>said | jq -c '[.rows[].repetitions]')" '[5]'
equal "labels of copies" "$(labels loss 2024 late)" virtio2
equal "labels of a merge" "$("$tanalyze" merge 2023 2024 -o both -f json 2>said | jq -r '[.combinations[] | .parameters.label, .repetitions] | join(" ")')" "virtio2 10"

# tplot report --script: the figures' scripts and data, no page, no gnuplot.
PATH=/nonexistent "$tplot" report 2023/virtio2 2024/virtio2 --script -o page.html >said 2>&1 || fail "report --script: $(cat said)"
[ "$(wc -l <said)" -ge 2 ] || fail "scripts of a report: $(cat said)"
while read -r script; do
	{ [ -s "$script" ] && [ -s "${script%.gp}.dat" ]; } || fail "$script or its data is missing"
	grep -q "${script##*/}" "$script" || fail "$script does not know its name"
done <said
[ ! -e page.html ] || fail "a page was written"

# Other mixes: the refusal counts guests, and says a frame size only where there is one.
"$fake" mix one --guests 1 --sizes 1 --reps 5 && "$fake" mix many --guests 1 --reps 5 && "$fake" mix two --guests 2 --reps 5 || exit 1
for label in one many two; do
	sed -i "s/0123abcd/${label}0000/" mix/$label/trial_*.json
done
expect 2 "1 guest, profile imix, mix many0000" "$tanalyze" compare mix/one mix/many
lacks "1 guests"
lacks "frame size 0"
grep -q "1 guest, profile fixed-64, 64-byte frames, mix one0000" said || fail "$(cat said)"
expect 2 "2 guests, profile imix, mix two0000" "$tanalyze" compare mix/two mix/many

# The 100th percentile is the maximum, over all and for each guest; 0 and more than 100 are refused.
"$fake" out x --reps 2 || exit 1
"$tanalyze" percentiles out/x --percentiles 100 -g -f json >table.json 2>/dev/null
jq -e '(.rows | length) == 4 and ([.rows[] | .p100_ns == .max_ns and .max_ns > 0] | all)' table.json >/dev/null ||
	fail "p100 is not the maximum: $(jq -c '.rows[] | [.p100_ns, .max_ns]' table.json)"
"$tanalyze" percentiles out/x --percentiles 100 --quantile linear -f json | jq -e '.rows[0] | .p100_ns == .max_ns' >/dev/null ||
	fail "p100 by the linear rule is not the maximum"
for bad in 0 100.1 -1; do
	expect 2 "invalid percentile '$bad'" "$tanalyze" percentiles out/x --percentiles 50,$bad
done

# Loss is never below 0: duplicates are counted apart, so are frames that nobody sent.
"$tanalyze" loss out/x -f json | jq -e '.rows[0] | .loss_ratio == 0 and .duplicated > 0 and .lost == 0' >/dev/null ||
	fail "duplicates are taken for loss: $("$tanalyze" loss out/x)"
infix=host_pnic_moongen_100kpps_60B_30s
mkdir more
cat >more/output_${infix}_rep0.log <<'END'
Samples: 3, Average: 20.0 ns, StdDev: 10.0 ns, Quartiles: 10.0/20.0/30.0 ns
[Device: id=0] RX: 0.10 (StdDev 0.00) Mpps, 52 (StdDev 2) Mbit/s (67 Mbit/s with framing), total 3100 packets with 198400 bytes (incl. CRC)
[Device: id=0] TX: 0.10 (StdDev 0.00) Mpps, 51 (StdDev 0) Mbit/s (67 Mbit/s with framing), total 3000 packets with 192000 bytes (incl. CRC)
END
"$tanalyze" loss more -f json 2>/dev/null | jq -e '.rows[0] | .loss_ratio == 0 and .foreign == 100' >/dev/null ||
	fail "more came back than was sent: $("$tanalyze" loss more -f json)"
"$tanalyze" loss --loss autotest more -f json 2>/dev/null | jq -e '.rows[0].autotest_loss_ratio == 0' >/dev/null ||
	fail "autotest's loss: $("$tanalyze" loss --loss autotest more)"

# A trial that offered nothing has no loss, no limit, and says so.
"$fake" none x --silent 3 || exit 1
expect 1 "skipped: no frame offered" "$tanalyze" limit none
lacks "known what"
"$tanalyze" summary none -f json 2>/dev/null | jq -e '.rows[0].loss_ratio == null' >/dev/null || fail "$("$tanalyze" summary none)"
expect 0 "no frames" "$tanalyze" guests none
expect 0 ./guests-none.gp "$tplot" guests none --script
grep -q "3 guests were offered no frame" guests-none.gp || fail "the figure does not count them"

# No trial matches: the advice is a command that writes nothing.
expect 1 "guests-99: no trial matches; 'tanalyze summary' lists the parameters" "$tanalyze" loss guests-99
finish
