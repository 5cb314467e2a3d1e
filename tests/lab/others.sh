#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What the shorter tests leave out: the other machines and interfaces under KVM, DPDK as the generator
# of virtual functions, DPDK as the reflector in a guest, kernel devices of the host.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

cat vf.conf >vf-dpdk.conf
echo 'test_iface_addr = 0000:02:00.0' >>vf-dpdk.conf
# LABEL CONFIG EVIDENCE ARGUMENT...
while read -r label config seen words; do
	# shellcheck disable=SC2086 # words
	lab_tsim --config "$config" $words "${short[@]}" --label "$label"
	books "$label" 400
	[ "$seen" = - ] || evidence "$seen"
	as_before "$label"
done <<'END'
e1000 wire.conf /dev/kvm --machine pcvm --interface bridge-e1000
pc-macvtap wire.conf /dev/vhost-net --machine pcvm --interface macvtap --vhost on
micro-bridge wire.conf /dev/vhost-net --machine microvm --interface bridge --vhost on
micro-vhost-user wire.conf /dev/kvm --machine microvm --interface vhost-user
vf-dpdk vf-dpdk.conf /dev/vfio/[0-9]+ --machine pcvm --interface vfio
bridge-dpdk wire.conf /dev/kvm --machine pcvm --interface bridge --reflector dpdk
pf-dpdk wire.conf /dev/vfio/[0-9]+ --machine pcvm --interface vfio --reflector dpdk
host-bridge wire.conf - --machine host --interface bridge
host-macvtap wire.conf - --machine host --interface macvtap
END
