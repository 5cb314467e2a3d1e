#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What vfio_user.sh and bad_vfio_client.sh have most often to say, by one measurer each: for each run of the tests.
# shellcheck source=tests/eal/vfio_lib.sh
. "$SOURCE/tests/eal/vfio_lib.sh"

devices 2
"$BUILD/tests/bad_vfio_client" check d/0 d/1 "$device" || fail "$(cat device.log)"
measurer=(--interface vhost-user)
drivers --small --calls
event reset
measurer=(--interface vmux-virtio)
drivers
event remap
trials
beside_a_good_one all d/1
devices_end
