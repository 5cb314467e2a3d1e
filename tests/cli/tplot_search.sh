#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot search: from searches to what gnuplot draws.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
"$BUILD/tests/tplot_searches" out || exit 1

# One search: its trials.
expect 0 search-latency.svg "$tplot" search latency
has search-latency.svg "NDR: lower bound 991.6 kpps, upper bound 1010 kpps"
has search-latency.svg "load near the limit (kpps)"
has search-latency.svg "p99 (every guest)"
has search-latency.svg "allowed by the goal"
has search-latency.svg "imix, 3 guests, process, vhost-user"
# 50 us and 0.1 %, in both views.
[ "$(grep -c '^plot 50000 with lines' search-latency.gp)" = 2 ] || fail "no line of the latency bound"
[ "$(grep -c '^plot 0.001 with lines' search-latency.gp)" = 2 ] || fail "no line of the loss bound"
same_again search-latency
expect 0 tester.png "$tplot" search tester -o tester.png --width 400
has tester.gp "spoiled by the generator"
expect 0 svg "$tplot" search killed
has search-killed.svg "unfinished"

# Several: bars with the spread of repetitions.
expect 0 search-interfaces.svg "$tplot" search interfaces
has search-interfaces.svg "1187 kpps (1187 to 1209)"
has search-interfaces.svg "≥ 2000 kpps, met at the highest load"
has search-interfaces.svg "&lt; 20.00 kpps, missed at the lowest load"
has search-interfaces.svg "≥ 890.2 kpps, tester-limited"
has search-interfaces.svg "circles: 5 repetitions"
same_again search-interfaces
expect 0 svg "$tplot" search one other
has search-one-other.svg "one against other"
expect 0 svg "$tplot" search interface-vmux
has search-interface-vmux.svg "403.4 kpps"
hasnt search-interface-vmux.svg "890.2 kpps"

# Frame lengths: RFC 2544, section 26.1.
expect 0 search-sizes.svg "$tplot" search sizes
has search-sizes.svg "frame size with FCS (bytes)"
has search-sizes.svg "theoretical rate of the link"
[ "$(grep -c '^[0-6] ' search-sizes.dat)" = 14 ] || fail "not 7 lengths of two goals: $(cat search-sizes.dat)"
same_again search-sizes
expect 0 svg "$tplot" search sizes --by none -o bars.svg
has bars.svg "64 bytes"
# A file of one of them.
expect 0 svg "$tplot" search out/sizes/search_*_124B_*.json -o curve.svg
has curve.svg "frame loss curve (RFC 2544)"

# A page: limits of all, then each.
if command -v gnuplot >/dev/null; then
	expect 0 report-interfaces-other.html "$tplot" report interfaces other
	has report-interfaces-other.html "Measured 2020-01-01: 25 searches of interfaces, 1 search of other."
	has report-interfaces-other.html '<h2 id="limits-heading">Limits found by searches</h2>'
	has report-interfaces-other.html '<h2 id="search-2-heading">Throughput search of other</h2>'
	has report-interfaces-other.html "<figcaption id=\"figure-3-caption\">Trials of the search</figcaption>"
	[ "$(grep -c '^<figure>' report-interfaces-other.html)" = 3 ] || fail "not 3 figures"
	has report-interfaces-other.html "Limit by NDR: no verdict: too few repetitions"
	has report-interfaces-other.html "tester-limited"
	has report-interfaces-other.html "tplot search interfaces other"
	has report-interfaces-other.html "tanalyze compare --limits interfaces other"
	hasnt report-interfaces-other.html "Frames and loss"
	# Trials and searches of one label; those of a search are no results of the label.
	"$BUILD/tests/fake_trials" out other --reps 2 --rate 100000 --guests 2 || exit 1
	"$BUILD/tests/fake_trials" out/other/search-0 other --reps 3 --rate 300000 --guests 2 || exit 1
	expect 0 both.html "$tplot" report other -o both.html
	has both.html "2 trials of other, 1 search of other."
	has both.html "Throughput search of other"
	has both.html "Frames and loss"
	expect 0 s-1.gp "$tplot" report sizes --script -o s.html
	has s-1.gp "theoretical rate of the link"
fi
expect 1 "nothing" "$tplot" report one nothing

expect 2 "--by guests: no searches that differ in it alone" "$tplot" search one other --by guests
expect 2 "--by size: no searches that differ in it alone, with one frame size each" \
	"$tplot" search interfaces --by size
expect 2 "--response: no effect" "$tplot" search one --response
expect 1 "nothing: no search found" "$tplot" search nothing
echo '{' >out/one/search_broken_rep0.json
expect 0 "search_broken_rep0.json" "$tplot" search one -o broken.svg
finish
