# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by tests of tsim vfio-user: devices d/0, d/1, ... whose back ends are s/guest-0.sock, ...
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
export XDG_RUNTIME_DIR=$TMP
mkdir d s
if [[ ${SANITIZED-} == *thread* ]]; then
	cp "$SOURCE/tests/eal/races.supp" "$TMP" || exit 1 # options end at a space, which $SOURCE may have
	export TSAN_OPTIONS="suppressions=$TMP/races.supp exitcode=0 log_path=$TMP/race"
fi

# for_each_measurer COMMAND...: run with each interface that such guests may be measured by.
measurer=()
for_each_measurer()
{
	local by
	for by in vhost-user vmux-virtio "vmux-virtio --policy passthrough:1"; do
		read -ra measurer <<<"--interface $by"
		"$@"
	done
}

# devices N OPTION...: the process of N devices, whose id is in $device.
devices()
{
	local i n=$1 arguments
	shift
	arguments=("$@")
	for ((i = 0; i < n; i++)); do
		arguments+=(--device "d/$i" --back-end "s/guest-$i.sock")
	done
	"$BIN/tsim" vfio-user "${arguments[@]}" --mac 52:54:00:aa:00:00 >device.out 2>device.log &
	device=$!
	children+=("$device")
	for ((i = 0; i < 200; i++)); do
		[ ! -S "d/$((n - 1))" ] || return 0
		sleep 0.05
	done
	fail "no device: $(cat device.log)"
}

# devices_end: they do, on SIGTERM, and leave nothing behind.
devices_end()
{
	kill -TERM "$device" || fail "the devices' process is gone: $(cat device.log)"
	wait "$device" || fail "status of the devices: $?: $(cat device.log)"
	[ -z "$(ls -A d)" ] || fail "left behind: $(ls -A d)"
	[ ! -s device.out ] || fail "stdout: $(cat device.out)"
	! cat race.* 2>/dev/null || fail "data races, see above"
}

# machines OPTION... DEVICE...: they reflect; their process is $machines.
machines()
{
	rm -f account machines.log
	"$BUILD/tests/vfio_client" "$@" >account 2>machines.log &
	machines=$!
	children+=("$machines")
	until_said machines.log 'devices are up'
}

# machines_end: they had nothing to complain about.
machines_end()
{
	kill -TERM "$machines"
	wait "$machines" || fail "status of the machines: $?: $(cat machines.log), devices: $(cat device.log)"
	same "frames for other machines" "$(jq '[.devices[].foreign] | add' account)" 0
}

# machines_die: they are killed.
machines_die()
{
	kill -9 "$machines"
	wait "$machines" 2>/dev/null
}

# generator N OPTION...: begins a trial of N guests; its process is $generator.
generator()
{
	local n=$1
	shift
	rm -rf out stderr
	"$BIN/tsim" --machine external "${measurer[@]}" --socket-dir "$TMP/s" --mac 52:54:00:aa:00:00 \
		--guests "$n" --warm-up 200ms --cores 1 "$@" >stdout 2>stderr &
	generator=$!
	children+=("$generator")
}

# measured: it ends as it should, and its books balance.
measured()
{
	local status
	wait "$generator"
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] ||
		fail "tsim ${measurer[*]}: status $status: $(cat stderr device.log machines.log)"
	holds "offered = forwarded + lost" '.totals | .offered == .forwarded + .lost and .offered > 0'
	holds "of each guest, too" '[.guests[] | .offered == .forwarded + .lost] | all'
}

# answers WHAT [FILTER]: nearly all frames of each guest came back, or what else the filter says.
answers()
{
	holds "${measurer[*]}, $1: frames came back ($(trial '[.guests[] | "\(.forwarded)/\(.offered)"] | join(" ")'))" \
		"${2-[.guests[] | .forwarded > 0.9 * .offered] | all}"
}

# drivers OPTION...: of both machines; a trial of theirs.
drivers()
{
	machines "$@" d/0 d/1
	generator 2 --profile imix --rate 4kpps --duration 300ms
	measured
	answers "drivers with $*"
	machines_end
	case "$*" in
	*--calls*)
		same "machines that were called" "$(jq '[.devices[] | select(.calls > 0)] | length' account)" 2
		holds "calls are counted" '.cpu.calls > 0'
		;;
	*)
		# One for each new event, in case that something has come before it.
		same "calls nobody asked for" "$(jq '[.devices[].calls <= 2] | all' account)" true
		holds "none are counted" '.cpu.calls == 0'
		;;
	esac
}

# event WORD [OPTION]: it happens to the first machine while both are measured.
event()
{
	machines --event "$@" d/0 d/1
	generator 2 --rate 4kpps --duration 2s
	until_said stderr ' 1/2 s'
	kill -USR1 "$machines"
	measured
	answers "event $1, the other machine" '.guests[1] | .forwarded > 0.9 * .offered'
	answers "event $1" '.guests[0] | .forwarded > 0.4 * .offered'
	machines_end
	[ "$(jq '.devices[0].events' account)" -ge 2 ] || fail "event $1: too few: $(cat account)"
}

# trials: machines stay, generators come and go, and one is killed.
trials()
{
	machines d/0 d/1
	generator 2 --rate 4kpps --duration 300ms
	measured
	answers "first trial"
	generator 2 --rate 4kpps --duration 2s
	until_said stderr ' 1/2 s'
	kill -9 "$generator"
	wait "$generator" 2>/dev/null
	generator 2 --rate 4kpps --duration 300ms
	measured
	answers "trial after one that was killed"
	machines_end
}

# beside_a_good_one ARGUMENT...: of bad_vfio_client, on the second of two machines that are measured.
beside_a_good_one()
{
	local good
	machines d/0
	good=$machines
	mv account good.account
	machines d/1
	generator 2 --rate 4kpps --duration 8s
	until_said stderr ' 1/8 s'
	machines_die
	"$BUILD/tests/bad_vfio_client" "$@" || fail "${measurer[*]}: $(cat device.log)"
	measured
	answers "$1, the other machine" '.guests[0] | .forwarded > 0.9 * .offered'
	# The same device, and a driver as it should be.
	machines d/1
	generator 2 --rate 4kpps --duration 300ms
	measured
	answers "after $1"
	machines_end
	mv good.account account
	machines=$good
	machines_end
}
