#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A whole NIC is passed to a PC under KVM; it comes back with its driver, under its name.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

lab_tsim --config wire.conf --machine pcvm --interface vfio "${short[@]}" --label pf
books pf 400
evidence /dev/kvm
evidence '/dev/vfio/[0-9]+'
same "reflector" "$(jq -r '.environment.notes.reflector' out/pf/trial_*.json)" "treflect-xdp, native mode"
as_before "a NIC was passed"
