#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Machines with vfio-user devices of tsim: frames go round however drivers receive them, and whatever
# happens to one machine (resets, memory that goes and comes, calls that are masked, ...) is no matter
# to the other. Several trials see the same machines, and 64 are served.
# shellcheck source=tests/eal/vfio_lib.sh
. "$SOURCE/tests/eal/vfio_lib.sh"

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

# deaths: machines are killed, which the trial says; others come.
deaths()
{
	machines d/0 d/1
	generator 2 --rate 4kpps --duration 2s
	until_said stderr ' 1/2 s'
	machines_die
	measured
	holds "guests that died are named" '[.guests[] | .state != "ok"] | all'
	machines d/0 d/1
	generator 2 --rate 4kpps --duration 300ms
	measured
	answers "after a death"
	machines_end
}

two_machines()
{
	local word
	drivers
	drivers --calls
	drivers --small --calls
	drivers --mergeable --descriptors 64
	drivers --pieces 16
	for word in reset status rings low remap late leave mask reconnect; do
		event "$word"
	done
	event irqs --calls
	trials
	deaths
}

many_machines()
{
	machines d/*
	generator 64 --rate 10kpps --duration 1s
	measured
	answers "64 machines"
	machines_end
}

devices 2
for_each_measurer two_machines
devices_end
devices 64
for_each_measurer many_machines
devices_end
