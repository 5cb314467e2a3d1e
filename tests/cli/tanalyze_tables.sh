#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tanalyze summary, guests, sizes and departures.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

"$fake" out even --reps 3 --guests 4 || exit 1
"$fake" out odd --reps 3 --guests 4 --loss 0.4 --worst 2 || exit 1

# get COMMAND LABEL COLUMN [ROW]: of the CSV.
get()
{
	local command=$1 label=$2 column=$3 row=${4:-1}
	# shellcheck disable=SC2086
	"$tanalyze" $command "$label" --format csv 2>/dev/null | awk -F, -v want="$column" -v row="$row" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i }
		NR == row + 1 { print $c }'
}
# holds WHAT CONDITION: of awk.
holds()
{
	awk "BEGIN { exit !($2) }" || fail "$1: not $2"
}

# All of them give one answer to one question: what the merge says.
"$tanalyze" merge out --output m >/dev/null 2>&1
for label in even odd; do
	for column in offered_pps loss_ratio p50_ns p99_ns; do
		merged=$(jq -r --arg l $label --arg c $column '.combinations[] | select(.parameters.label == $l)
			| .all // . | .. | objects | select(has($c)) | .[$c]' m/summary.json 2>/dev/null | head -n 1)
		[ -z "$merged" ] || [ "$column" = offered_pps ] || [ "$column" = loss_ratio ] ||
			[ "$(get summary $label $column | tr -d ">=")" = "$merged" ] ||
			fail "summary $label: $column is $(get summary $label $column), merged $merged"
	done
done
[ "$(get summary even repetitions)" = 3 ] || fail "repetitions: $(get summary even repetitions)"
[ "$(get summary even frame_bytes)" = mix ] || fail "a mix has no frame size"
holds "loss between its ends" "$(get summary odd loss_ratio_min) <= $(get summary odd loss_ratio) && $(get summary odd loss_ratio) <= $(get summary odd loss_ratio_max)"

# Fairness: guest 2 of the odd ones gets less.
[ "$(get guests even guests_below_90_percent)" = 0 ] || fail "even guests are not"
[ "$(get guests odd guests_below_90_percent)" = 1 ] || fail "the starved guest is not found: $("$tanalyze" guests odd)"
holds "Jain falls" "$(get guests odd jain) < $(get guests even jain)"
holds "Gini rises" "$(get guests odd gini) > $(get guests even gini)"
[ "$("$tanalyze" guests odd --each -f csv | wc -l)" = 5 ] || fail "--each is not a row a guest"
forwarded=$("$tanalyze" guests odd --each -f json | jq '[.rows[].forwarded] | add')
[ "$forwarded" = "$(get loss odd forwarded)" ] || fail "guests forwarded $forwarded, all of them $(get loss odd forwarded)"

# Sizes add up to the same.
forwarded=$("$tanalyze" sizes odd -f json | jq '[.rows[].forwarded] | add')
[ "$forwarded" = "$(get loss odd forwarded)" ] || fail "sizes forwarded $forwarded"
[ "$(get sizes odd frame_bytes_min 1)" = 64 ] || fail "the first size is $(get sizes odd frame_bytes_min 1)"

# Departures: shares that grow with the distance.
holds "shares grow" "$(get departures even within_64ns_ratio) <= $(get departures even within_512ns_ratio)"
expect 0 "bursts" "$tanalyze" departures
for command in summary guests sizes departures; do
	expect 0 "Output:" "$tanalyze" $command --help
	expect 2 "write text, csv or json" "$tanalyze" $command --format xml
	expect 1 "no such" "$tanalyze" $command nothing --dir none
done

real=$SOURCE/../shared/data/vmux/gr/virtio2
[ -d "$real" ] || finish
"$tanalyze" summary "$real" --format csv >summary.csv 2>/dev/null
# Figure 4 at 500 kpps: packet totals and quartiles of its log.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	$at["vhost"] == "off" && $at["rate_pps"] == 500000 {
		found = 1
		if ($at["p50_ns"] != 4247071 || sprintf("%.5f", 100 * $at["loss_ratio"]) != "33.71218" ||
			$at["frame_bytes"] != 64)
			exit 1
	}
	END { exit !found }' summary.csv || fail "figure 4 at 500 kpps: $(grep ',off,.*,500000,' summary.csv)"
[ "$(get departures "$real" within_64ns_ratio)" = "" ] || fail "MoonGen's logs know departures"
finish
