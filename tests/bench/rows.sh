#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The benchmark can be run and gives a number in each place. How large they are is not looked at: for
# that, run tests/bench/run on a quiet machine.
set -u
: "${SOURCE:?}"
table=$(mktemp) || exit 1
trap 'rm -f "$table"' EXIT
HISTOGRAMS=4 "$SOURCE/tests/bench/run" --runs 1 --seconds 1 generate round_trip latency merge >"$table"
status=$?
cat "$table"
[ "$status" -ne 77 ] || exit 77
[ "$status" -eq 0 ] || { echo "FAILED: status $status"; exit 1; }
awk 'NR > 1 { n++; numbers = 0
	if (/skipped: mlr/) next
	for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+$/ && $i > 0) numbers++
	if (/nan/ || numbers < (/latency/ ? 1 : 3)) { print "FAILED: " $1 " has " numbers " numbers"; bad = 1 } }
	END { exit bad || n != 7 }' "$table"
