#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine with real guests under the thread sanitizer: no data race, whatever the interface. The
# reflectors are built with it, too.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
cp "$SOURCE/tests/eal/races.supp" "$TMP" || exit 1 # options end at a space, which $SOURCE may have
export TSAN_OPTIONS="suppressions=$TMP/races.supp exitcode=66 log_path=$TMP/race"

# clean ARGUMENT...: a trial without a race.
clean()
{
	tsim "0 3 66" --duration 1s --warm-up 200ms --drain 1s "$@"
	cat "$TMP"/race.* 2>/dev/null && fail "tsim $*: data races, see above"
	holds "tsim $*: books balance" '.totals | .offered == .forwarded + .lost and .offered > 0'
	rm -r out
}

for interface in vhost-user vfio vmux vmux-virtio virtio-on virtio-off null; do
	clean --interface "$interface" --guests 4 --rate 20kpps
done
# Not vmux with policy busiest: a mediator's write and the receiver's read of a frame are in order by
# what the guest's process does between them, which the sanitizer does not see.
clean --guests vhost-user:2,vfio:2 --pattern both --rate 10kpps
clean --interface vhost-user --guests 2 --rate max

# A process dies, and its guests are back in the next trial: queues are made new while others look at them.
# Not virtio: a GMutex keeps its threads out meanwhile.
for interface in vhost-user vfio vmux vmux-virtio; do
	rm -f stderr # what the one before said
	"$BIN/tsim" --interface "$interface" --guests 8 --guests-per-process 4 --rate 5kpps --duration 2s --warm-up 200ms \
		--drain 1s --reps 2 >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	until_said stderr ' 1/2 s'
	kill -9 "$(pgrep -P "$tsim" -f -- --first-guest=4)" || fail "$interface: guests 4 to 7 have no process"
	wait "$tsim"
	status=$?
	cat "$TMP"/race.* 2>/dev/null && fail "$interface, a process killed: data races, see above"
	same "$interface: status ($(cat stderr))" "$status" 3
	same "$interface: guests that are back" "$(jq '[.guests[] | select(.state == "ok")] | length' out/*/trial_*_rep1.json)" 8
	rm -r out
done
