#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# treflect's own vhost-user front end and another back end, dpdk-testpmd: whoever of both listens. Frames
# go round, and one that goes away comes back to a front end that listens.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
need dpdk-testpmd dpdk
export RUNTIME_DIRECTORY=$TMP

# testpmd CLIENT: a back end of s/0 and s/1, whose commands come from fd 9; its words in testpmd.log.
testpmd()
{
	rm -f in
	mkfifo in && exec 9<>in
	# EAL wants a main lcore beside the one that forwards; both may share a CPU.
	dpdk-testpmd --no-huge --no-pci -m 256 --no-telemetry --no-shconf --file-prefix back --lcores '0@0,1@0' \
		--vdev "net_vhost0,iface=$TMP/s/0,queues=1,client=$1" \
		--vdev "net_vhost1,iface=$TMP/s/1,queues=1,client=$1" -- -i --no-mlockall --port-topology=loop \
		--forward-mode=macswap --total-num-mbufs=8192 --txpkts=300 <in >testpmd.log 2>&1 &
	testpmd=$!
	children+=("$testpmd")
}

# go_round: frames of testpmd, there and back for ever, at both guests; then it ends.
go_round()
{
	local n
	until_said testpmd.log 'testpmd>'
	for n in $(seq 200); do # both links are up when both front ends are there
		echo 'show port summary all' >&9
		sleep 0.1
		[ "$(tail -n 5 testpmd.log | grep -c 'net_vhost.* up')" -lt 2 ] || break
	done
	[ "$n" -lt 200 ] || fail "no link: $(cat testpmd.log treflect.log)"
	echo 'start tx_first 4' >&9
	sleep 0.5
	printf 'stop\nshow port stats all\nquit\n' >&9
	wait "$testpmd" || fail "testpmd: $(cat testpmd.log)"
	exec 9>&-
	# 128 frames of its own; each that comes more often came back.
	same "guests whose frames went round" \
		"$(awk '/RX-missed/ && $2 > 1000 { n++ } END { print n + 0 }' testpmd.log)" 2
}

mkdir s
testpmd 0
for _ in $(seq 100); do [ -S s/1 ] && break; sleep 0.1; done
"$BIN/treflect" --vhost-user s/0 --vhost-user s/1 --give-way >account 2>treflect.log &
treflect=$!
children+=("$treflect")
go_round
wait "$treflect"
same "status of one whose back ends have gone" "$?" 0
grep -qx 'treflect: every tsim has exited: nothing left to reflect on' treflect.log || fail "$(cat treflect.log)"
same "guests that reflected" "$(jq '[.guests[] | select(.received > 1000 and .sent == .received)] | length' account)" 2

rm -rf s
mkdir s
"$BIN/treflect" --server --vhost-user s/0 --vhost-user s/1 --give-way >account 2>treflect.log &
treflect=$!
children+=("$treflect")
for _ in 1 2; do
	testpmd 1
	go_round
done
kill -TERM "$treflect"
wait "$treflect"
same "status of one that was stopped" "$?" 0
same "guests that reflected" "$(jq '[.guests[] | select(.received > 2000 and .sent == .received)] | length' account)" 2
[ -z "$(ls -A s)" ] || fail "left behind: $(ls -A s)"
