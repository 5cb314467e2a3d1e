# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2154
# Behind process_functions: DIR NAME TENTHS of a second to end by itself.
tenths=$3
if runs; then
	kill -TERM "-$pid" 2>/dev/null
	while members && [ "$tenths" -gt 0 ]; do tenths=$((tenths - 1)); sleep 0.1; done
	[ -z "$found" ] || kill -KILL "-$pid" 2>/dev/null
	tenths=100
	while members && [ "$tenths" -gt 0 ]; do tenths=$((tenths - 1)); sleep 0.1; done
	if members; then
		echo "PID$found still there 10 s after SIGKILL; see 'ps -o pid,stat,wchan'" >&2
		exit 1
	fi
fi
rm -f "$d/$name.pid" "$d/$name.exit" "$d/$name.new" "$d/$name.log"
