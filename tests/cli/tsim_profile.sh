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

# says WORDS ARGUMENT...: a line of the report matches WORDS.
says()
{
	local words=$1
	shift
	"$BIN/tsim" profile "$@" | tr -s ' ' | grep -qE "$words" || { echo "tsim profile $* does not say '$words'"; failures=1; }
}
says '361\.83' imix
says '3\.27. Mpps|3,?273,?6' imix --link 10G
says '353\.83' imix-csit
says '598' genome:aaafg
says '1\.488 Mpps|1,?488,?095' fixed:64 --link 1G
exit "$failures"
