#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A vfio-user device and a back end that stops answering: it is left after 5 s, and said so; nothing else waits.
# shellcheck source=tests/eal/vfio_lib.sh
. "$SOURCE/tests/eal/vfio_lib.sh"

devices 1
"$BUILD/tests/silent_back_end" d/0 s/guest-0.sock || fail "$(cat device.log)"
same "times that it was said" "$(grep -c 'd/0: back end does not answer: disconnected' device.log)" 2
devices_end
