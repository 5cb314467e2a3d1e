#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tsim profile: every shipped mix shows itself in each format, with the numbers that its source has.
set -u
failures=0
for file in "$SOURCE"/profiles/*.csv; do
	name=$(basename "$file" .csv)
	"$BIN/tsim" profile | grep -q "^$name " || { echo "tsim profile does not list $name"; failures=1; }
	"$BIN/tsim" profile "$name" >/dev/null || failures=1
	"$BIN/tsim" profile --format csv "$name" >/dev/null || failures=1
	"$BIN/tsim" profile --format json "$name" | jq -e .schema >/dev/null || { echo "$name: no JSON with a schema"; failures=1; }
done

# says ARGUMENTS WORDS: one line of the report has them all, in this order.
says()
{
	"$BIN/tsim" profile $1 | tr -s ' ' | grep -qE "$2" || { echo "tsim profile $1 does not say '$2'"; failures=1; }
}
says "imix" '361\.83'
says "imix --link 10G" '3\.27. Mpps|3,?273,?6'
says "imix-csit" '353\.83'
says "genome:aaafg" '598'
says "fixed:64 --link 1G" '1\.488 Mpps|1,?488,?095'
exit "$failures"
