#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that sleep ask to be called: the calls are counted, per guest and frame, and noted. Guests that
# poll are not called.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh" || exit 1
export XDG_RUNTIME_DIR=$TMP

# measured OPTION...: a trial of two external guests whose treflect has these options.
measured()
{
	rm -rf s out
	"$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 2 --rate 2kpps --duration 500ms --warm-up 100ms \
		--drain 100ms >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 300); do [ -S s/guest-1.sock ] && break; sleep 0.1; done
	"$BIN/treflect" --vhost-user s/guest-0.sock --vhost-user s/guest-1.sock "$@" >account 2>log &
	children+=("$!")
	wait "$tsim"
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "tsim: status $status: $(cat stderr)"
	wait "${children[-1]}"
	holds "frames came back" '.totals.forwarded > 0'
	holds "calls per guest and of all" '.cpu.calls == ([.guests[].calls] | add)'
}

measured --give-way
holds "both are called, at most twice per frame" \
	'([.guests[] | .calls > 0] | all) and .cpu.calls_per_frame > 0 and .cpu.calls_per_frame <= 2'
grep -q 'guests use interrupts: [0-9]* calls, [0-9.e-]* per frame' stdout || fail "no note: $(cat stdout)"
measured
holds "no calls" '.cpu.calls == 0 and .cpu.calls_per_frame == 0'
! grep -q interrupts stdout || fail "a note: $(cat stdout)"
