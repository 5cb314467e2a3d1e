#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A PC under KVM on a vhost-user socket of the generator.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

lab_tsim --machine pcvm --interface vhost-user "${short[@]}" --label vhost-user
books vhost-user 400
evidence /dev/kvm
as_before "vhost-user"
