#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Strips, timelines and sizes of autotest's results: no seconds but its table's, no departures.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"

# drawn NAME TEXT: gnuplot says nothing, and the text is in the figure.
drawn()
{
	LC_ALL=C.UTF-8 gnuplot "$1.gp" >words 2>&1 || fail "gnuplot $1.gp fails"
	[ ! -s words ] || fail "gnuplot $1.gp says $(cat words)"
	grep -qF -- "$2" "$1.svg" || fail "$1.svg has no '$2'"
}

# against FOLDER: of such results, ours or the paper's.
against()
{
	local data=$1/gr

	expect 1 "no departure times: tsim records them" "$tplot" departures vhost-on --dir "$data"
	lacks "skipped"
	expect 0 loss.svg "$tplot" guests vhost-on vhost-off --value loss --dir "$data" -o loss.svg
	drawn loss "offered load (kpps)"
	expect 0 p50.svg "$tplot" guests vhost-off --value p50 --dir "$data" -o p50.svg
	drawn p50 "median latency"
	expect 1 "guest_timeline" "$tplot" guests rate-100 --form time --dir "$data"
	expect 0 sizes.svg "$tplot" sizes rate-300 --dir "$data" -o sizes.svg
	drawn sizes "frame size with FCS (bytes)"
	grep -q "'64' 0" sizes.gp || fail "autotest's 60 bytes are no frames of 64"
	expect 0 time.svg "$tplot" timeline vhost-on,rate-300 --dir "$data" -o time.svg
	drawn time "rate (kpps)"
	! grep -q latency time.svg || fail "autotest's seconds have no latencies"
}

autotest_results
for results in "${all_results[@]}"; do
	against "$results"
done
finish
