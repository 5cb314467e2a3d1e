#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two reflectors behind one port answer for the same guest: that is said before the trial, and nothing
# is measured as if it were one.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
ns=tsim-two-$$
after()
{
	ip netns del "$ns-a" 2>/dev/null
	ip netns del "$ns-b" 2>/dev/null
	cleanup
}
trap after EXIT

if [ "$(id -u)" -ne 0 ] || ! ip netns add "$ns-a" 2>/dev/null || ! ip netns add "$ns-b"; then
	echo "skipped: veth needs root and network namespaces"
	exit 77
fi
ip link add "va$$" netns "$ns-a" type veth peer name "vb$$" netns "$ns-b" || fail "no veth"
ip -n "$ns-a" link set "va$$" up || fail "veth is not up"
ip -n "$ns-b" link set "vb$$" up || fail "veth is not up"
for nth in 1 2; do
	ip netns exec "$ns-b" "$BIN/treflect" --device "net_af_packet0,iface=vb$$" --core 0 --give-way \
		>"treflect-$nth.log" 2>&1 &
	children+=("$!")
done
# Until both have a packet socket there.
until [ "$(ip netns exec "$ns-b" cat /proc/net/packet | wc -l)" -ge 3 ]; do
	kill -0 "${children[@]}" || fail "a reflector ended: $(cat treflect-*.log)"
done
# The reflectors share a CPU: where the second has not run by the third answer, its frames come during the
# trial, which then says the same and is not trustworthy.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	status=0
	ip netns exec "$ns-a" "$BIN/tsim" --port "net_af_packet0,iface=va$$" --guests 1 --profile fixed:64 --rate 100pps \
		--duration 300ms --warm-up 100ms --connect-timeout 60s --overwrite >stdout 2>stderr || status=$?
	[ "$status" -eq 3 ] || break
	grep -q 'guest 0: returns each frame more than once: duplicate MAC' stdout ||
		fail "a trial of two guests that are one does not say so: $(cat stdout stderr)"
	rm -r out
done
grep -q 'guest 0: returns each frame more than once: duplicate MAC' stderr ||
	fail "the second guest is not named: status $status, $(cat stdout stderr)"
same "nothing is measured" "$status" 1
