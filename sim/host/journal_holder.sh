# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Who has the lock, if anybody: the last line of its file.
[ -e "$1/lock" ] || exit 0
flock -n -E 75 "$1/lock" true
[ $? -ne 75 ] || tail -n 1 "$1/lock"
