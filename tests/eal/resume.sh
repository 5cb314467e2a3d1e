#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A sweep that was killed goes on where it stopped; what was done is not touched, what was not is measured.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
sweep=(--interface null --profile imix --guests 2 --rate 10k..30k:10k --reps 2 --duration 1s --warm-up 100ms --drain 100ms)

: >stderr
"$BIN/tsim" "${sweep[@]}" >stdout 2>stderr &
tsim=$!
children+=("$tsim")
# The third trial has begun, and is not over.
until [ "$(grep -c 'guests answer' stderr)" -ge 3 ]; do
	kill -0 "$tsim" || fail "tsim ended: $(cat stdout stderr)"
	sleep 0.05
done
kill -9 "$tsim"
wait "$tsim" 2>/dev/null
done_before=$(find out -name 'trial_*.json' | wc -l)
if [ "$done_before" -lt 2 ] || [ "$done_before" -ge 6 ]; then
	fail "$done_before trials when killed, not in the middle"
fi
find out -type f -name 'trial_*.json' -exec stat -c '%n %y %i' {} + | LC_ALL=C sort >before

# One of the done ones is cut short: it is not to be trusted.
cut=$(head -1 before | cut -d' ' -f1)
truncate -s 100 "$cut"

tsim "0 3" "${sweep[@]}"
same "trials" "$(find out -name 'trial_*.json' | wc -l)" 6
grep -q "measuring again.*$(basename "$cut")" stderr || fail "does not say what was broken: $(cat stderr)"
find out -type f -name 'trial_*.json' -exec stat -c '%n %y %i' {} + | LC_ALL=C sort >after
same "done trials, untouched" "$(comm -12 before after | wc -l)" "$((done_before - 1))"
for t in out/default/trial_*.json; do
	jq -e '.verdict.interrupted | not' "$t" >/dev/null || fail "$t is marked interrupted"
done
[ -z "$(find out -name '*.tmp*' -o -name '.*' -type f)" ] || fail "left behind: $(find out -name '.*' -type f)"

# Ctrl-C: the trial ends cleanly, is kept, is marked, and is measured again by the next run.
: >stderr # the last one's lines are not this one's
rm -r out
"$BIN/tsim" --interface null --rate 10kpps --duration 20s --warm-up 100ms --drain 100ms >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr ' 1/20 s'
kill -INT "$tsim"
wait "$tsim"
same "status after Ctrl-C" "$?" 1
holds "kept, and marked interrupted" '.verdict.interrupted and .totals.forwarded > 0 and .totals.measured_s < 15'
grep -q interrupted stdout || fail "the table does not say so"
rm -r out

# ctrl_c_killed_the_guests: a terminal sends it to all processes in front, and guests must outlive the drain.
: >stderr
setsid "$BIN/tsim" --guests 2 --rate 5kpps --duration 20s --warm-up 100ms --drain 300ms >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr ' 1/20 s'
kill -INT -- "-$tsim"
wait "$tsim"
same "status after Ctrl-C with guests" "$?" 1
holds "guests in order" '.verdict.interrupted and (.guests | all(.state == "ok" and .lost == .refused))'
