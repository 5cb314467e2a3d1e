#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that send to guests, and a rate that changes within a trial.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# Guests that a frame passes by, in the mean.
declare -A passes=([to-guests]=1 [between-guests]=2 [both]=1.5)
for interface in vhost-user vfio virtio-on vmux; do
	for pattern in to-guests between-guests both; do
		tsim "0 3" --interface "$interface" --guests 4 --pattern "$pattern" --rate 4kpps \
			--duration 500ms --warm-up 0s
		holds "$interface, $pattern: books balance" '.totals | .offered == .forwarded + .lost'
		holds "$interface, $pattern: each guest's frames come back" \
			'.guests | all(.state == "ok" and .forwarded > 0 and .corrupt == 0 and .foreign == 0)'
		holds "$interface, $pattern: it is named" ".parameters.pattern == \"$pattern\""
		# Beside those, a guest gets a few that ask whether it is there.
		holds "$interface, $pattern: frames pass by as many guests as they should" \
			"([.interface_info.reflectors[].received] | add) - .totals.offered * ${passes[$pattern]}
			| . >= 0 and . < 400"
		rm -r out
	done
done

# Three seconds, three rates.
tsim "0 3" --interface null --guests 2 --ramp 20kpps,60kpps,40kpps --duration 3s --warm-up 0s
same "all that was scheduled" "$(trial .totals.offered)" 120000
same "a row per second, and the drain" "$(grep -vc '^#\|time' out/*/timeline_*.csv)" 4
awk -F, '!/^#/ && $2 + 0 > 0 { n++; want = n == 1 ? 20000 : n == 2 ? 60000 : 40000
	if ($2 < 0.8 * want || $2 > 1.2 * want) { print "second " n ": " $2 " frames, not " want; bad = 1 } }
	END { exit bad }' out/*/timeline_*.csv || fail "the time line does not show the ramp: $(cat out/*/timeline_*.csv)"
