#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Linux uses a device of tsim vfio-user as it likes, five times each while frames come: its driver is unloaded and
# loaded, rings, queue pairs, MTU, MAC and XDP program change, it is asked for counters, it reboots. What is lost is booked as
# lost, and afterwards all comes back again.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
# shellcheck source=tests/qemu/qemu11_lib.sh
. "$SOURCE/tests/qemu/qemu11_lib.sh"
[ -x /usr/sbin/ethtool ] || skip "ethtool is missing: apt-get install ethtool"
alone cloud
qemu11
PATH=$PWD/qemu11:$PATH
TIMES=5

# The guest does what its second serial port says, a line at a time.
cat >linux.init <<'END'
for flag in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
	echo 1 >"$flag"
done
up()
{
	ip link set eth0 up && treflect-xdp start --mode native eth0
}
load()
{
	insmod "$(grep '/virtio_net\.ko' /modules)"
}
exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty -echo -icanon -isig -opost
up
echo @READY
while IFS= read -r line; do
	eval "$line"
	echo "@STATUS $?"
done
END
image linux --init linux.init --module virtio_pci --module virtio_net --program "$BIN/treflect-xdp:/bin/treflect-xdp" \
	--program /usr/sbin/ethtool:/bin/ethtool

# hear MARK: lines of the guest into the file heard, up to one that begins with the mark; $line is that.
hear()
{
	: >heard
	while IFS= read -r -t 60 line <&9; do
		[[ $line != "$1"* ]] || return 0
		echo "$line" >>heard
	done
	fail "the guest does not say $1: $(said heard linux.log linux.qemu device.log)"
}

# guest COMMAND: done in the guest; its status.
guest()
{
	echo "$1" >&8
	hear @STATUS
	return "${line#@STATUS }"
}

# guest_does COMMAND: it succeeds.
guest_does()
{
	guest "$1" || fail "guest: $1: $(cat heard)"
}

# generator DURATION: frames come.
generator()
{
	rm -rf out
	"$BIN/tsim" --machine external --interface vmux-virtio --policy "$policy" --socket-dir s --guests 1 --profile imix \
		--rate 1kpps --warm-up 0s --drain 500ms --connect-timeout 60s --duration "$1" >stdout 2>stderr &
	generator=$!
	children+=("$generator")
}

# booked WHAT: the trial has ended, and each frame is accounted for.
booked()
{
	wait "$generator"
	[ -e out/default ] || fail "$1: no trial: $(said stderr device.log)"
	holds "$1: offered = forwarded + lost, none twice or broken" \
		'.totals | .offered == .forwarded + .lost and .forwarded > 0 and .duplicated == 0 and .corrupt == 0'
	holds "$1: the guest as all guests" '.totals.offered == .guests[0].offered and .totals.forwarded == .guests[0].forwarded'
}

# in_traffic WHAT COMMAND...: the commands, so often, while frames come; then all frames of another trial come back.
in_traffic()
{
	local what=$1 n command
	shift
	generator 10min
	until_said stderr '/600 s'
	for ((n = 0; n < TIMES; n++)); do
		for command; do
			"${command%% *}" "${command#* }"
		done
	done
	kill -INT "$generator"
	booked "$policy, $what"
	echo "$policy, $what: $(trial '"\(.totals.lost) of \(.totals.offered) lost; \(.guests[0].state)"')"
	generator 300ms
	booked "$policy, after $what"
	holds "$policy, after $what: all came back, $(trial '"\(.totals.forwarded)/\(.totals.offered), \(.guests[0].state)"')" \
		'.totals.forwarded == .totals.offered and .guests[0].state == "ok"'
}

# may_refuse COMMAND: the driver does it, or says why not.
may_refuse()
{
	guest "$1" || [ -s heard ] || fail "guest: $1: refused without a word"
}

# counters_are_there COMMAND
counters_are_there()
{
	guest_does "$1"
	grep -qE 'rx_queue_0_packets: [1-9]' heard || fail "no counters: $(cat heard)"
}

# reboots COMMAND
reboots()
{
	echo "$1" >&8
	hear @READY
}

mkdir s
mkfifo c.in c.out
"$BIN/tsim" vfio-user --queues 2 --device d --back-end s/guest-0.sock >device.log 2>&1 &
device=$!
children+=("$device")
until_there d
vm linux pcvm linux -smp 2 -action reboot=reset -serial pipe:c \
	-device '{"driver":"vfio-user-pci","socket":{"type":"unix","path":"d"}}'
exec 8<>c.in 9<>c.out
hear @READY

for policy in emulate-all passthrough:1; do
	in_traffic "driver unloaded and loaded" "guest_does rmmod virtio_net" "guest_does load && up"
	in_traffic "MTU" "may_refuse ip link set eth0 mtu 1000" "may_refuse ip link set eth0 mtu 3000" \
		"guest_does ip link set eth0 mtu 1500"
	in_traffic "MAC" "may_refuse ip link set eth0 address 52:54:00:fa:01:00" \
		"may_refuse ip link set eth0 address 52:54:00:fa:00:60"
	in_traffic "ethtool -S" "counters_are_there ethtool -S eth0"
	in_traffic "ethtool -G" "may_refuse ethtool -G eth0 rx 128 tx 64" "may_refuse ethtool -G eth0 rx 256 tx 256"
	in_traffic "XDP native and generic" "guest_does treflect-xdp stop eth0" \
		"guest_does treflect-xdp start --mode generic eth0" "guest_does treflect-xdp stop eth0" \
		"guest_does treflect-xdp start --mode native eth0"
	# Not while there is a program; its queues are those of the first pairs that it finds.
	in_traffic "ethtool -L" "guest_does treflect-xdp stop eth0" "guest_does ethtool -L eth0 combined 1" \
		"guest_does treflect-xdp start --mode native eth0" "guest_does treflect-xdp stop eth0" \
		"guest_does ethtool -L eth0 combined 2" "guest_does treflect-xdp start --mode native eth0"
	in_traffic "down and up" "guest_does ip link set eth0 down" "guest_does ip link set eth0 up"
	in_traffic "reboot" "reboots reboot -f"
done
kill -0 "${machines[@]}" "$device" || fail "the machine or its device has gone: $(said linux.log linux.qemu device.log)"
