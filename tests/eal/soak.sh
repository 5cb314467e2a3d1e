#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that die and come back while a trial runs at full load: counters balance, memory stays flat.
# TSIM_SOAK_S makes it longer (600 for ten minutes).
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
seconds=${TSIM_SOAK_S:-12}
interface=${interface-vhost-user}
mkdir "$TMP/sockets"

# guests NTH: four guests in one process, brought back whenever it is killed.
guests()
{
	local nth=$1 args=()
	for ((i = 4 * nth; i < 4 * nth + 4; i++)); do
		args+=(--vhost-user "$TMP/sockets/guest-$i.sock")
	done
	while :; do
		"$BIN/treflect" "${args[@]}" --first-guest "$((4 * nth))" --core 0 --give-way \
			>>"$TMP/treflect-$nth.log" 2>&1 &
		echo $! >"$TMP/pid-$nth"
		wait $! 2>/dev/null
		[ ! -e "$TMP/over" ] || return
		sleep 0.2
	done
}

# rss PID: KiB that are resident.
rss()
{
	awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}

"$BIN/tsim" --machine external -i "$interface" --socket-dir "$TMP/sockets" -g 8 -r max -d "${seconds}s" \
	--warm-up 500ms --cores 1 --connect-timeout 30s >"$TMP/stdout" 2>"$TMP/stderr" &
pid=$!
for ((i = 0; i < 100; i++)); do
	[ ! -S "$TMP/sockets/guest-7.sock" ] || break
	sleep 0.1
done
guests 0 &
keepers=($!)
guests 1 &
keepers+=($!)
until_said stderr " 3/$seconds s"
early=$(rss "$pid")
killed=0
for ((t = 4; t < seconds - 3; t += 2)); do
	kill -9 "$(cat "$TMP/pid-$((killed % 2))")" && killed=$((killed + 1))
	sleep 2
	late=$(rss "$pid")
done
wait "$pid"
status=$?
touch "$TMP/over"
kill -9 "$(cat "$TMP/pid-0")" "$(cat "$TMP/pid-1")" 2>/dev/null
wait "${keepers[@]}" 2>/dev/null
case "$status" in
0 | 3) ;;
*) fail "status $status: $(cat "$TMP/stderr")" ;;
esac
[ "$killed" -ge 2 ] || fail "only $killed guests were killed"
holds "offered = forwarded + lost" '.totals.offered == .totals.forwarded + .totals.lost'
holds "of each guest, too" '[.guests[] | .offered == .forwarded + .lost] | all'
holds "guests answered again after their deaths" '[.guests[] | .forwarded > 0] | all'
holds "the trial says who was away" '[.guests[] | select(.state != "ok")] | length > 0'
[ "$((late - early))" -lt 4096 ] || fail "tsim grew from $early to $late KiB"
echo "$killed deaths in $seconds s, $(trial .totals.forwarded) frames forwarded," \
	"$(trial .totals.lost) lost, resident $early then $late KiB"
