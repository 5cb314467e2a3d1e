# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC1007,SC2015,SC2086
# What begins the scripts of a process: DIR NAME, and functions.
# stat_of PID: sets state, group and start, fields 3, 5 and 22 of /proc/PID/stat. The name before
# may hold anything, newlines too.
# marked PID: it was started as this process, or by it. Who writes the file cannot make it so.
# members: processes of its group, without zombies: who reaps those is not ours to say.
# leads: the recorded PID is still that process. A number that is a living group's is given to no
# other, so that a group with a marked member is ours also when its leader was killed.
d=$1 name=$2
fields() { state=$1 group=$3; shift 19; start=$1; }
stat_of() {
	line=
	while read -r part; do line="$line $part"; done 2>/dev/null <"/proc/$1/stat"
	[ -n "$line" ] && fields ${line##*) }
} 2>/dev/null
marked() {
	tr '\0' '\n' 2>/dev/null <"/proc/$1/environ" | grep -qxF "TSIM_PROCESS=$d/$name"
} 2>/dev/null
members() {
	found=
	for f in /proc/[0-9]*; do
		f=${f#/proc/}
		stat_of "$f" && [ "$group" = "$pid" ] && [ "$state" != Z ] && found="$found $f"
	done
	[ -n "$found" ]
}
recorded() { pid= at= id=; [ -e "$d/$name.pid" ] && read -r pid at id <"$d/$name.pid" && [ "${pid:-0}" -gt 1 ] 2>/dev/null; }
leads() { stat_of "$pid" && [ "$start" = "$at" ] && marked "$pid"; }
orphaned() {
	members || return 1
	for f in $found; do marked "$f" && return 0; done
	return 1
}
is_ours() {
	[ "$id" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 1
	leads && [ "$state" != Z ] || orphaned
}
runs() { recorded && is_ours; }
