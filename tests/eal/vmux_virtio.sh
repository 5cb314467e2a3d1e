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

# Two interfaces that librte_vhost serves, each with its own guests, beside the others.
tsim "0 3" --guests vhost-user:2,vmux-virtio:2,vmux:2,vfio:1 --policy passthrough:1 --mediators 2 --rate 7kpps \
	--duration 1s --warm-up 0s
holds "books" '.totals | .offered == .forwarded + .lost and .duplicated == 0 and .reordered == 0 and .foreign == 0'
holds "each had its share" '[.guests[].forwarded] | all(. > 0)'
holds "each has its mediators" \
	'[.interface_info.interfaces[] | select(.mediators != null) | .passed_through] == [[2], [4]]'
rm -r out

# reset POLICY: treflect of guest 0 is killed and comes back while frames are under way; guest 1 goes on.
reset()
{
	local policy=$1 tsim status
	rm -rf s out stderr
	"$BIN/tsim" --machine external --interface vmux-virtio --policy "$policy" --mediators 2 --socket-dir s --guests 2 \
		--rate 4kpps --duration 3s --warm-up 0s --drain 500ms --connect-timeout 30s >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 300); do [ -S s/guest-1.sock ] && break; sleep 0.1; done
	"$BIN/treflect" --vhost-user s/guest-1.sock --first-guest 1 --give-way >steady 2>log &
	children+=("$!")
	"$BIN/treflect" --vhost-user s/guest-0.sock --give-way >account 2>log &
	children+=("$!")
	until_said stderr ' 1/3 s'
	for _ in 1 2 3 4 5; do
		kill -9 "${children[-1]}"
		wait "${children[-1]}"
		"$BIN/treflect" --vhost-user s/guest-0.sock --give-way >account 2>log &
		children+=("$!")
		sleep 0.1
	done
	wait "$tsim"
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "reset, $policy: status $status: $(cat stderr)"
	wait "${children[-1]}" "${children[-2]}"
	holds "$policy: books balance" '.totals | .offered == .forwarded + .lost and .duplicated == 0 and .foreign == 0'
	holds "$policy: the other guest lost nothing by it" '.guests[1] | .reordered == 0 and .forwarded > 0.9 * .offered'
	same "$policy: the last one was served" "$(jq '.guests[0] | .received > 100 and .sent > 100' account)" true
	holds "$policy: guests that sleep were called" 'all(.guests[]; .calls > 0)'
}
for policy in emulate-all passthrough:1 busiest:1:2ms; do
	reset "$policy"
done
