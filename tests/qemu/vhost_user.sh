#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Real virtual machines on tsim's vhost-user sockets: a PC and a microvm, whose kernel drives
# virtio-net. They stay up while tsim runs one trial after the other.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
image_reflecting reflecting

"$BIN/tsim" --machine external --interface vhost-user --socket-dir s --guests 2 --profile imix --rate 2kpps,4kpps \
	--duration 2s --warm-up 500ms --connect-timeout 60s >stdout 2>stderr &
tsim=$!
children+=("$tsim")
for guest in 0 1; do
	until_there "s/guest-$guest.sock"
done
vm_on_vhost_user first pcvm reflecting s/guest-0.sock 52:54:00:fa:00:60
vm_on_vhost_user second microvm reflecting s/guest-1.sock 52:54:00:fa:00:61

wait "$tsim"
status=$?
case $status in
0 | 3) ;;
*)
	said stdout stderr first.* second.*
	fail "tsim: status $status"
	;;
esac
kill -0 "${machines[@]}" || fail "a virtual machine has died: $(said first.* second.*)"
same "trials" "$(cat out/*/trial_*.json | jq -s length)" 2
all_hold "both guests sent frames back" '.guests | all(.state == "ok" and .forwarded > 0)'
all_hold "the books balance" '.totals | .offered == .intended and .offered == .forwarded + .lost'
all_hold "the books of each guest balance" '.guests | all(.offered == .forwarded + .lost)'
all_hold "guests send nothing of their own and break nothing" '.totals | .corrupt == 0 and .foreign == 0'
jq -r '"\(.parameters.rate_pps) pps: \(.guests[] | "\(.mac) \(.forwarded) of \(.offered), p50 \(.latency.p50_ns / 1000) us")"' out/*/trial_*.json
