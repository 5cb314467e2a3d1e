#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Killed at random moments, started again: every trial is there once, and whole; nothing is left behind.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
seed=${TSIM_TEST_SEED:-$((SRANDOM % 100000))}
RANDOM=$seed
echo "seed $seed (TSIM_TEST_SEED=$seed repeats it)"
sweep=(--guests 2 --rate "1kpps,2kpps" --reps 3 --duration 50ms --warm-up 0s --drain 10ms)
export TMPDIR=$TMP/tmp
mkdir "$TMPDIR" kept

# keep_done: each trial that is there now is, or has been, the same file all the time.
keep_done()
{
	local t
	for t in out/default/trial_*.json; do
		[ -e "$t" ] || continue
		jq -e '.verdict.interrupted | not' "$t" >/dev/null || fail "$t: a killed trial counts as done"
		[ -e "kept/${t##*/}" ] || ln "$t" "kept/${t##*/}"
		[ "$t" -ef "kept/${t##*/}" ] || fail "$t: measured twice"
	done
}

kills=0
for _ in 1 2 3 4 5; do
	timeout --foreground -s KILL "$((RANDOM % 3)).$((RANDOM % 900 + 100))" "$BIN/tsim" "${sweep[@]}" >stdout 2>stderr
	case $? in
	0 | 3 | 124) ;; # 124: it had ended when it was to be killed
	137) kills=$((kills + 1)) ;;
	*) fail "status $?: $(cat stderr)" ;;
	esac
	keep_done
done
echo "killed $kills times, with $(find kept -type f | wc -l) of 6 trials done"
tsim "0 3" "${sweep[@]}"
keep_done
same "trials" "$(find out -name 'trial_*.json' | wc -l)" 6
[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
[ -z "$(find out -name '.*')" ] || fail "left in out: $(find out -name '.*')"
# Done is done: nothing is measured now.
tsim "0 3" "${sweep[@]}"
grep -q '^already measured: 6 ' stderr || fail "$(cat stderr)"
keep_done
# Killed after the last trial: its lock goes with the next start, which has nothing to measure.
: >out/default/.tsim-lock
tsim "0 3" "${sweep[@]}"
[ -z "$(find out -name '.*')" ] || fail "left by a start without trials: $(find out -name '.*')"
