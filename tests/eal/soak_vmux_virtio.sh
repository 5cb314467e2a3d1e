#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The same as soak.sh, with mediators in the queues of guests that die.
interface="vmux-virtio"
# shellcheck source=tests/eal/soak.sh
. "$SOURCE/tests/eal/soak.sh"
