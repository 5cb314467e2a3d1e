#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tsim vfio-user: what it refuses, and its sockets: there when it serves, of nobody else, gone when it
# has ended.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh" || exit 1
serve=("$BIN/tsim" vfio-user)

expect 2 'requires --device and --back-end' "${serve[@]}"
expect 2 'as many --back-end as --device, got 0 and 1' "${serve[@]}" --device d
expect 2 'as many --back-end as --device, got 2 and 1' "${serve[@]}" --device d --back-end a --back-end b
expect 2 "--descriptors: invalid number 48; expected a power of two" "${serve[@]}" --device d --back-end b --descriptors 48
expect 2 '32 to 32768' "${serve[@]}" --device d --back-end b --descriptors 16
expect 2 '1 to 8' "${serve[@]}" --device d --back-end b --queues 9
expect 2 "02:00:00:00:00" "${serve[@]}" --device d --back-end b --mac 02:00:00:00:00
expect 2 "unexpected" "${serve[@]}" --device d --back-end b word
# shellcheck disable=SC2046
expect 2 'at most 64 guests' "${serve[@]}" $(printf -- '--device d%s --back-end b ' {1..65})
expect 2 'path too long (at most 107 characters); use a shorter path' "${serve[@]}" --device "$(printf 'x%.0s' {1..120})" --back-end b
expect 1 'No such file' "${serve[@]}" --device no/d --back-end b
touch file
expect 1 'not a socket; use another path' "${serve[@]}" --device file --back-end b
[ -f file ] || fail 'removed a file that is no socket'
# What was made before the fault is gone.
expect 1 'not a socket' "${serve[@]}" --device first --device file --back-end b --back-end c
[ ! -e first ] || fail "left the first guest's socket"

# start: in the background; its sockets d0 and d1 are there, and not those of a killed one.
start()
{
	local n
	touch before
	"${serve[@]}" --device d0 --back-end b0 --device d1 --back-end b1 >out 2>err &
	pid=$!
	for ((n = 0; n < 200; n++)); do
		! [ -S d1 ] || ! [ d1 -nt before ] || return 0
		sleep 0.05
	done
	fail "no socket after 10 s: $(<err)"
}

# ended STATUS: and nothing is left, not even a temporary name.
ended()
{
	local status=0
	wait "$pid" || status=$?
	[ "$status" -eq "$1" ] || fail "status $status, not $1: $(<err)"
	[ ! -s out ] || fail "on stdout: $(<out)"
}

for signal in TERM INT; do
	start
	[ "$(stat -c %a d0 d1 | sort -u)" = 700 ] || fail "mode of sockets: $(stat -c %a d0 d1)"
	expect 1 'in use by another program' "${serve[@]}" --device d1 --back-end b
	kill "-$signal" "$pid"
	ended 0
	[ -z "$(find . -type s)" ] || fail "SIG$signal: left $(find . -type s)"
done
# A killed one leaves its sockets, which the next removes.
start
kill -9 "$pid"
ended 137
[ -S d0 ] || fail 'kill -9 left no socket to test with'
start
kill "$pid"
ended 0
finish
