#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot figure N: the paper's figures by their recipes. Figure 4 from real results, its curves
# checked row by row against expected.csv; of the others what is missing is named.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"

# Without data.
expect 2 "expected N" "$tplot" figure
expect 2 "missing option: expected --dir" "$tplot" figure 4
expect 2 "no recipe for figure '8' (2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15)" "$tplot" figure 8 --dir .
expect 2 "unexpected argument '5'; expected N" "$tplot" figure 4 5 --dir .
expect 1 "directory 'none' not found" "$tplot" figure 4 --dir none
mkdir empty
for n in 2 3 4 5 6 7 9 10 11 12 13 14 15; do
	expect 1 "figure $n: no trial in 'empty'" "$tplot" figure $n --dir empty
done
printf '[figure]\ntitle = x\ncolums = vhost;off;on\n' >bad.conf
expect 2 "bad.conf:3: [figure] colums: unknown key (did you mean 'columns'?)" \
	"$tplot" figure bad.conf --dir empty
printf '[figure]\ntitle = x\nx = measured\n[a]\nselect = vhost-on\n' >bad.conf
expect 2 "bad.conf:3: [figure] x: invalid value 'measured'; expected offered, nominal" "$tplot" figure bad.conf --dir empty

# against FOLDER: of such results, ours or the paper's.
against()
{
	local data=$1

	# Figure 4, from a copy of the data and from the folder itself.
	expect 0 f4.svg "$tplot" figure 4 --dir "$data" -o f4.svg
	for text in "vhost off and on (figure 4)" "offered load (kpps)" ">latency<" " µs<" "loss (%)" \
		"no 99th percentile at"; do
		grep -qF "$text" f4.svg || fail "figure 4 says nothing of '$text'"
	done
	grep -qF "vhost off: fewer than 3 repetitions at 50, 100" said || fail "missing repetitions are not named"
	lacks "no trial"
	expect 0 f4-folder.svg "$tplot" figure 4 --dir "$data/gr/virtio2" -o f4-folder.svg
	cmp f4.dat f4-folder.dat || fail "the folder itself has another figure"

	# rows FILE: "vhostoff 50 OFFERED P25 P50 P75 P99 LOSS REPETITIONS", a line each.
	rows()
	{
		awk '/^# vhost/ { set = $2 $3 } /^[0-9]/ { sub(/^vhost/, "", set)
			print "vhost" set, $1 / 1000, $2, $3, $4, $5, $6, $12, $15 }' "$1"
	}
	rows f4.dat >curves

	# Every row of the table whose run has a file here: where it is the only one of its load, its
	# numbers are the figure's; of several, the figure's lie between the smallest and the largest.
	# Loss is exact, and 0 where stray frames came (a negative loss in the table).
	awk -F, -v folder="$data/gr/virtio2/output_microvm_macvtap_normal_" '
	$1 == "fig4_vhost" && $5 != "acc" {
		file = folder $2 "_ioregionfdoff_xdp_" $3 "kpps_" $4 "B_30s_rep" $5 ".log"
		there = (getline line < file) > 0
		close(file)
		if (there)
			print $2, $3, $9, $10, $11, $14, $15
	}' "$data/expected.csv" >table
	[ "$(wc -l <table)" -ge 38 ] || fail "the table has $(wc -l <table) rows with files only"
	awk -v accumulated="$(awk -F, '$5 == "acc" { print $9, $10, $11, $13 }' "$data/expected.csv")" '
	function near(a, b) { d = a - b; return d < 5e-8 + 5e-9 * b && -d < 5e-8 + 5e-9 * b }
	function bad(text) { print $1, $2, text; failures++ }
	NR == FNR { key = $1 " " $2; n[key]++; loads += n[key] == 1
		lost = $6 > $7 ? $6 - $7 : 0; sum[key] += lost; tx[key] += $6
		for (i = 3; i <= 5; i++) {
			if (n[key] == 1 || $i < lo[key, i]) lo[key, i] = $i
			if (n[key] == 1 || $i > hi[key, i]) hi[key, i] = $i
		}
		next }
	{ key = $1 " " $2; seen++
		if (!(key in n)) { bad("is not in the table"); next }
		# At 800 kpps vhost off the histograms of three repetitions are there, the log of one.
		histograms = key == "vhostoff 800"
		for (i = 3; i <= 5 && !histograms; i++)
			if (n[key] == 1 ? $(i + 1) != lo[key, i] : $(i + 1) < lo[key, i] || $(i + 1) > hi[key, i])
				bad("column " i ": " $(i + 1) " is not in " lo[key, i] " .. " hi[key, i])
		if (histograms && $4 " " $5 " " $6 " " $7 != accumulated)
			bad("not the accumulated quartiles: " $0)
		if (!histograms && $7 != "NaN") bad("a 99th percentile without a histogram: " $7)
		if (!near($8, sum[key] / tx[key])) bad("loss " $8 " is not " sum[key] / tx[key])
		if (n[key] == 1 && ($3 - tx[key] / 30 > 0.01 || tx[key] / 30 - $3 > 0.01)) bad("offered " $3)
	}
	END { if (seen != loads) { print seen " points, not " loads; failures++ }
		exit failures > 0 }' table curves || fail "figure 4 is not what the table says"

	# autotest's way: its metric of upstream's table, nominal loads, the linear rule.
	expect 0 f4a.svg "$tplot" figure 4 --dir "$data" --x nominal --quantile linear --loss autotest -o f4a.svg
	grep -q "nominal load (kpps)" f4a.svg || fail "not nominal"
	# RX 10666624 of TX 25187541 frames, but by averages of rounded rates.
	awk '/^# vhost off/ { off = 1 } /^# vhost on/ { off = 0 }
		off && $1 == 100000 { if ($12 != 0 || $14 < 0.03636 || $14 > 0.03637) bad = 1; seen++ }
		END { exit bad || seen != 1 }' f4a.dat || fail "the metric is not autotest's"

	# A grid of which one panel is there: the rest is named, and drawn empty.
	expect 0 f12.svg "$tplot" figure 12 --dir "$data" -o f12.svg
	for panel in "pcvm, bridge" "pcvm, macvtap" "microvm, bridge"; do
		for group in "vhost off" "vhost on"; do
			grep -qF "figure 12: $panel: $group: no trial (" said || fail "$panel: $group is not named"
		done
	done
	[ "$(grep -o "no data" f12.svg | wc -l)" -eq 3 ] || fail "not three empty panels"
	cmp <(grep '^[0-9]' f12.dat) <(grep '^[0-9]' f4.dat) || fail "figure 12 has other numbers than 4"
	# What is missing keeps its colour free.
	expect 0 "figure 6: ioregionfd on, all registers: no trial (" "$tplot" figure 6 --dir "$data" -o f6.svg
	grep -q "no trial at 50, 100, 150, 200, 250, 350" said || fail "missing loads are not named"
	grep -qF " : NaN) with points lt 5 " f6.gp || fail "a group has the colour of another one"
	for n in 2 7 9; do
		expect 1 "figure $n: no trial in" "$tplot" figure $n --dir "$data"
	done
}

autotest_results
for results in "${all_results[@]}"; do
	against "$results"
done
finish
