#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest whose memory goes while it is measured: it is named, with the time; the other one is not touched.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh" || exit 1

for words in vhost-user vmux-virtio "vmux-virtio --policy passthrough:1"; do
	rm -rf out s stderr
	# shellcheck disable=SC2086
	"$BIN/tsim" --machine external --interface $words --socket-dir s --guests 2 --rate 4kpps --duration 3s --warm-up 0s \
		--drain 300ms --connect-timeout 30s --cores 1 >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	until_said stderr 'guest 1'
	"$BIN/treflect" --vhost-user s/guest-1.sock --first-guest 1 --give-way >steady 2>log &
	steady=$!
	# DPDK's memory is a file that can be shortened by whoever may open it.
	"$BIN/treflect" --vhost-user s/guest-0.sock --driver=dpdk --give-way >/dev/null 2>log.0 &
	taken=$!
	children+=("$steady" "$taken")
	until_said stderr ' 1/3 s'
	file=$(find "/proc/$taken/fd" -lname '/memfd:*' -print -quit)
	# It would meet that first, and be gone.
	kill -STOP "$taken"
	truncate -s 0 "$file" || fail "$words: no memory to take"
	wait "$tsim"
	same "$words: status: done, but not trustworthy" "$?" 3
	grep -q 'guest 0: took its memory away at [12]\.' stdout || fail "$words: no word of it: $(cat stdout)"
	holds "$words: books balance" '.totals | .offered == .forwarded + .lost and .foreign == 0 and .corrupt == 0'
	holds "$words: the other one goes on" '.guests[1] | .state == "ok" and .forwarded > 0.9 * .offered'
	kill -KILL "$taken"
	wait "$taken" 2>/dev/null
	wait "$steady" || fail "$words: the other one: $?: $(cat log)"
done
