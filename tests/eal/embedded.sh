#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The main job: 64 guests, one mix; every frame accounted for, guest by guest and size by size.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

tsim "0 3" --profile imix --guests 64 --duration 2s --warm-up 200ms
holds "no loss but at queues that a busy machine left full" '.totals | .lost == .refused and .offered > 0'
holds "all guests in order" '.guests | length == 64 and all(.state == "ok")'
holds "every guest got its share" '.totals.offered as $all
	| .guests | all((.offered - $all / 64) | fabs < 2)'
holds "guests add up" '[.guests[].forwarded] | add as $sum | $sum == '"$(trial .totals.forwarded)"
holds "sizes add up" '.guests | all(([.sizes[].forwarded] | add) == .forwarded)'
holds "latencies and lost frames are all frames" '.latency.count + .latency.censored == .totals.offered'
holds "bytes are those of the sizes" '[.guests[].sizes[] | .offered * .frame_bytes] | add == '"$(trial .totals.offered_bytes)"
holds "a schedule was stored" '.mix.schedule_sha256 | length == 64'

bins=$(awk -F, 'NR > 1 { n += $4; r += $5 } END { print n, r }' out/default/guests_*.csv)
same "frames in the bins" "$bins" "$(trial '"\(.totals.forwarded) \(.totals.forwarded)"')"
same "frames in the histogram" "$(awk -F, '{ n += $2 } END { print n }' out/default/histogram_*.csv)" \
	"$(trial .totals.forwarded)"
grep -q '^verdict: ' stdout || fail "no verdict on stdout"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	/usr/bin/python3 -W ignore -m jsonschema -i "$(echo out/default/trial_*.json)" "$SOURCE/conf/trial.schema.json" ||
		fail "the trial is not what conf/trial.schema.json says"
fi

# The same command has nothing left to do, and touches nothing.
before=$(stat -c '%n %Y %s' out/default/* | sha256sum)
tsim "0 3" --profile imix --guests 64 --duration 2s --warm-up 200ms
grep -q '^verdict: ' stdout || fail "does not show what is there"
grep -q already stderr || fail "does not say that the trial is there already: $(cat stderr)"
same "files" "$(stat -c '%n %Y %s' out/default/* | sha256sum)" "$before"

# Other parameters under the same name are not mixed up with it.
tsim 2 --profile imix --guests 64 --duration 2s --warm-up 200ms --seed 2
grep -q -- --label stderr || fail "no remedy: $(cat stderr)"
tsim "0 3" --profile imix --guests 64 --duration 2s --warm-up 200ms --seed 2 --label other
