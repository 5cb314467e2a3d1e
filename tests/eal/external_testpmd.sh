#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# dpdk-testpmd as its users start it: two ports that forward to each other, buffers that are too small
# and queues that tsim does not have. What cannot be measured is named at once, with the remedy.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
need dpdk-testpmd dpdk
export RUNTIME_DIRECTORY=$TMP

# testpmd DEVARGS OPTIONS TSIM-OPTION...: two guests in one testpmd; tsim's status.
testpmd()
{
	local devargs=$1 options=$2 tsim status
	local -a words
	shift 2
	read -ra words <<<"$options"
	rm -rf s out
	"$BIN/tsim" --machine external --socket-dir s --guests 2 --rate 2kpps --duration 500ms --warm-up 100ms \
		--connect-timeout 90s "$@" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 200); do [ -S s/guest-1.sock ] && break; sleep 0.1; done
	# EAL wants a main lcore beside the one that forwards; both may share a CPU.
	tail -f /dev/null --pid="$tsim" | dpdk-testpmd --no-huge --no-pci -m 256 --no-telemetry --no-shconf \
		--file-prefix guests --lcores '0@0,1@0' --vdev "net_virtio_user0,path=s/guest-0.sock$devargs" \
		--vdev "net_virtio_user1,path=s/guest-1.sock$devargs" -- --no-mlockall --forward-mode=macswap \
		--auto-start --total-num-mbufs=8192 --no-flush-rx "${words[@]}" >testpmd.log 2>&1 &
	children+=("$!")
	SECONDS=0
	wait "$tsim"
	status=$?
	[ "$SECONDS" -lt 60 ] || fail "it was waited for all the time: $(cat stderr testpmd.log)"
	wait "${children[-1]}"
	return "$status"
}

testpmd "" ""
same "ports that forward to each other: nothing is measured" "$?" 1
for guest in 0 1; do
	grep -q "guest $guest: its frames come back from guest $((1 - guest)): .*--port-topology=loop" stderr ||
		fail "the other guest is not named: $(cat stderr)"
done

testpmd ",mrg_rxbuf=0" --port-topology=loop --profile fixed:9216
same "buffers that are too small: nothing is measured" "$?" 1
grep -q 'guest 1: answers 64-byte frames but not 9216-byte frames: raise its MTU or buffers' stderr ||
	fail "the frame length is not named: $(cat stderr)"

# A frame in several buffers, to and from guests; by workers and by a mediator.
for interface in vhost-user vmux-virtio; do
	testpmd ",queues=4,packed_vq=1" --port-topology=loop --profile fixed:9216 --interface "$interface"
	case $? in
	0 | 3) ;;
	*) fail "$interface, several queue pairs: $(cat stderr testpmd.log)" ;;
	esac
	holds "$interface: one of the queue pairs does" '.guests | all(.state == "ok" and .forwarded > 0)'
	holds "$interface: frames are as they were" '.totals | .corrupt == 0 and .foreign == 0 and .duplicated == 0'
done
