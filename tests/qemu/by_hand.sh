#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests by hand: started, found, asked, ended; a second tsim is told to wait. And what goes wrong in a
# campaign: a QEMU that does not start, a disk that is full: reported, recorded, survived.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

# A machine whose bridge was there before: it stays.
ip link add mine type bridge
printf '[host]\ntest_bridge = tsim-br\n' >my.conf
tsim 0 run-guest --config my.conf --machine microvm --interface bridge --guests 2
for command in status ping; do
	"$BIN/tsim" "$command" --config my.conf >"said-$command" 2>&1 || fail "tsim $command says: $(cat said-*)"
done
same "machines that run" "$(grep -c 'process qemu-[01]: running' said-status)" 2
same "guests that are reachable" "$(grep -c '^guest [01]: reachable' said-ping)" 2
same "what guest 1 says" "$(echo 'treflect-xdp status eth0 | grep -c mode=' | "$BIN/tsim" shell guest 1)" 1
"$BIN/tsim" shell guest 7 >stdout 2>stderr && fail "guest 7 has a shell"
grep -q 'guest 7 is not running' stderr || fail "tsim shell guest 7: $(cat stderr)"
# They are kept: no campaign may take them away.
tsim 1 --machine pcvm --interface bridge --duration 1s
grep -q 'tsim kill-guest' stderr || fail "nobody says how to end them: $(cat stderr)"
tsim 0 kill-guest
ip link del mine || fail "a bridge of others is gone"
nothing_left

# Network alone, and away again; both fine twice.
tsim 0 setup-network --interface macvtap --guests 3
same "macvtaps" "$(ip -n tsim-host -o link show type macvtap | wc -l)" 3
tsim 0 teardown-network
tsim 0 teardown-network
nothing_left

# One QEMU of two does not start: its trials fail with what it said, the others are measured.
mkdir -p broken full
printf '#!/bin/sh\necho no such CPU >&2\n[ "$1" != --version ] || echo "QEMU emulator version 7.2.0"\nexit 3\n' >broken/qemu-system-x86_64
sed -i 's/^exit 3$/[ "$1" = --version ] || exit 3/' broken/qemu-system-x86_64
chmod +x broken/qemu-system-x86_64
cat >broken.cfg <<END
[broken]
machines = microvm
qemus = broken:$PWD/broken, normal:
rates = 1
sizes = 60
runtimes = 300ms
warm-up = 100ms
END
"$BIN/tsim" matrix --retries 0 broken.cfg >stdout 2>stderr
same "status of a campaign of which a part failed" $? 1
same "trials" "$(trials | wc -l)" 1
grep -q 'broken.*no such CPU' out/broken/failed.csv || fail "QEMU's words are not recorded: $(cat out/broken/failed.csv stderr)"
nothing_left

# The disk is full: the campaign says so, ends, and goes on when there is room.
mount -t tmpfs -o size=64k tmpfs full
head -c 60000 /dev/zero >full/filler
sed "s,qemus.*,outputdir = full/series," broken.cfg >full.cfg
"$BIN/tsim" matrix --retries 0 full.cfg >stdout 2>stderr
same "status of a campaign on a full disk" $? 1
grep -q 'No space left\|write failed' stderr || fail "nobody says that the disk is full: $(cat stderr)"
nothing_left
mount -o remount,size=64m full
tsim "0 3" matrix full.cfg
same "trials after there was room" "$(find full/series -name 'trial_*.json' | wc -l)" 1
nothing_left
umount full
