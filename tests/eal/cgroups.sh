#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Limits of control groups, made for the test: named by the verdict, or before guests start.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

groups=()
remove_groups()
{
	local group
	for group in "${groups[@]}"; do rmdir "$group" 2>/dev/null; done
	cleanup
}
trap remove_groups EXIT

# group CONTROLLER: a control group that limits CONTROLLER, in $group. FALSE: it cannot be made.
group()
{
	local top=/sys/fs/cgroup
	if [ -f "$top/cgroup.controllers" ]; then
		grep -qw "$1" "$top/cgroup.subtree_control" || return 1
	else
		top=$top/$1
	fi
	group=$top/tsim-test-$1-$$
	mkdir "$group" 2>/dev/null || return 1
	groups+=("$group")
	[ -w "$group/cgroup.procs" ]
}

# limit FILE VALUE: a file that this version does not have is no limit.
limit()
{
	[ ! -e "$group/$1" ] || echo "$2" >"$group/$1"
}

# inside STATUSES ARGUMENT...: tsim in the group.
inside()
{
	(echo "$BASHPID" >"$group/cgroup.procs" && tsim "$@") || exit 1
}

short=(--guests 2 --duration 50ms --warm-up 0s --rate 1kpps --quiet)
tried=0

if group pids; then
	tried=1
	limit pids.max 5
	inside 1 "${short[@]}"
	grep -q '^tsim: tasks: .*pids.max' stderr || fail "pids.max is not named: $(cat stderr)"
	same "lines" "$(wc -l <stderr)" 1
fi
if group memory; then
	tried=1
	limit memory.max 24M
	limit memory.limit_in_bytes 24M
	inside 1 "${short[@]}"
	grep -Eq '^tsim: memory: .*memory\.(max|limit_in_bytes)' stderr ||
		fail "the memory limit is not named: $(cat stderr)"
	same "lines" "$(wc -l <stderr)" 1
	# What guests are given to be reached through counts, too: tsim alone would have room.
	limit memory.max 96M
	limit memory.limit_in_bytes 96M
	for interface in vfio vmux virtio-on virtio-off; do
		inside 1 "${short[@]}" --interface "$interface" --guests 250
		grep -Eq '^tsim: memory: tsim needs about .*memory\.(max|limit_in_bytes)' stderr ||
			fail "$interface: memory of queue pairs is not counted: $(cat stderr)"
	done
fi
if group cpu; then
	tried=1
	limit cpu.max "20000 100000"
	limit cpu.cfs_period_us 100000
	limit cpu.cfs_quota_us 20000
	inside 3 --guests 2 --duration 2s --warm-up 100ms --rate 10kpps --quiet
	holds "the quota is named" '.verdict.reasons |
		any(test("^throttled [0-9]+ times?, .* quota of 0.2 CPUs \\((cpu.max|cpu.cfs_quota_us)\\)"))'
	(echo "$BASHPID" >"$group/cgroup.procs" && "$BIN/tsim" doctor) >told
	grep -Eq 'warn +CPU quota +0.2 CPUs \(/sys/fs/cgroup/.*cpu\.(max|cfs_quota_us)\)' told ||
		fail "doctor does not see the quota: $(cat told)"
	holds "no other program is blamed" '.verdict.reasons | all(test("other programs|was preempted") | not)'
	rm -r out
fi
[ "$tried" = 1 ] || { echo "skipped: no control group can be made here"; exit 77; }
