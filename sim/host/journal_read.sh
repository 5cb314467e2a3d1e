# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# DIR: the name of this boot, then the journal.
cat /proc/sys/kernel/random/boot_id &&
{ [ ! -e "$1/journal" ] || cat "$1/journal"; }
