#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Interface vmux-virtio: all that vmux does, with virtqueues of the guests; beside other interfaces; guests
# that are reset in traffic, in the mediator's hands and in a worker's; guests that ask to be called.
interface="vmux-virtio"
# shellcheck source=tests/eal/vmux.sh
. "$SOURCE/tests/eal/vmux.sh" || exit 1
rm -r out

# One mediator, and no more CPU than it gets.
tsim "0 3" --interface vmux-virtio --guests 4 --guest-driver dpdk --rate 5kpps --duration 500ms --warm-up 0s
every_frame_is_accounted_for "DPDK's driver, one mediator"
holds "one" "$vmux.mediators == 1"
rm -r out

# Guests of both kinds behind the same mediators, beside interfaces of their own; the first three are passed through.
tsim "0 3" --guests vhost-user:2,vmux-virtio:2,vmux:2,vfio:1 --policy passthrough:3 --mediators 4 --rate 7kpps \
	--duration 1s --warm-up 0s
holds "books" '.totals | .offered == .forwarded + .lost and .duplicated == 0 and .reordered == 0 and .foreign == 0'
holds "each had its share" '[.guests[].forwarded] | all(. > 0)'
holds "one set of mediators" '[.interface_info.interfaces[] | [.interface, .guests, .mediators, .passed_through]]
	== [["vhost-user", 2, null, null], ["vmux-virtio+vmux", 4, 4, [2, 3, 4]], ["vfio", 1, null, null]]'
holds "each guest says its own interface" \
	'[.guests[].interface] == ["vhost-user", "vhost-user", "vmux-virtio", "vmux-virtio", "vmux", "vmux", "vfio"]'
holds "only frames of the one that is left are theirs" \
	'(.guests[5] | .offered - .refused) as $sent
	| .interface_info.interfaces[1] | .frames_to_guests + ([.dropped[]] | add) == $sent'
rm -r out

# Each sends to one of the other kind: to the same mediator's, to another one's; past both, if passed through.
vmux='.interface_info.interfaces[0]'
for mediators in 1 2; do
	tsim "0 3" --guests vmux:2,vmux-virtio:2 --pattern between-guests --mediators "$mediators" --rate 1600pps \
		--duration 1s --warm-up 0s
	every_frame_is_accounted_for "between guests of both kinds, $mediators mediators"
	holds "each guest's frames come back" '[.guests[].forwarded] | all(. > 0)'
	holds "through the mediators" "$vmux.frames_between_guests >= .totals.forwarded"
	rm -r out
done
tsim "0 3" --guests vmux:2,vmux-virtio:2 --pattern between-guests --policy passthrough:1 --rate 1600pps \
	--duration 1s --warm-up 0s
every_frame_is_accounted_for "between guests of both kinds, one passed through"
holds "each guest's frames come back" '[.guests[].forwarded] | all(. > 0)'
rm -r out

# host ARGUMENT...: tsim for two guests, without its treflects; $tsim is its process.
host()
{
	rm -rf s out stderr
	"$BIN/tsim" --machine external --interface vmux-virtio --mediators 2 --socket-dir s --guests 2 \
		--warm-up 0s --connect-timeout 30s "$@" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 300); do [ -S s/guest-1.sock ] && break; sleep 0.1; done
}

# guest N REPORT: a treflect that sleeps when it is idle; the last of the children.
guest()
{
	"$BIN/treflect" --vhost-user "s/guest-$1.sock" --first-guest "$1" --give-way >"$2" 2>log &
	children+=("$!")
}

# reset POLICY: treflect of guest 0 is killed and comes back while frames are under way; guest 1 goes on.
reset()
{
	local policy=$1 status
	host --policy "$policy" --rate 4kpps --duration 3s --drain 500ms
	guest 1 steady
	guest 0 account
	until_said stderr ' 1/3 s'
	for _ in 1 2 3 4 5; do
		kill -9 "${children[-1]}"
		wait "${children[-1]}"
		guest 0 account
		sleep 0.1
	done
	wait "$tsim"
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "reset, $policy: status $status: $(cat stderr)"
	wait "${children[-1]}" "${children[-2]}"
	holds "$policy: books balance" '.totals | .offered == .forwarded + .lost and .duplicated == 0 and .foreign == 0'
	holds "$policy: the other guest lost nothing by it" '.guests[1] | .reordered == 0 and .forwarded > 0.9 * .offered'
	same "$policy: the last one was served" "$(jq '.guests[0] | .received > 100 and .sent > 100' account)" true
}
for policy in emulate-all passthrough:1 busiest:1:2ms; do
	reset "$policy"
done

# Guests that sleep are called, one by a worker, one by a mediator. Where others take the CPU, a guest that
# looks for frames now and then finds them before it sleeps.
called=false
for _ in 1 2 3 4 5; do
	host --policy passthrough:1 --rate 10pps --duration 2s
	guest 0 account
	guest 1 account
	wait "$tsim"
	wait "${children[-1]}" "${children[-2]}"
	called=$(trial 'all(.guests[]; .calls > 0)')
	[ "$called" = false ] || break
	echo "the machine is busy: once more"
done
same "guests that sleep were called" "$called" true
