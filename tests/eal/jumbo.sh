#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Frames of 9216 bytes come back over every interface that has guests: at a rate of which all frames
# fit into the queues none is lost.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
for interface in vhost-user virtio vfio vmux vmux-virtio; do
	tsim "0 3" --interface "$interface" --guests 2 --profile fixed:9216 --rate 200pps --duration 300ms --warm-up 100ms \
		--drain 20s --cores 0 -q
	holds "$interface: frames of 9216 bytes were sent" \
		'.totals | .offered > 50 and .offered_bytes == 9216 * .offered'
	holds "$interface: all of them came back" \
		'.totals | .lost == 0 and .corrupt == 0 and .forwarded_bytes == 9216 * .forwarded'
	rm -r out
done
