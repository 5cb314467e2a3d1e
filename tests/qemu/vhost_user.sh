#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Real virtual machines on tsim's vhost-user sockets: a PC and a microvm, whose kernel drives
# virtio-net. They stay up while tsim runs one trial after the other, and also when it is killed. The PC
# has several queue pairs, of which one is used.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
image_reflecting reflecting

# measure ARGUMENT...: tsim for two guests, whose sockets are there then.
measure()
{
	"$BIN/tsim" --machine external --interface vhost-user --socket-dir s --guests 2 --profile imix --warm-up 500ms \
		--connect-timeout 60s "$@" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for guest in 0 1; do
		until_there "s/guest-$guest.sock"
	done
}

# first_vm: as the README starts it, but with a disk in memory, and with four queue pairs.
first_vm()
{
	local kernel initramfs command from to
	{ read -r kernel && read -r initramfs; } <reflecting.image
	command=$(readme_command qemu-system-x86_64)
	[ "$(accelerator)" = kvm ] || command=$(sed 's/accel=kvm/accel=tcg/; s/-cpu host/-cpu max/; s/virtio-net-pci/&,vectors=0/' <<<"$command")
	while read -r from to; do
		[ "${command/"$from"/}" != "$command" ] || fail "the README's command has no $from: $command"
		command=${command/"$from"/"$to"}
	done <<-'END'
		/tmp/s/ s/
		chardev=tsim chardev=tsim,queues=4
		netdev=net, netdev=net,mq=on,
		guest.qcow2 -smp 2 -kernel "$kernel" -initrd "$initramfs" -append "console=ttyS0 panic=-1 quiet"
	END
	eval "$command -nodefaults -display none -no-reboot -serial file:first.log" >first.qemu 2>&1 </dev/null &
	machines+=("$!")
	children+=("$!")
}

# The first tsim is killed while it measures; its guests are there for the next one.
measure --rate 2kpps --duration 60s --label killed
first_vm
vm_on_vhost_user second microvm reflecting s/guest-1.sock 52:54:00:fa:00:61
until grep -q 'of 2 guests answered after' stderr; do
	kill -0 "$tsim" || fail "no guests: $(said stderr first.* second.*)"
	sleep 0.2
done
grep -q '2 of 2 guests answered' stderr || fail "one does not answer: $(said stderr first.* second.*)"
kill -KILL "$tsim"
wait "$tsim"
measure --rate 2kpps,4kpps --duration 2s
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
