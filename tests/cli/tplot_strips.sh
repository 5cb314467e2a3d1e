#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot guests as heat strips, timeline, sizes and departures: from trials to what gnuplot draws.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
"$BUILD/tests/strips_trials" out || exit 1

# rows FILE NUMBER: so many rows of data.
rows()
{
	[ "$(grep -c '^[0-9]' "$1")" -eq "$2" ] || fail "$1 has $(grep -c '^[0-9]' "$1") rows, not $2"
}

# Of several loads guests are a strip, of one they are dots.
expect 0 a.svg "$tplot" guests sweep -o a.svg
rows a.dat $((16 * 4))
has a.svg "offered load (kpps)"
has a.svg "99th percentile of latency<"
has a.svg " µs<"
has a.svg "(!): includes unreliable trials"
same_again a
expect 0 b.svg "$tplot" guests label-sweep,rate-100 -o b.svg
has b.svg "sorted by 99th percentile"
expect 0 dots.svg "$tplot" guests old -o dots.svg
has dots.svg "sorted by 99th percentile"
expect 0 load.svg "$tplot" guests old sweep --form load --value loss -o load.svg
has load.svg ">2 %<"
rows load.dat $((16 * 4 + 16))
# Guest 5 alone loses more than 1 %: its latency is a bound where it does, for nobody else.
expect 0 p99 "$tplot" guests sweep --form load --value p99 --script -o p99.svg
[ "$(awk '$7 == 2 { print $8 }' p99.dat | sort -u)" = 5 ] || fail "bounds of: $(awk '$7 == 2' p99.dat)"
has p99.gp "white: at least 2 s"

# Over time: of one repetition, each load with a panel of its own.
expect 0 time.svg "$tplot" guests sweep --form time --value loss -o time.svg
rows time.dat $((4 * 16 * 6))
has time.svg "repetition 0 only"
[ "$(awk '/^[0-9]/ && $6 == 0.5 { print $8, $5 }' time.dat | sort -u)" = "3 3" ] ||
	fail "not guest 3 in second 3: $(awk '/^[0-9]/ && $6 == 0.5' time.dat)"
same_again time
expect 0 mean.svg "$tplot" guests sweep --form time --repetition 2 -o mean.svg
has mean.svg "mean latency"
has mean.svg "repetition 2 only"
[ "$(awk '/^[0-9]/ { print $8, $6 }' mean.dat | sort -u | sort -n | sed -n 3p)" = "2 3000" ] ||
	fail "guest 2 has no mean of 3000 ns"
expect 1 "measure again" "$tplot" guests old --form time -o none.svg
[ ! -e none.gp ] || fail "a figure without data was written"
expect 1 "no repetition 3" "$tplot" guests sweep --form time --repetition 3
expect 2 "expected dots, load, time" "$tplot" guests sweep --form circle
expect 2 "expected loss, p50, p99, mean" "$tplot" guests sweep --value p95
expect 2 "loss or mean" "$tplot" guests sweep --form time --value p99
expect 2 "loss, p50 or p99" "$tplot" guests sweep --form load --value mean
expect 2 "leave it out" "$tplot" guests sweep --form dots --value loss
expect 2 "--form time" "$tplot" guests sweep --form load --repetition 1
expect 2 "--response" "$tplot" guests sweep --form time --response
expect 2 "--linear" "$tplot" guests sweep --form load --value loss --linear

# Seconds: medians and repetitions of each load.
expect 0 t.svg "$tplot" timeline old -o t.svg
rows t.dat $((2 * 4))
has t.svg "bold: their median"
has t.svg "rate (kpps)"
has t.svg " µs<"
same_again t
expect 0 t4.svg "$tplot" timeline sweep --linear -o t4.svg
rows t4.dat $((4 * 2 * 4))
expect 2 "--response" "$tplot" timeline sweep --response

# Sizes of frames.
expect 0 s.svg "$tplot" sizes sweep old -o s.svg
rows s.dat $((5 * 3))
has s.svg "frame size with FCS (bytes)"
has s.svg "65–594"
has s.svg "minimum to maximum of 3 repetitions"
same_again s
expect 0 s2.svg "$tplot" sizes old --response --linear -o s2.svg
has s2.svg "response time"

# Departures: 1/2, 1/3 and 1/4 of the frames within 64 ns.
expect 0 d.svg "$tplot" departures old sweep -o d.svg
rows d.dat $((5 * 9))
has d.svg "from the scheduled departure"
awk '$1 == 0 && $3 == 64 && ($4 < 0.33 || $4 > 0.34 || $5 > 0.26 || $6 < 0.49) { exit 1 }' d.dat ||
	fail "other shares: $(grep '^0 0 64' d.dat)"
same_again d
# Only some know their gaps.
[ "$(awk '$1 == 1 && $4 != "NaN"' d.dat | wc -l)" -eq 4 ] || fail "gaps: $(grep '^1 ' d.dat)"
expect 2 "--linear" "$tplot" departures old --linear

# Thousands of guests and an hour stay below 1 MB, say how, and keep the worst.
light()
{
	expect 0 "$1" "$tplot" "${@:2}" -o "$1"
	[ "$(stat -c %s "$1")" -lt 1000000 ] || fail "$1 has $(stat -c %s "$1") bytes"
	has "${1%.*}.gp" "thinned: "
}
light dots.svg guests large
light heat.svg guests large --form load
light times.svg guests large --form time
light tail.svg compare large
light hour.png timeline large
light hour.svg timeline large
awk '$2 == 1234 { seen = 1 } END { exit !seen }' dots.dat || fail "the worst guest is not drawn"
[ "$(awk '$7 == 1e9' hour.dat | wc -l)" -eq 1 ] || fail "the maximum is lost: $(sort -g -k7 hour.dat | tail -1)"
awk '/^[0-9]/ && $2 < 50 { exit 1 }' hour.dat || fail "a rate falls to 0 in the drain"

expect 1 "nosuch" "$tplot" timeline nosuch
expect 2 "expected NAME" "$tplot" sizes
expect 2 "give at least" "$tplot" guests sweep --height 200
finish
