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

devices 2
for_each_measurer beside_a_good_one all d/1
for_each_measurer beside_a_good_one random d/1 "$seed" 5
devices_end
