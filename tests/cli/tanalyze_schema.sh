#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Trial files conform to conf/trial.schema.json, and the schema refuses what does not.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	echo "skipped: no jsonschema for /usr/bin/python3 (apt install python3-jsonschema)"
	exit 77
fi
schema=$SOURCE/conf/trial.schema.json
valid()
{
	/usr/bin/python3 -W ignore -m jsonschema -i "$1" "$schema" >said 2>&1
}

"$fake" out many --guests 5 --loss 0.1 --worst 2 --untrusted && "$fake" out one --guests 1 --sizes 1 &&
	"$fake" out lost --loss 1 --interrupted || exit 1
for file in out/*/trial_*.json; do
	valid "$file" || fail "$file: $(head -c 2000 said)"
	for change in '.schema = 2' 'del(.parameters.seed)' '.totals.offered = -1' '.totals.lost = 1.5' \
		'.guests[0].latency.bounds = ["p42_ns"]' 'del(.guests[0].sizes[0].response)' \
		'.verdict.trustworthy = "yes"' '.files[0].name = "../x"'; do
		jq "$change" "$file" >changed.json || fail "jq $change"
		! valid changed.json || fail "$file with $change is valid"
	done
done
finish
