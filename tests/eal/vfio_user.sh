#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Machines with vfio-user devices of tsim: frames go round however drivers receive them, and whatever
# happens to one machine (resets, memory that goes and comes, calls that are masked, ...) is no matter
# to the other. Several trials see the same machines, and 64 are served.
# shellcheck source=tests/eal/vfio_lib.sh
. "$SOURCE/tests/eal/vfio_lib.sh"

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
