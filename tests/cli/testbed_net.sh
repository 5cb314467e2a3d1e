#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A testbed's network is made, carries frames, and is undone: in order, after SIGKILL at any point,
# and without touching what was there before.
set -u
: "${BUILD:?}"
PATH=$PATH:/usr/sbin:/sbin

skip()
{
	echo "skipped: $*"
	exit 77
}

# In namespaces of its own: whatever happens, nothing is left.
if [ -z "${TSIM_ALONE-}" ]; then
	[ "$(id -u)" -eq 0 ] || skip "network namespaces need root"
	for program in ip:iproute2 bridge:iproute2 flock:util-linux unshare:util-linux ping:iputils-ping; do
		command -v "${program%:*}" >/dev/null || skip "${program%:*} is missing: apt-get install ${program#*:}"
	done
	namespaces=(--net --pid --fork --kill-child --mount --mount-proc)
	unshare "${namespaces[@]}" true 2>/dev/null || skip "no namespaces for processes, network and mounts here"
	[ -c /dev/net/tun ] || skip "no /dev/net/tun"
	TSIM_TMP=$(mktemp -d) || exit 1
	trap 'rm -rf "$TSIM_TMP"' EXIT
	export TSIM_TMP SEED=${SEED-$$} TSIM_ALONE=1 TSIM_STATE_DIR=$TSIM_TMP/state
	setpriv --pdeathsig KILL unshare "${namespaces[@]}" "$0"
	exit
fi

# Names of network namespaces and devices are ours alone, too.
mkdir -p /run/netns "$TSIM_TMP/dev"
mount -t tmpfs tmpfs /run/netns || skip "no tmpfs can be mounted"
mount -t tmpfs -o dev tmpfs "$TSIM_TMP/dev" || skip "no tmpfs can be mounted"
mkdir "$TSIM_TMP/dev/net"
cp -a /dev/null /dev/zero /dev/random /dev/urandom /dev/fd "$TSIM_TMP/dev" || exit 1
cp -a /dev/net/tun "$TSIM_TMP/dev/net" || exit 1
mount --bind "$TSIM_TMP/dev" /dev || skip "no /dev of its own"
ip link add try-br type bridge || skip "the kernel has no bridges"
ip link add try-a type veth peer name try-b || skip "the kernel has no veth"
ip link add link try-a name try-mv type macvtap || skip "the kernel has no macvtap"
for name in try-br try-mv try-a; do
	ip link del "$name"
done

failures=0
fail()
{
	echo "$*"
	failures=$((failures + 1))
}

cd "$TSIM_TMP" || exit 1

net()
{
	"$BUILD/tests/testbed_net" "$@"
}

# nothing_left WHEN: of what tsim made; what the user made is as it was.
nothing_left()
{
	local left
	left=$(ls /run/netns; ls -d /dev/tsim* 2>/dev/null; ip -br link | grep -vE '^(lo|user-br) '; ip netns list; pgrep -x sleep)
	[ -z "$left" ] || fail "$1: there is still $(tr '\n' ' ' <<<"$left")"
	[ "$(user_bridge)" = "$theirs" ] || fail "$1: the user's bridge is now $(user_bridge)"
	left=$(net peek)
	[ "$left" = "holder none" ] || fail "$1: the journal has $left"
}

user_bridge()
{
	ip -o link show user-br | sed 's/ qdisc [^ ]*//'
	ip -o addr show user-br
}

# until_true COMMAND...: waits for what another process does.
until_true()
{
	for _ in $(seq 200); do
		"$@" && return
		sleep 0.05
	done
	fail "never so: $*"
}

ip link add user-br type bridge
ip addr add 10.9.0.1/24 dev user-br
theirs=$(user_bridge)

# Made and undone; what was there is not made again (testbed_net does all of it twice).
net make >said 2>&1 || fail "make: $(cat said)"
grep -qx all said || fail "make did not come to its end: $(cat said)"
user_bridge | grep -q ',UP' || fail "the user's bridge is not up while it is used"
ip -n tt-gen addr add 10.1.0.2/24 dev wire-gen
ip netns exec tt-gen ping -c 3 -i 0.2 -W 10 10.1.0.1 >said2 2>&1 || fail "no frame passes: $(cat said2)"
[ "$(ip -n tt-host -6 addr show | wc -l)" -eq 0 ] || fail "there is IPv6: $(ip -n tt-host -6 addr show)"
bridge -n tt-host fdb show dev tt-tap-1 | grep -q '52:54:00:fa:00:61 master tt-br static' ||
	fail "the bridge does not know guest 1: $(bridge -n tt-host fdb show dev tt-tap-1)"
while read -r device; do
	[ -c "$device" ] || fail "$device is no device"
	(exec 3<>"$device") || fail "$device cannot be opened"
done < <(sed -n 's/^device //p' said)
[ "$(pgrep -cx sleep)" -eq 1 ] || fail "not one process was started"
net peek | grep -qx 'tap tt-tap-0 in tt-host' || fail "peek does not show what is there: $(net peek)"
net undo >said 2>&1 || fail "undo: $(cat said)"
nothing_left "after undo"

# One at a time; who has it is said; it is free when its holder has been killed.
"$BUILD/tests/testbed_net" make-hold >said 2>&1 &
holder=$!
until_true grep -qx all said
net undo >said2 2>&1 && fail "two at a time"
grep -q "in use by another tsim: .*process $holder, since 2" said2 || fail "not who holds it: $(cat said2)"
net peek | grep -q "^holder .*process $holder, since" || fail "peek does not say who holds it: $(net peek)"
kill -KILL "$holder"
wait "$holder" 2>/dev/null
net undo >said2 2>&1 || fail "the lock of the dead is still held: $(cat said2)"
grep -qx left said2 || fail "a dead tsim's things are not found: $(cat said2)"
nothing_left "after SIGKILL of all"

# Killed anywhere.
RANDOM=$SEED
echo "seed $SEED"
for round in $(seq 10); do
	"$BUILD/tests/testbed_net" make-hold >said 2>&1 &
	holder=$!
	sleep "0.$(printf '%03d' $((RANDOM * 800 / 32768)))"
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	net undo >said2 2>&1 || fail "round $round: $(cat said2)"
	nothing_left "round $round, killed after $(grep -c made said) steps"
done

# What somebody else took away is no failure.
net make >/dev/null 2>&1
ip -n tt-host link del tt-tap-1
ip netns del tt-gen
net undo >said 2>&1 || fail "undo of what has gone: $(cat said)"
nothing_left "after others took things away"

# A port of another bridge is not taken away from it, and half a wire is not mended.
net make >/dev/null 2>&1
ip -n tt-host link add other type bridge
ip -n tt-host link set tt-tap-0 master other
net again >said 2>&1 && fail "a port of another bridge was taken"
grep -q 'tt-tap-0 in tt-host: already a port of bridge other' said || fail "not why: $(cat said)"
nothing_left "after a failure"

[ "$failures" -eq 0 ]
