# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# What that took, back to the kernel's own driver.
for d in /sys/bus/pci/devices/*; do
	[ "$(cat "$d/driver_override")" = uio_pci_generic ] || continue
	echo "${d##*/}" >"$d/driver/unbind"
	echo >"$d/driver_override"
	echo "${d##*/}" >/sys/bus/pci/drivers_probe
done
