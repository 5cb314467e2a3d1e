#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A vhost-user front end sends nonsense to one guest's socket while others are measured: tsim lives,
# the others lose nothing by it, and all accounts balance.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
mkdir "$TMP/sockets"
"$BIN/tsim" --machine external --socket-dir "$TMP/sockets" -g 4 -r 20kpps -d 8s --warm-up 500ms \
	--cores 1 --connect-timeout 3s -q >"$TMP/stdout" 2>"$TMP/stderr" &
pid=$!
for ((i = 0; i < 100; i++)); do
	[ ! -S "$TMP/sockets/guest-3.sock" ] || break
	sleep 0.1
done
"$BIN/treflect" --vhost-user "$TMP/sockets/guest-0.sock" --vhost-user "$TMP/sockets/guest-1.sock" \
	--vhost-user "$TMP/sockets/guest-2.sock" --core 0 --give-way >"$TMP/treflect.log" 2>&1 &
children=($!)
seed=${TSIM_SEED:-1}
echo "seed $seed"
"$BUILD/tests/bad_front_end" "$TMP/sockets/guest-3.sock" "$seed" 9 || fail "the bad front end: $?"
wait "$pid"
status=$?
case "$status" in
0 | 3) ;;
*) fail "status $status: $(cat "$TMP/stderr")" ;;
esac
holds "offered = forwarded + lost" '.totals.offered == .totals.forwarded + .totals.lost'
holds "of each guest, too" '[.guests[] | .offered == .forwarded + .lost] | all'
holds "the others answered" '[.guests[0:3][] | .forwarded > 0.9 * .offered] | all'
holds "the bad one returned nothing of ours" '.guests[3].forwarded == 0'
