#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Machines behind vmux-virtio: Linux drives devices of tsim vfio-user. What cannot be is refused before anything
# starts; a campaign leaves its guests as they are from one trial to the next, and gets over the death of their
# devices' process; what guests count themselves is what the trial says.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
# shellcheck source=tests/qemu/qemu11_lib.sh
. "$SOURCE/tests/qemu/qemu11_lib.sh"
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"
# shellcheck source=tests/qemu/counts_lib.sh
. "$SOURCE/tests/qemu/counts_lib.sh"
qemu11
printf '[host]\nvmux_qemu_path = %s\n' "$PWD/qemu11" >vm.conf
sed 's/qemu11/qemu9/' vm.conf >old.conf

# refused STATUS TEXT ARGUMENT...
refused()
{
	tsim "$1" --interface vmux-virtio "${@:3}"
	grep -qF -- "$2" stderr || fail "nobody says '$2': $(cat stderr)"
	! grep -q 'starting' stderr || fail "it had begun: $(cat stderr)"
	nothing_left
}
refused 1 "qemu9/qemu-system-x86_64 (QEMU 9.2): no device vfio-user-pci, which vmux-virtio requires: set [host] vmux_qemu_path" \
	--machine pcvm --config old.conf
refused 2 "requires --machine process, pcvm" --machine microvm --config vm.conf
refused 2 "at most 64 guests" --machine pcvm --config vm.conf --guests 65

# A campaign: two policies on the same guests. The process that serves them is killed before the second trial.
cat >vmux.cfg <<'END'
[DEFAULT]
machines = pcvm
interfaces = vmux-virtio
reflectors = xdp
guests = 2
profiles = imix
rates = 500pps, 1kpps
runtimes = 500ms
warm-up = 100ms
[emulated]
[passed]
tsim_args = --policy passthrough:1
END
matrix --config vm.conf vmux.cfg
same "trials" "$(trials | wc -l)" 4
same "starts of guests" "$(grep -c 'starting 2 pcvm guests' stderr)" 1
all_hold "guests sent frames back" '.guests | all(.state == "ok" and .forwarded > 0)'
all_hold "the books balance" '.totals | .offered == .intended and .offered == .forwarded + .lost'
all_hold "they have QEMU 11, and virtio's own driver" \
	'(.environment.notes | (.qemu_version | test("^1[0-9]\\.")) and .reflector == "treflect-xdp, native mode") and
	.parameters.machine == "pcvm" and .parameters.interface == "vmux-virtio"'
same "guests that are passed through" "$(cat out/passed/*.json | jq -c -s '[.[].interface_info.interfaces[0].passed_through]')" '[[0],[0]]'
nothing_left
matrix --config vm.conf vmux.cfg
grep -q '4 done, 0 left; 0 virtual machines' stderr || fail "not all is done: $(cat stderr)"
rm -r out

# Their devices' process is killed in the first trial: that is an attempt, and the next one has all anew.
sed -i 's/runtimes = .*/runtimes = 2s/; s/500pps, //' vmux.cfg
kill_devices()
{
	local script
	until_there state/vhost-user/guest-1.sock
	read -r script _ <state/process/vfio-user.pid
	kill -KILL "$(tr -d ' ' <"/proc/$script/task/$script/children")"
}
kill_devices &
matrix --config vm.conf vmux.cfg
wait "$!"
same "failed attempts" "$(grep -c 'vfio-user was killed by signal 9' out/*/failed.csv)" 1
same "trials" "$(trials | wc -l)" 2
all_hold "guests of the second start sent frames back" '.guests | all(.state == "ok" and .forwarded > 0)'
nothing_left
rm -r out

# Guests that stay: what they count is in the books, trial after trial.
"$BIN/tsim" run-guest --config vm.conf --interface vmux-virtio --guests 2 2>stderr || fail "run-guest: $(cat stderr)"
for policy in emulate-all passthrough:1 busiest:1; do
	for guest in 0 1; do
		count_guest "$guest" "before-$guest"
	done
	tsim "0 3" --machine external --interface vmux-virtio --policy "$policy" --socket-dir state/vhost-user --guests 2 \
		--profile imix --rate 1kpps --duration 2s --warm-up 0s
	for guest in 0 1; do
		count_guest "$guest" "after-$guest"
		counts_are_booked "$policy" "$guest"
	done
	holds "$policy: the books balance" '.totals | .offered == .intended and .offered == .forwarded + .lost'
	rm -r out
done
"$BIN/tsim" kill-guest --config vm.conf 2>stderr || fail "kill-guest: $(cat stderr)"
nothing_left
