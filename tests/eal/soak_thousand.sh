#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A thousand vhost-user guests whose processes are killed at any time, while they connect and while they
# are measured, and come back for the next trial: every trial balances, who died is named, nobody else
# is, and neither memory nor open files of tsim grow. TSIM_SOAK_S makes it longer (600 for ten minutes).
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
seconds=${TSIM_SOAK_S:-60}
seed=${TSIM_TEST_SEED:-$((SRANDOM % 100000))}
RANDOM=$seed
echo "seed $seed (TSIM_TEST_SEED=$seed repeats it)"

"$BIN/tsim" --guests 1000 --guests-per-process 125 --rate 50kpps --duration 2s --warm-up 100ms --drain 500ms \
	--connect-timeout 20s --reps 10000 >/dev/null 2>stderr &
tsim=$!
children+=("$tsim")

# of_tsim: KiB that are resident, and open files.
of_tsim()
{
	echo "$(awk '/^VmRSS:/ { print $2 }' "/proc/$tsim/status") $(find "/proc/$tsim/fd" -mindepth 1 | wc -l)"
}

# check_trial FILE: it balances; whoever is not in order has lost its process.
check_trial()
{
	local all
	all=$(jq -c '[
		.totals.offered > 0 and .totals.offered == .totals.forwarded + .totals.lost and
			all(.guests[]; .offered == .forwarded + .lost),
		([.guests[] | select(.state != "ok") | select(.state | test("killed by signal 9") | not)] | length),
		([.guests[] | select(.state != "ok")] | length)]' "$1") || fail "$1 is no trial"
	case "$all" in
	"[true,0,"*) ;;
	*) fail "$1: $all" ;;
	esac
	[ "$all" != "[true,0,0]" ] || whole=$((whole + 1))
	checked=$((checked + 1))
	rm "${1%/*}"/*"_rep${1##*_rep}" "${1%/*}"/*"_rep$(basename "${1##*_rep}" .json)".* 2>/dev/null
}

# check_trials: those that are there. The last file of a trial is its JSON.
check_trials()
{
	local t
	for t in out/default/trial_*.json; do
		[ ! -e "$t" ] || check_trial "$t"
	done
}

killed=0 checked=0 whole=0 early=
until_said stderr ' 1/2 s' 120
SECONDS=0
while [ "$SECONDS" -lt "$seconds" ]; do
	kill -0 "$tsim" 2>/dev/null || fail "tsim ended: $(tail -n 3 stderr)"
	# Every third time two trials are left alone: they have to be in order.
	if [ $((RANDOM % 3)) -eq 0 ]; then
		sleep 6
	else
		pid=$(pgrep -P "$tsim" | shuf -n 1 --random-source=<(yes "$RANDOM"))
		[ -z "$pid" ] || ! kill -9 "$pid" 2>/dev/null || killed=$((killed + 1))
		sleep "0.$((RANDOM % 900 + 100))"
	fi
	check_trials
	[ -n "$early" ] || [ "$checked" -lt 4 ] || early=$(of_tsim)
done
late=$(of_tsim)
kill -INT "$tsim"
wait "$tsim"
case $? in
1 | 3) ;;
*) fail "status: $(tail -n 3 stderr)" ;;
esac
check_trials
[ "$killed" -ge 5 ] || fail "only $killed processes were killed"
[ "$whole" -ge 2 ] || fail "only $whole of $checked trials had all guests in order"
read -r rss files <<<"$early"
read -r rss_late files_late <<<"$late"
[ "$((rss_late - rss))" -lt 32768 ] || fail "tsim grew from $rss to $rss_late KiB"
[ "$files_late" -le "$((files + 16))" ] || fail "tsim had $files open files, and has $files_late"
echo "$killed processes of 125 guests killed in $seconds s; $checked trials balance, $whole of them with all" \
	"guests in order; resident $rss then $rss_late KiB, $files then $files_late open files"
