#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that send to guests, and a rate that changes within a trial.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# Guests that a frame passes by, in the mean.
declare -A passes=([to-guests]=1 [between-guests]=2 [both]=1.5)
for interface in vhost-user vfio virtio-on vmux vmux-virtio; do
	for pattern in to-guests between-guests both; do
		# So slow that queues hold what comes while a guest waits half a second for its CPU.
		tsim "0 3" --interface "$interface" --guests 4 --pattern "$pattern" --rate 1600pps \
			--duration 1s --warm-up 0s
		holds "$interface, $pattern: books balance" '.totals | .offered == .forwarded + .lost'
		same "$interface, $pattern: each guest's frames come back" \
			"$(trial '[.guests[] | .forwarded > 0, .corrupt, .foreign] | @csv')" \
			'true,0,0,true,0,0,true,0,0,true,0,0'
		holds "$interface, $pattern: it is named" ".parameters.pattern == \"$pattern\""
		# Beside those, a guest gets some that ask whether it is there; and some may be lost.
		holds "$interface, $pattern: frames pass by as many guests as they should" \
			"([.interface_info.reflectors[].received] | add) / .totals.forwarded - ${passes[$pattern]}
			| fabs < 0.25"
		rm -r out
	done
done

# Three seconds, three rates.
tsim "0 3" --interface null --guests 2 --ramp 20kpps,60kpps,40kpps --duration 3s --warm-up 0s
same "all that was scheduled" "$(trial .totals.offered)" 120000
same "a row per second, and the drain" "$(grep -vc '^#\|time' out/*/timeline_*.csv)" 4
# A generator that has to wait sends late, never early.
awk -F, '!/^#/ && $2 + 0 > 0 { t = $1 > 3 ? 3 : $1
	due = t * 20000 + (t > 1 ? (t - 1) * 40000 : 0) - (t > 2 ? (t - 2) * 20000 : 0)
	sent += $2
	if (sent > due + 1000 || sent < 0.7 * due) { print "after " t " s: " sent " frames, not " due; bad = 1 } }
	END { exit bad }' out/*/timeline_*.csv || fail "the time line does not show the ramp: $(cat out/*/timeline_*.csv)"
