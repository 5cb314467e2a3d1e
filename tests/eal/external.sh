#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that tsim knows nothing of: two dpdk-testpmd, each a virtio-user front end that swaps MACs.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
need dpdk-testpmd dpdk

"$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 2 --profile imix --rate 20kpps --duration 2s \
	--warm-up 200ms --connect-timeout 60s --cores "$(($(nproc) - 1))" >stdout 2>stderr &
tsim=$!
children+=("$tsim")
for guest in 0 1; do
	for _ in $(seq 100); do [ -S "s/guest-$guest.sock" ] && break; sleep 0.1; done
	grep -q "guest $guest: vhost-user socket $TMP/s/guest-$guest.sock, MAC 52:54:00:fa:00:6$guest" stderr ||
		fail "the socket of guest $guest was not told: $(cat stderr)"
	# EAL wants a main lcore beside the one that forwards; both may share a CPU.
	tail -f /dev/null --pid="$tsim" | dpdk-testpmd --no-huge --no-pci -m 256 --no-telemetry --no-shconf \
		--file-prefix "tsim$$-$guest" --lcores '0@0,1@0' --vdev "net_virtio_user0,path=$TMP/s/guest-$guest.sock,queues=1" \
		-- --no-mlockall --forward-mode=macswap --auto-start --total-num-mbufs=8192 --no-flush-rx >"testpmd-$guest.log" 2>&1 &
	children+=("$!")
done
wait "$tsim"
status=$?
case $status in
0 | 3) ;;
*) cat stdout stderr testpmd-*.log; fail "tsim: status $status" ;;
esac
holds "both guests answered" '.guests | all(.state == "ok" and .forwarded > 0)'
holds "the machine is named" '.parameters.machine == "external"'
[ ! -e s/guest-0.sock ] || fail "the socket was left behind"
