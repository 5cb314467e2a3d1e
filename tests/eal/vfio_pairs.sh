#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A machine with several queue pairs on a vfio-user device: frames come back from all of them, to the one
# that it sent by last, while it changes their number five times; what it must not ask for is refused.
# shellcheck source=tests/eal/vfio_lib.sh
. "$SOURCE/tests/eal/vfio_lib.sh"

# pairs N: they change while they are measured.
pairs()
{
	"$BUILD/tests/vfio_pairs" "$1" d/0 >account 2>machines.log &
	machines=$!
	children+=("$machines")
	until_said machines.log 'devices are up'
	generator 1 --rate 20kpps --duration 3s
	until_said stderr ' 1/3 s'
	kill -USR1 "$machines"
	until_said machines.log 'all changes are done'
	measured
	answers "$1 pairs that change" '.guests[0] | .forwarded > 0.4 * .offered'
	kill -TERM "$machines"
	wait "$machines"
	same "status of the machine ($(cat machines.log), devices: $(cat device.log))" "$?" 0
	same "frames for other machines, frames by pairs out of use" \
		"$(jq -c '[.foreign, .idle_received]' account)" '[0,0]'
	same "changes" "$(jq .changes account)" 5
	same "pairs by which frames came and went ($(cat account))" \
		"$(jq '[.pairs[] | select(.received > 0 and .sent > 0)] | length' account)" "$1"
}

for n in 2 8; do
	devices 1 --queues "$n"
	for_each_measurer pairs "$n"
	devices_end
done
