#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot box and shift: from trials to what gnuplot draws.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
for label in near far few less; do
	reps=5
	case $label in few | less) reps=3 ;; esac
	for rate in 100000 200000; do
		"$BUILD/tests/fake_trials" out $label --reps $reps --rate $rate --guests 2 \
			--loss "$([ $label = far ] && echo 0.02 || echo 0)" || exit 1
	done
done

expect 0 box-near-far.svg "$tplot" box near far
has box-near-far.svg "nominal load (kpps)"
has box-near-far.svg "points: 5 repetitions each"
[ "$(grep -c ' 5 0.224$' box-near-far.dat)" = 4 ] || fail "no box for each load of both: $(cat box-near-far.dat)"
same_again box-near-far
expect 0 p99.svg "$tplot" box few --percentile 99 -o p99.svg
has p99.svg "no box: fewer than 4 repetitions"
expect 2 "--percentile: expected a number above 0 up to 100, got '0'" "$tplot" box near --percentile 0
expect 2 "--percentile: expected a number above 0 up to 100, got '101'" "$tplot" box near --percentile 101

expect 0 shift-near-far.svg "$tplot" shift near far
has shift-near-far.svg "above 0: far is slower than near"
has shift-near-far.svg "repetitions, at least: 5 of near, 5 of far"
has shift-near-far.svg "100 kpps"
has shift-near-far.svg "200 kpps"
has shift-near-far.svg "95 % interval"
same_again shift-near-far
expect 0 few.svg "$tplot" shift few less -o few.svg
has few.svg "no band: too few repetitions"
expect 2 "expected A B" "$tplot" shift near
expect 2 "unexpected argument 'few'; expected A B" "$tplot" shift near far few
expect 2 "--confidence" "$tplot" shift near far --confidence 100
"$BUILD/tests/fake_trials" out crowd --reps 5 --guests 2 || exit 1
sed -i 's/0123abcd/4567cdef/' out/crowd/trial_*.json
expect 2 "mix" "$tplot" shift near crowd
finish
