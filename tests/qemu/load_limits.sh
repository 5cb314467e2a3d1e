#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# How much load a guest takes: a real virtual machine on a tap behind a bridge (virtio-net in QEMU, vhost
# off) and one on a vhost-user socket, in both of them treflect, beside tsim's models of the two. The numbers are the machine's; that
# the models come out in the order of the real ones is what is tested, where the real ones differ at all.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
"$BIN/tsim" run --help | grep -q -- --port || skip "tsim has no --port"
alone cloud
image_polling polling

mac=52:54:00:fa:00:60
real=5kpps,10kpps,20kpps,40kpps,80kpps,160kpps
model=10kpps,50kpps,150kpps,400kpps,800kpps,1600kpps
reps=3

# sweep NAME RATES REPS ARGUMENT...: trials in NAME/LABEL/, where LABEL is sweep or latency.
sweep()
{
	local name=$1 label=$2 rates=$3 reps=$4
	shift 4
	tsim "0 3" --guests 1 --mac "$mac" --profile fixed:64 --rate "$rates" --reps "$reps" --duration 300ms \
		--warm-up 100ms --drain 200ms --connect-timeout 60s --quiet --out "$name" --label "$label" "$@"
}

# per_repetition NAME FILTER: the filter's greatest value over the rates of each repetition, sorted.
per_repetition()
{
	jq -s -c "[group_by(.parameters.repetition)[] | [0, (.[] | $2)] | max] | sort" "$1"/sweep/trial_*.json
}

# limit NAME: pps, the highest rate of which less than 0.1 % was lost. A busy machine only ever takes
# some of it away, so rates below that failed are no reason against it.
limit()
{
	per_repetition "$1" 'select(.totals.loss_ratio < 0.001) | .totals.offered_pps'
}

forwarded()
{
	per_repetition "$1" '.totals.forwarded_pps'
}

median='(sort | .[length / 2 | floor])'

# measure NAME RATES ARGUMENT...: a row of the table: the limit, then latency below it.
measure()
{
	local name=$1 rates=$2 top row
	shift 2
	sweep "$name" sweep "$rates" "$reps" "$@"
	jq -s -e 'all(.[]; .totals.offered == .totals.forwarded + .totals.lost)' "$name"/sweep/trial_*.json >/dev/null ||
		fail "$name: the books do not balance"
	[ "$(forwarded "$name" | jq ".[-1] > 0")" = true ] || fail "$name: no frame came back: $(said ./*.log ./*.qemu)"
	top=$(limit "$name" | jq "$median")
	row=$(printf '%-24s %9s %19s %9s' "$name" "$(jq -n "$top / 1000 | round")" \
		"$(limit "$name" | jq -r '"\(.[0] / 1000 | round) - \(.[-1] / 1000 | round)"')" \
		"$(forwarded "$name" | jq "$median / 1000 | round")")
	if [ "$top" != 0 ]; then
		sweep "$name" latency "$(jq -rn "[10, 50, 90 | \"\($top * . / 100 | floor)pps\"] | join(\",\")")" 1 "$@"
		row+=$(jq -rs 'sort_by(.parameters.rate_pps)[] | .latency as $l | "p50_ns", "p99_ns"
			| (if ([.] | inside($l.bounds)) then ">=" else "" end) + ($l[.] / 1000 | round | tostring)' \
			"$name"/latency/trial_*.json | xargs printf ' %9s %9s')
	fi
	echo "$row" >>table
}

{
	printf '%-24s %9s %19s %9s %19s %19s %19s\n' '' 'limit' 'least - most' 'forwarded' '10 %: p50, p99' '50 %: p50, p99' '90 %: p50, p99'
	printf '%-24s %9s %19s %9s %19s %19s %19s\n' '' kpps kpps kpps us us us
} >table

# A port of the generator, a bridge and the tap of the guest, none of which says anything by itself.
ip link add generator type veth peer name uplink
ip link add bridge type bridge
ip tuntap add dev tap mode tap
for link in generator uplink bridge tap; do
	case $link in uplink | tap) ip link set "$link" master bridge ;; esac
	ip link set "$link" addrgenmode none
	ip link set "$link" up
done || fail "no network"
vm tap pcvm polling -netdev tap,id=net,ifname=tap,script=no,downscript=no,vhost=off \
	-device "$(virtio_net pcvm),netdev=net,mac=$mac,rx_queue_size=1024"
measure real-tap "$real" --port net_af_packet0,iface=generator
kill "${machines[0]}"

vm_on_vhost_user vhost-user pcvm polling s/guest-0.sock "$mac"
measure real-vhost-user "$real" --machine external --interface vhost-user --socket-dir s
kill "${machines[1]}"

if "$BIN/tsim" --check --interface virtio --vhost off 2>/dev/null; then
	measure embedded-virtio "$model" --interface virtio --vhost off --descriptors 1024
	measure embedded-vhost-user "$model" --interface vhost-user
fi
cat table
cp table "${BUILD:-.}/load_limits.txt"

# order KIND ONE OTHER: which of them takes more in every repetition, by the limit, else (a busy machine may
# leave no limit) by what it forwards at most: "more > less"; nothing if repetitions differ by more than they do.
order()
{
	local by order
	for by in limit forwarded; do
		order=$(jq -r -n --arg a "$2" --arg b "$3" --argjson va "$($by "$1-$2")" --argjson vb "$($by "$1-$3")" \
			'if $va[0] > $vb[-1] then "\($a) > \($b)" elif $vb[0] > $va[-1] then "\($b) > \($a)" else empty end')
		[ -z "$order" ] || break
	done
	echo "$order"
}

real=$(order real tap vhost-user)
[ -n "$real" ] || skip "the machine is too busy: repetitions differ by more than tap and vhost-user do"
echo "real: $real"
[ -d embedded-virtio ] || skip "this tsim has no --interface virtio to compare with"
model=$(order embedded virtio vhost-user)
[ -n "$model" ] || skip "the machine is too busy: repetitions differ by more than the models do"
echo "embedded: $model"
same "order of the models" "${model/virtio/tap}" "$real"
