#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tsim search finds a limit that is known: a token bucket (tc tbf) between generator and reflector lets
# through rate / frame length, without the FCS, which the kernel does not count. The longest burst without
# loss is what its queue and its bucket hold, and what leaves meanwhile (RFC 9004).
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
ns=tsim-$$ rate=50000000
after()
{
	for end in a m b; do ip netns del "$ns-$end" 2>/dev/null; done
	cleanup
}
trap after EXIT

need tc iproute2
for end in a m b; do
	if [ "$(id -u)" -ne 0 ] || ! ip netns add "$ns-$end" 2>/dev/null; then
		echo "skipped: veth needs root and network namespaces"
		exit 77
	fi
done
for end in a b; do
	ip link add "v$end$$" netns "$ns-$end" type veth peer name "m$end$$" netns "$ns-m" || fail "no veth pair"
done
ip -n "$ns-m" link add "br$$" type bridge || fail "no bridge"
for link in "a va$$" "b vb$$" "m ma$$" "m mb$$" "m br$$"; do
	ip netns exec "$ns-${link% *}" sysctl -qw "net.ipv6.conf.${link#* }.disable_ipv6=1"
	ip -n "$ns-${link% *}" link set "${link#* }" up || fail "$link is not up"
done
for link in "ma$$" "mb$$"; do ip -n "$ns-m" link set "$link" master "br$$" || fail "no bridge"; done
# What a trial of half a second sends through the bucket's own room is less than 1 %.
if ! ip netns exec "$ns-m" tc qdisc add dev "mb$$" root tbf rate $rate burst 10kb limit 20kb; then
	echo "skipped: this kernel has no token bucket"
	exit 77
fi
ip netns exec "$ns-b" "$BIN/treflect" --device "net_af_packet0,iface=vb$$" --core 0 --give-way >treflect.log 2>&1 &
children+=($!)

# Before other programs: what they disturb is measured again and again. All is back in 200 ms: queues hold 12.
search()
{
	ip netns exec "$ns-a" nice -n -20 "$BIN/tsim" search --port "net_af_packet0,iface=va$$" \
		--cores "$(($(nproc) - 1))" --drain 200ms "$@" >stdout 2>stderr
}

for size in 512 1024 1518; do
	search -p "fixed:$size" --max-load $((2 * rate / 8 / size))pps --retries 5 \
		--goal loss=0.5%,initial=500ms,final=500ms,sum=1500ms,exceed=50%,width=2% --label "$size"
	status=$?
	same "$size B: status ($(cat stderr))" "$status" 0
	# The limit is between the bounds, but for what the bucket holds and the goal allows.
	jq -e --argjson pps "$((rate / 8 / (size - 4)))" '.goals[0] |
		.state == "found" and .lower_pps < 1.016 * $pps and .upper_pps > 0.985 * $pps and
		(.upper_pps - .lower_pps) / .upper_pps <= 0.02' out/"$size"/search_*.json >/dev/null ||
		fail "$size B: not about $((rate / 8 / (size - 4))) pps: $(cat stdout stderr)"
done

# At the link's rate R a burst of n frames leaves n - n * T / R of them behind, T being what the bucket lets through.
size=1024 held=$(((60 + 10) * 1024)) link=100000000
ip netns exec "$ns-m" tc qdisc change dev "mb$$" root tbf rate $rate burst 10kb limit 60kb || fail "no longer queue"
search --suite rfc2544 --bursts 1 -p "fixed:$size" --link 100M --retries 9 \
	--goal loss=0,initial=500ms,final=500ms,sum=500ms,exceed=0,width=4% --label suite
status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "suite: status $status ($(cat stderr))"
jq -e --argjson pps "$((rate / 8 / (size - 4)))" --argjson held "$((held / (size - 4)))" --argjson line "$((link / 8 / (size + 20)))" '
	($held / (1 - $pps / $line)) as $burst | .suite | (.bursts | length) == 1 and
	.burst_frames > 0.92 * $burst and .burst_frames < 1.04 * $burst' out/suite/search_*.json >/dev/null ||
	fail "burst: $(jq -c .suite out/suite/search_*.json) $(cat stdout stderr)"
# What is lost beyond the bucket's rate: half of the link's, and nothing at less than its own.
jq -e '[.trials[] | select(.use == "loss-curve" and (.spoilt | not))] | all(if .rate_pps > 9000 then .loss_ratio > 0.2 else true end)' \
	out/suite/search_*.json >/dev/null || fail "loss curve: $(cat stdout)"
