#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# PC under KVM on a bridge, vhost on and off: who moves the frames is seen from outside, and the guest
# itself counts what the trial counted.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

for vhost in on off; do
	lab_tsim --config wire.conf --machine pcvm --interface bridge --vhost "$vhost" "${short[@]}" --label "vhost-$vhost"
	books "vhost-$vhost" 400
	evidence /dev/kvm
	if [ "$vhost" = on ]; then
		evidence /dev/vhost-net
		evidence '^vhost-[0-9]+'
	else
		no_evidence vhost
	fi
	as_before "vhost $vhost"
done
