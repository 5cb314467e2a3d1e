# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced after tests/qemu/lib.sh, and before alone, by tests that need a QEMU with vfio-user: the lab's, which is
# downloaded if it is not there.
export LAB=$SOURCE/build/lab
# shellcheck source=tests/lab/machine.sh
. "$SOURCE/tests/lab/machine.sh"
# In its namespaces a test has no way to the archive.
if [ -z "${TSIM_ALONE-}" ]; then
	mkdir -p "$LAB" || exit
	why=$(lab_fetch) || skip "no QEMU with vfio-user: $why"
fi

# qemu11: makes directories of it, and of one that is too old: qemu11, qemu9.
qemu11()
{
	lab_qemu_in qemu11 && mkdir qemu9 || exit
	printf '#!/bin/sh\necho QEMU emulator version 9.2.0\n' >qemu9/qemu-system-x86_64
	chmod +x qemu9/qemu-system-x86_64
}
