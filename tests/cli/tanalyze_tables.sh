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
"$tanalyze" merge out --output m >/dev/null 2>&1 || fail "merge ends with $?"
# merged LABEL COLUMN: of its line of the combination.
merged()
{
	awk -F, -v label="$1" -v want="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		$at["row"] == "combination" && $at["label"] == label { print $at[want] }' m/summary.csv
}
for label in even odd; do
	for column in offered_pps forwarded_pps loss_ratio loss_ratio_min loss_ratio_max p25_ns p50_ns p75_ns p99_ns; do
		case $column in
		p*) want=$(merged $label latency_$column) ;;
		*) want=$(merged $label $column) ;;
		esac
		[ -n "$want" ] || fail "the merge has no $column of $label"
		[ "$(get summary $label $column)" = "$want" ] ||
			fail "summary $label: $column is $(get summary $label $column), merged $want"
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
# Latencies of all that lose frames have no end; the worst is who loses most.
[ "$(get guests odd worst_guest)" = 2 ] || fail "worst: $(get guests odd worst_guest)"
[ "$("$tanalyze" guests odd --each -f csv | wc -l)" = 5 ] || fail "--each is not a row a guest"
forwarded=$("$tanalyze" guests odd --each -f json | jq '[.rows[].forwarded] | add')
[ "$forwarded" = "$(get loss odd forwarded)" ] || fail "guests forwarded $forwarded, all of them $(get loss odd forwarded)"

# A guest of a mix has its group, beside the parameters of the trial, in all formats.
"$fake" out mixed --guests 4 --fleet || exit 1
expect 0 'busy, "b"' "$tanalyze" guests mixed --each
rows=$("$tanalyze" guests mixed --each -f json | jq -c '[.rows[] | [.group, .share, .share_of_guest > 0]] | unique')
[ "$rows" = '[["busy, \"b\"","equal",true],["calm","equal",true]]' ] || fail "groups of guests: $rows"
"$tanalyze" guests mixed --each -f csv | grep -q ',"busy, ""b""",' || fail "no group in CSV"
expect 0 "guest" "$tanalyze" guests even --each
lacks "group"

# Sizes add up to the same.
forwarded=$("$tanalyze" sizes odd -f json | jq '[.rows[].forwarded] | add')
[ "$forwarded" = "$(get loss odd forwarded)" ] || fail "sizes forwarded $forwarded"
[ "$(get sizes odd frame_bytes_min 1)" = 64 ] || fail "the first size is $(get sizes odd frame_bytes_min 1)"

# Departures: shares that grow with the distance.
holds "shares grow" "$(get departures even within_64ns_ratio) <= $(get departures even within_512ns_ratio)"
expect 0 "bursts" "$tanalyze" departures
# Repetitions that differ: the median of shares, the worst of delays.
"$fake" out left --reps 3 --guests 4 || exit 1
rep=0
for file in out/left/trial_*_rep[012].json; do
	rep=$((rep + 1))
	jq --argjson rep $rep '.departure |= (.within_64ns = .frames / 8 * $rep | .bursts = .frames / 4 * ($rep - 1)
		| .within_128ns = .frames / 2 | .within_256ns = .frames
		| .self_delay_p50_ns = 40 - 10 * $rep | .self_delay_p99_ns = 100 * $rep | .self_delay_max_ns = 5000)' \
		"$file" >changed && mv changed "$file" || exit 1
done
for want in within_64ns_ratio=0.25 within_128ns_ratio=0.5 within_256ns_ratio=1 bursts_ratio=0.25 \
	self_delay_p50_ns=30 self_delay_p99_ns=300 self_delay_max_ns=5000; do
	[ "$(get departures left "${want%=*}")" = "${want#*=}" ] ||
		fail "departures: ${want%=*} is $(get departures left "${want%=*}"), not ${want#*=}"
done
for command in summary guests sizes departures; do
	expect 0 "Output:" "$tanalyze" $command --help
	expect 2 "expected text, csv, json" "$tanalyze" $command --format xml
	expect 1 "not found" "$tanalyze" $command nothing --dir none
done

# against FOLDER: of such results, ours or the paper's.
against()
{
	local real=$1

	# Figure 4: packet totals and quartiles of every point that has one log. Below no loss are strays.
	"$tanalyze" summary "$real/gr/virtio2" --format csv >summary.csv 2>/dev/null
	checked=0
	while IFS=, read -r config rate tx q1 median q3 loss; do
		row=$(awk -F, -v vhost="${config#vhost}" -v pps="${rate}000" '
			NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
			$at["qemu"] == "normal" && $at["vhost"] == vhost && $at["rate_pps"] == pps && $at["repetitions"] == 1 {
				printf "%s %.0f %s %s %s %.5f\n", $at["frame_bytes"], 30 * $at["offered_pps"],
					$at["p25_ns"], $at["p50_ns"], $at["p75_ns"], 100 * $at["loss_ratio"] }' summary.csv)
		[ -n "$row" ] || continue # several repetitions
		checked=$((checked + 1))
		case $loss in -*) loss=0 ;; esac
		loss=$(printf %.5f "$loss")
		[ "$row" = "64 $tx ${q1%.0} ${median%.0} ${q3%.0} $loss" ] ||
			fail "figure 4, $config at $rate kpps: $row, not 64 $tx ${q1%.0} ${median%.0} ${q3%.0} $loss"
	done < <(awk -F, '$1 == "fig4_vhost" && $5 == 0 { print $2 "," $3 "," $14 "," $9 "," $10 "," $11 "," $16 }' "$real/expected.csv")
	[ "$checked" -ge 20 ] || fail "only $checked points of figure 4 are there"

	# MoonGen's logs do not know departures, and have one guest.
	"$tanalyze" departures "$real/gr/virtio2" --format json 2>/dev/null |
		jq -e '(.rows | length) > 20 and all(.rows[]; .within_64ns_ratio == null and .bursts_ratio == null and
			.self_delay_p50_ns == null and .self_delay_max_ns == null)' >/dev/null ||
		fail "MoonGen's logs know departures"
	[ "$(get guests "$real/gr/virtio2" guests_below_90_percent)" = 0 ] || fail "one guest is not served evenly"
}

autotest_results
for results in "${all_results[@]}"; do
	against "$results"
done
finish
