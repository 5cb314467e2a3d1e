#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that tsim knows nothing of: two ports of dpdk-testpmd, as the README starts it. Each is a
# virtio-user front end that swaps MACs.
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
done
# Word for word, but for the folder; EAL wants a main lcore beside the one that forwards.
command=$(readme_command dpdk-testpmd)
[ "$(nproc)" -ge 2 ] || command=${command/ --no-huge/ --lcores 0@0,1@0 --no-huge}
export RUNTIME_DIRECTORY=$TMP
tail -f /dev/null --pid="$tsim" | eval "${command//\/tmp\/s/$TMP/s}" >testpmd.log 2>&1 &
children+=("$!")
wait "$tsim"
status=$?
case $status in
0 | 3) ;;
*) cat stdout stderr testpmd.log; fail "tsim: status $status" ;;
esac
holds "both guests answered" '.guests | all(.state == "ok" and .forwarded > 0)'
holds "the machine is named" '.parameters.machine == "external"'
[ ! -e s/guest-0.sock ] || fail "the socket was left behind"
