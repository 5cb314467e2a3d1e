# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2015
# DIR NAME...: says which one has ended, as soon as one has. While a trial is measured: once a second.
d=$1
shift
while :; do
	for name; do
		read -r pid rest <"$d/$name.pid" && [ -d "/proc/$pid" ] && [ ! -e "$d/$name.exit" ] ||
			{ echo "$name $rest"; exit; }
	done
	sleep 1
done 2>/dev/null
