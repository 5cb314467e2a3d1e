#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Machines that do to a vfio-user device what they should not: what is wrong is refused, descriptors and
# sockets are as before, and another machine of the same process is measured undisturbed meanwhile. So
# with drivers that fail, and with random messages, registers and rings.
# shellcheck source=tests/eal/vfio_lib.sh
. "$SOURCE/tests/eal/vfio_lib.sh"
seed=${TSIM_SEED:-1}
echo "seed $seed"

devices 2
same "mode of a device" "$(stat -c %a d/0)" 700
"$BUILD/tests/bad_vfio_client" check d/0 d/1 "$device" || fail "$(cat device.log)"
devices_end

# beside_a_good_one ARGUMENT...: of bad_vfio_client, on the second of two machines that are measured.
beside_a_good_one()
{
	local good
	machines d/0
	good=$machines
	mv account good.account
	machines d/1
	generator 2 --rate 4kpps --duration 7s
	until_said stderr ' 1/7 s'
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

devices 2
for_each_measurer beside_a_good_one all d/1
for_each_measurer beside_a_good_one random d/1 "$seed" 5
devices_end
