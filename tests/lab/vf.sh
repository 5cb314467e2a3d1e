#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A virtual function is passed, with the MAC that tsim gives it; also after SIGKILL the next command puts
# all back: functions, drivers, MACs.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

lab_tsim --config vf.conf --machine pcvm --interface vfio "${short[@]}" --label vf
books vf 400
evidence /dev/kvm
evidence '/dev/vfio/[0-9]+'
same "MAC of the guest" "$(jq -r '.guests[0].mac' out/vf/trial_*.json)" 52:54:00:fa:00:60
as_before "a function was passed"

"$BIN/tsim" --config vf.conf --machine pcvm --interface vfio "${short[@]}" --label killed >stdout 2>stderr &
children+=("$!")
until pgrep -f 'qemu-system-x86_64 .*vfio-pci' >/dev/null; do
	kill -0 "$!" || fail "it ended before it was killed: $(cat stderr)"
	sleep 0.2
done
same "virtual functions" "$(cat /sys/class/net/eth0/device/sriov_numvfs)" 1
kill -KILL "$!"
wait "$!" 2>/dev/null
"$BIN/tsim" teardown-network --config vf.conf >stdout 2>stderr || fail "teardown-network: $(cat stderr)"
as_before "SIGKILL and teardown-network"
