#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot cdf, and its tail: curves of distributions, theirs and ours.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
"$BUILD/tests/tplot_trials" out || exit 1

# Too many loads for a panel each: a panel for each name.
expect 0 cdf-slow-fast.svg "$tplot" cdf slow fast
has cdf-slow-fast.svg "slow, vhost off, 1 kpps to 8 kpps"
has cdf-slow-fast.svg "fast, vhost on, 1 kpps to 8 kpps"
# Few: a panel for each load that both have.
expect 0 grid.svg "$tplot" cdf grid -o grid.svg
for load in 1 2 3 4; do has grid.svg "$load kpps"; done
hasnt grid.svg "kpps to"
same_again grid
long=$(printf 'label-%.0s' $(seq 20))x
cp -r out/slow "out/$long"
expect 0 long.svg "$tplot" cdf "$long" fast -W 800 -o long.svg
! grep 'set label' long.gp | grep -F "$long" || fail "texts leave the figure"
rm -r "out/$long"
mkdir few
for load in 1 2 3 4; do
	for label in slow fast; do
		for file in "out/$label"/*_"${load}kpps"_*; do cp -r --parents "$file" few; done
	done
done
cp -r --parents out/grid few
expect 0 few.svg "$tplot" cdf slow fast grid --dir few/out -o few.svg
[ "$(grep -c '^# .*kpps' few.dat)" = 0 ] || fail "names of curves say the load: $(grep '^#' few.dat)"
expect 0 cdf-slow-fast.svg "$tplot" cdf slow fast --rate 4
has cdf-slow-fast.svg "share of frames received within"
expect 0 ccdf-slow.svg "$tplot" cdf --tail slow
lacks "is now"
has ccdf-slow.svg "share of frames later or lost"
all=$(grep -c '^# latency share$' ccdf-slow.dat)
loads=$(find out/slow -name 'trial_*_rep0.json' | wc -l)
[ "$all" -ge "$loads" ] || fail "$all curves of $loads loads"
rate=$(find out/slow -name 'trial_*_rep0.json' | head -n 1 | grep -oE '[0-9.]+kpps')
expect 0 one.svg "$tplot" cdf slow --tail --rate "${rate%kpps}" -o one.svg
[ "$(grep -c '^# latency share min' one.dat)" = 1 ] || fail "--rate leaves $(grep -c 'share min' one.dat) curves"
expect 1 "" "$tplot" cdf slow --rate 12345
# The word that it had before: the same figure, and one line about the new one.
mkdir old
expect 0 "tplot: ccdf is now 'cdf --tail'" "$tplot" ccdf slow -o old/ccdf-slow.svg
cmp ccdf-slow.svg old/ccdf-slow.svg || fail "ccdf draws something else"
[ "$("$tplot" ccdf slow 2>/dev/null)" = ccdf-slow.svg ] || fail "the note is on standard output"
expect 0 "tplot cdf [OPTION...]" "$tplot" ccdf --help
expect 2 "unknown command 'ccdfs'" "$tplot" ccdfs slow

# MoonGen: exact latencies; a log alone has no distribution.
mkdir lab
infix=host_pnic_moongen_100kpps_60B_30s
for rep in 0 1; do
	printf '30,1\n10,1\n20,%s\n' $((rep + 2)) >lab/histogram_${infix}_rep$rep.csv
done
expect 0 lab.svg "$tplot" cdf lab -o lab.svg
# Of nine latencies two are 10, seven are at most 20.
grep -qE '^10 0.222' lab.dat || fail "no share of 2/9 at 10 ns: $(cat lab.dat)"
grep -qE '^20 0.777' lab.dat || fail "no share of 7/9 at 20 ns: $(cat lab.dat)"
[ "$(grep -c ', repetition' lab.dat)" = 2 ] || fail "no curve for each repetition"
rm lab/*
printf 'Samples: 3, Average: 20.0 ns, StdDev: 10.0 ns, Quartiles: 10.0/20.0/30.0 ns\n' >lab/output_${infix}_rep0.log
expect 1 "no distribution to plot" "$tplot" cdf lab
finish
