# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2015,SC2034,SC2154
# Behind process_functions: DIR NAME... Their processes, by commas; each leader only waits for its own.
shift
pids=
for name; do
	runs && members || continue
	for f in $found; do [ "$f" = "$pid" ] || pids=$pids,$f; done
done
[ -n "$pids" ] && echo "${pids#,}"
