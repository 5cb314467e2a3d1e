#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Trial files conform to conf/trial.schema.json, searches to conf/search.schema.json, and the schemas
# refuse what does not.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	echo "skipped: no jsonschema for /usr/bin/python3 (apt install python3-jsonschema)"
	exit 77
fi
schema=$SOURCE/conf/trial.schema.json
# valid FILE...: those that the schema refuses, in ./said, a line each; fails if there are any.
valid()
{
	/usr/bin/python3 -W ignore - "$schema" "$@" >said 2>&1 <<'END'
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator, refused = Draft202012Validator(schema), 0
for name in sys.argv[2:]:
    errors = list(validator.iter_errors(json.load(open(name))))
    refused += bool(errors)
    if errors:
        print(name + ":", errors[0].message[:200], "at", list(errors[0].absolute_path))
sys.exit(refused > 0)
END
}

# refuses FILE CHANGE...: with each of the changes (of jq) alone, the schema refuses the file.
refuses()
{
	local file=$1 change i=0
	shift
	rm -rf changed && mkdir changed || exit 1
	for change in "$@"; do
		i=$((i + 1))
		jq "$change" "$file" >changed/$i.json || fail "jq $change"
	done
	! valid changed/*.json || fail "$file: all changes are valid"
	for ((i = 1; i <= $#; i++)); do
		grep -q "^changed/$i.json: " said || fail "$file with ${!i} is valid: $(cat said)"
	done
}

"$fake" out many --guests 5 --loss 0.1 --worst 2 --untrusted && "$fake" out one --guests 1 --sizes 1 &&
	"$fake" out lost --loss 1 --interrupted &&
	"$fake" out fleet --fleet --probes --guests 5 --loss 0.1 && "$fake" out ipdv --ipdv || exit 1
valid out/*/trial_*.json || fail "$(cat said)"
for file in out/*/trial_*.json; do
	refuses "$file" '.schema = 2' 'del(.parameters.seed)' '.totals.offered = -1' '.totals.lost = 1.5' \
		'.guests[0].latency.bounds = ["p42_ns"]' 'del(.guests[0].sizes[0].response)' \
		'.verdict.trustworthy = "yes"' '.files[0].name = "../x"'
done

# What only fleets with probes have, and what older files lack.
file=$(echo out/fleet/trial_*.json)
refuses "$file" '.groups = null' 'del(.groups[0].share)' '.groups[0].guests = 0' '.probes.corrupt = 1' \
	'del(.probes.late_back)' '.probes.rx_stamps = 1' '.probes.stamp_error_ns = -1' 'del(.guests[0].probes.latency.p50_ns)' \
	'.guests[0].probes.latency.bounds = ["p90_ns"]' '.cpu.generator.threads = -1' 'del(.cpu.host)' \
	'del(.departure.inter_departure.frames)' '.departure.inter_departure.within_64ns = null' \
	'.parameters.pattern = 1' '.totals.not_sent = -1' '.probes.latency.p50_ns = "1"'
refuses "$(echo out/ipdv/trial_*.json)" '.ipdv.pairs = -1' 'del(.ipdv.sum_ns)' '.ipdv.min_ns = 0.5' \
	'.ipdv.abs_p99_ns = -1' '.ipdv.p1_ns = "x"' '.ipdv = null'
jq -e '.ipdv.min_ns < 0 and .ipdv.max_ns > 0' out/ipdv/trial_*.json >found || fail "no IPDV"
jq -e '(.groups | length) == 2 and .probes != null and .cpu != null' "$file" >found ||
	fail "no groups, probes or cost in $file"
valid "$SOURCE"/tests/unit/analyze_trial/trial_*.json || fail "an older file: $(cat said)"

schema=$SOURCE/conf/search.schema.json
"$BUILD/tests/fake_search" out searches --goal --latency-at --suite &&
	"$BUILD/tests/fake_search" out irregular --knee 3000000 || exit 1
valid out/*/search_*.json || fail "$(cat said)"
refuses "$(echo out/searches/search_*.json)" '.schema = 2' 'del(.goals)' '.goals[0].state = "lost"' \
	'.goals[0].throughput_pps = "1"' '.loads[0].classes[0] = "high"' '.trials[0].use = 1' \
	'del(.trials[0].marks[0].met)' '.trials[0].bounds = ["p42_ns"]' '.suite.bursts[0].frames = -1' 'del(.parameters.seed)' \
	'.trials[0].loss_ratio = null' 'del(.max_measured)'
finish
