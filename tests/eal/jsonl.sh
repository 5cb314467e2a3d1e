#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# --format jsonl: lines of JSON while a sweep is measured, which add up to the files of its trials.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# objects FILE: each line is an object, and there are some.
objects()
{
	[ -s "$1" ] || fail "$1 is empty: $(cat stderr)"
	jq -Rs 'split("\n") | .[:-1] | map(fromjson | type) | all(. == "object")' "$1" >is_json ||
		fail "a line is no JSON: $(cat "$1")"
	same "$1: every line is an object" "$(cat is_json)" true
}

# stream FILTER: of all lines together.
stream()
{
	jq -rs "$1" stdout
}

sweep=(--interface null --guests 3 --share "3,2,1" --rate "10kpps,20kpps" --reps 2 --duration 2s --warm-up 100ms
	--label sweep --format jsonl)
tsim "0 3" "${sweep[@]}"
objects stdout
same "seconds, drains and trials" "$(stream 'group_by(.type) | map("\(.[0].type) \(length)") | join(" ")')" \
	"drain 4 second 8 trial 4"
for json in out/sweep/trial_*.json; do
	infix=${json##*/trial_} rep=${json##*_rep}
	infix=${infix%_rep*} rep=${rep%.json}
	of="map(select(.infix == \"$infix\" and .repetition == $rep and .label == \"sweep\"))"
	for count in offered forwarded refused; do
		same "$json: $count" "$(stream "$of | map(select(.type != \"trial\").$count) | add")" \
			"$(jq ".totals.$count" "$json")"
	done
	# The same rows are in the file.
	same "$json: rows" "$(stream "$of | .[] | select(.type != \"trial\") | \"\(.offered) \(.forwarded) \(.type)\"")" \
		"$(awk -F, 'NR > 1 { print $2, $3, ($11 == 1 ? "drain" : "second") }' \
			"${json%/*}/timeline_${infix}_rep$rep.csv")"
	for member in parameters verdict totals latency response; do
		same "$json: $member" "$(stream "$of | .[-1] | .$member | tojson")" "$(jq -r ".$member | tojson" "$json")"
	done
	same "$json: total and worst" "$(stream "$of | map(select(.type == \"second\")) | all(.worst.interface == \"null\"
		and .worst.guest < 3 and .worst.offered <= .total.offered
		and .total.outstanding == ([.total.offered - .total.forwarded, 0] | max))")" true
	same "$json: no bins" "$(stream "$of | .[-1] | has(\"guests\")")" false
done

# What is measured already is shown as trials.
tsim "0 3" "${sweep[@]}"
objects stdout
same "measured already" "$(stream '[.[].type] | unique | tojson')" '["trial"]'
same "all four" "$(stream length)" 4

# Errors are on stderr alone.
tsim 2 --interface null --rate 10 --format jsonl
[ ! -s stdout ] || fail "an error on stdout: $(cat stdout)"

# It is there while the trial runs, and a reader that goes away does not lose the trial.
mkfifo lines
"$BIN/tsim" --interface null --guests 2 --rate 10kpps --duration 3s --warm-up 0s --label gone --format jsonl \
	>lines 2>stderr &
children+=($!)
read -r line <lines
[ -z "$(find out/gone -name 'trial_*')" ] || fail "the first line came when all was over"
same "the first line" "$(jq -r '.type, .label' <<<"$line" | paste -sd' ')" "second gone"
wait "${children[0]}"
same "status without a reader" $? 1
jq -e '.verdict.interrupted == false and .totals.offered == 30000' out/gone/trial_*.json >is_whole ||
	fail "the trial is not whole: $(cat stderr)"

# A step of a ramp is a row, and a line.
tsim "0 3" --interface null --ramp 10kpps..100kpps:10kpps --duration 2s --warm-up 0s --label ramp --format jsonl
same "lines of a ramp" "$(stream '[.[].type] | (map(select(. == "second")) | length), .[-2:][]' | paste -sd' ')" \
	"10 drain trial"
same "sums of a ramp" "$(stream 'map(select(.type != "trial").offered) | add')" "$(jq .totals.offered out/ramp/trial_*.json)"

if command -v mpirun >mpirun_at && readelf -d "$BIN/tsim" | grep -q 'NEEDED.*libmpi'; then
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ASAN_OPTIONS=detect_leaks=0 \
		timeout 60 mpirun --quiet --oversubscribe --bind-to none -np 2 "$BIN/tsim" --interface null \
		--guests 4 --rate 10kpps --duration 2s --warm-up 100ms --label ranks --format jsonl >stdout 2>stderr
	objects stdout
	same "types of two ranks" "$(stream '[.[].type] | tojson')" '["second","second","drain","trial"]'
	for count in offered forwarded refused; do
		same "two ranks: $count" "$(stream "map(select(.type != \"trial\").$count) | add")" \
			"$(jq ".totals.$count" out/ranks/trial_*.json)"
	done
	same "no worst guest" "$(stream 'any(has("worst"))')" false
fi
