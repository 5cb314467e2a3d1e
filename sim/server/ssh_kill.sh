# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2086
# GROUP START: a number that is another process's by now is not touched.
start_of() { shift 19; start=$1; }
if read -r line 2>/dev/null <"/proc/$1/stat"; then
	start_of ${line##*) }
	[ "$start" = "$2" ] || exit 0
fi
kill -KILL "-$1" 2>/dev/null
exit 0
