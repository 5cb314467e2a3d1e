#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest's process or tsim itself that was stopped and goes on again: the trial says who, and how long.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# started LABEL: a trial of 4 s with a process per guest has measured its first second. Sets pid.
started()
{
	"$BIN/tsim" --guests 3 --guests-per-process 1 --rate 10kpps --duration 4s --warm-up 100ms --label "$1" \
		>stdout 2>stderr &
	pid=$!
	children+=("$pid")
	until grep -q '1/4 s' stderr; do
		kill -0 "$pid" || fail "tsim ended: $(cat stdout stderr)"
	done
}

started guest
stopped=$(pgrep -P "$pid" -f -- "--first-guest=1 ") || fail "guest 1 has no process"
kill -STOP "$stopped"
until grep -q '3/4 s' stderr; do kill -0 "$pid" || fail "tsim ended: $(cat stdout stderr)"; done
kill -CONT "$stopped"
wait "$pid"
same "status of a trial whose guest stood still" "$?" 3
holds "guest 1 stood still" '.guests[1].state | test("^process was stopped for [1-3]\\.[0-9] s$")'
holds "the others did not" '[.guests[0, 2].state] | all(. == "ok")'
holds "the verdict names it" '[.verdict.reasons[] | select(test("^guest 1: process was stopped"))] | length == 1'
rm -r out

started self
kill -STOP "$pid"
sleep 1 # this is what is measured
kill -CONT "$pid"
wait "$pid"
same "status of a trial in which tsim was stopped" "$?" 3
holds "tsim was stopped" '.verdict.reasons | any(test("^tsim was stopped for [1-9]\\.[0-9] s"))'
holds "and lost its CPU to nobody" '.verdict.reasons | all(test("was preempted") | not)'
