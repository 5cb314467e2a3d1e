#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A host that is reached by SSH: its network, its virtual machine and its reflector are made there,
# the generator is here; the wire is a veth pair that was there before. Then the connection is cut in
# the middle of a trial.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

ssh_server dut
ip link add dut0 type veth peer name gen0
for link in dut0 gen0; do
	ip link set "$link" addrgenmode none
	ip link set "$link" up
done
cat >two.conf <<END
[host]
fqdn = dut
ssh_config = $TMP/ssh/config
test_iface = dut0
tsim_dir = $TMP/there
[loadgen]
test_iface = gen0
END
tsim 0 ping --config two.conf
tsim 0 upload --config two.conf
[ -x there/bin/treflect-xdp ] || fail "nothing was uploaded: $(cat stderr)"
cat >far.cfg <<'END'
[far]
machines = pcvm
interfaces = macvtap
rates = 1, 2
sizes = 60
runtimes = 2s
warm-up = 100ms
END
# The connection is cut while the first trial runs: its lock goes with it, and is taken again.
"$BIN/tsim" matrix --config two.conf --retries 2 far.cfg >stdout 2>stderr &
campaign=$!
children+=("$campaign")
for _ in $(seq 600); do
	pgrep -f -- '--label=far' >/dev/null && break
	kill -0 "$campaign" 2>/dev/null || break
	sleep 0.1
done
sleep 0.5
pkill -KILL -f '^sshd: root' || fail "there is no connection: $(cat stderr)"
wait "$campaign"
status=$?
case $status in 0 | 3) ;; *) said stdout stderr ssh/log out/far/failed.csv; fail "tsim matrix: status $status" ;; esac
same "trials" "$(trials | wc -l)" 2
[ "$(cat out/*/trial_*.json | jq -s 'all(.[]; .totals.forwarded > 0)')" = true ] || fail "no frame came back"
same "what is left of the wire" "$(ip -o link show | grep -c -E 'dut0|gen0')" 2
ip link del dut0
tsim 0 status --config two.conf
same "machines with nothing on them" "$(grep -c "nothing created by tsim" stdout)" 2
