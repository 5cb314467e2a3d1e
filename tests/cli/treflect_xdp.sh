#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The reflector in the kernel on veth, in a namespace: frames to its MAC come back with swapped MACs and
# an untouched rest, all others pass, its counters are what was sent. Both modes, and what goes wrong.
set -u
: "${BIN:?}" "${SOURCE:?}"
PATH=$PATH:/usr/sbin:/sbin

skip()
{
	echo "skipped: $*"
	exit 77
}

fail()
{
	echo "FAILED: $*"
	exit 1
}

if [ -z "${TREFLECT_XDP_ALONE-}" ]; then
	[ -x "$BIN/treflect-xdp" ] || skip "treflect-xdp is not built: apt-get install clang libbpf-dev libelf-dev zlib1g-dev"
	[ "$(id -u)" -eq 0 ] || skip "XDP needs root"
	command -v ip >/dev/null || skip "ip is missing: apt-get install iproute2"
	unshare --net true 2>/dev/null || skip "no network namespaces here"
	TMP=$(mktemp -d) || exit 1
	export TMP TREFLECT_XDP_ALONE=1
	trap 'rm -rf "$TMP"' EXIT
	gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$TMP/frames" "$SOURCE/tests/cli/treflect_xdp.c" ||
		fail "treflect_xdp.c does not compile"
	setpriv --pdeathsig KILL unshare --net --mount "$0"
	exit
fi

# xdp STATUS ARGUMENT...: what it says is in out and err.
xdp()
{
	local want=$1 status
	shift
	"$BIN/treflect-xdp" "$@" >"$TMP/out" 2>"$TMP/err"
	status=$?
	[ "$status" -eq "$want" ] || fail "treflect-xdp $*: status $status, not $want: $(cat "$TMP/out" "$TMP/err")"
}

# says FILE WHAT
says()
{
	grep -q -- "$2" "$TMP/$1" || fail "no '$2' in: $(cat "$TMP/$1")"
}

# Nobody says anything by himself: the counters are of frames sent here.
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip link add name near type veth peer name far || skip "no veth here"
ip link set near arp off up
ip link set far arp off up
mac=$(ip -o link show far | sed 's/.*link.ether \([^ ]*\).*/\1/')

xdp 0 start --mode generic far
if grep -q 'Operation not permitted' "$TMP/err"; then
	skip "the kernel does not let this root load XDP programs"
fi
for mode in generic native; do
	xdp 0 start --mode "$mode" far
	says out "^mode=$mode\$"
	says out '^reflected_frames=0$'
	# veth: native frames go back only to an end that has XDP, too. This one's own MAC is not used.
	[ "$mode" = generic ] || xdp 0 start --mode native near
	"$TMP/frames" near far "$mac" >"$TMP/sent" || fail "$mode mode, see above"
	xdp 0 status far
	says out "^mode=$mode\$"
	while read -r line; do
		says out "^$line\$"
	done <"$TMP/sent"
done
xdp 0 stop near

# What the driver cannot do is done by the stack, with the reason.
xdp 0 stop far
ip link set near mtu 60000
xdp 0 start --mode auto far
says out '^mode=generic$'
says err 'native mode not available: .*MTU'
xdp 1 start --mode native far
says err 'mtu 1500'

xdp 0 stop far
! ip link show far | grep -q xdp || fail "stop leaves something: $(ip link show far)"
xdp 0 stop far
xdp 1 status far
says err 'no reflector attached'

# Somebody else's program stays.
cat >"$TMP/other.c" <<'END'
__attribute__((section("xdp"))) int other(void *frame)
{
	return frame ? 2 : 0;
}
char license_text[] __attribute__((section("license"))) = "BSD";
END
clang -target bpf -O2 -c "$TMP/other.c" -o "$TMP/other.o" || fail "other.c does not compile"
if ip link set far xdpgeneric obj "$TMP/other.o" sec xdp 2>"$TMP/err"; then
	xdp 1 start far
	says err 'another XDP program'
	xdp 1 status far
	says err 'another XDP program'
	xdp 0 stop far
	ip link show far | grep -q xdp || fail "stop took away a program of somebody else"
	ip link set far xdpgeneric off
fi

xdp 1 start nothing
says err 'interface not found'
xdp 1 start lo
says err 'not an Ethernet'
xdp 2 start --mode fast far
says err "expected auto, native, generic"
xdp 2 begin far
xdp 2 start
xdp 2
# Without rights: the remedy is said.
if setpriv --bounding-set -all --inh-caps -all true 2>/dev/null; then
	setpriv --bounding-set -all --inh-caps -all "$BIN/treflect-xdp" start far >"$TMP/out" 2>"$TMP/err" &&
		fail "starts without rights"
	says err 'run as root'
fi
