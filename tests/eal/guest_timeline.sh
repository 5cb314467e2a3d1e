#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The time line of each guest adds up: over guests to the trial's, over time to the guest's counts.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

adds_up()
{
	local rows total
	rows=$(echo out/default/guest_timeline_*.csv)
	total=$(echo out/default/timeline_*.csv)
	same "$1: header" "$(head -n 1 "$rows")" time_s,guest,offered,forwarded,latency_sum_ns,drain
	same "$1: sums of the guests" "$(awk -F, 'NR > 1 { o[$1] += $3; f[$1] += $4; d[$1] += $6 }
		END { for (t in o) printf "%s,%.0f,%.0f,%d\n", t, o[t], f[t], (d[t] > 0) }' "$rows" | sort)" \
		"$(awk -F, 'NR > 1 { print $1 "," $2 "," $3 "," $11 }' "$total" | sort)"
	same "$1: sums over time" "$(awk -F, 'NR > 1 { o += $2; f += $3; r += $4; d += $11 }
		END { printf "%.0f %.0f %.0f %d %d", o, f, r, d, $11 }' "$total")" \
		"$(trial '.totals | "\(.offered) \(.forwarded) \(.refused) 1 1"')"
	same "$1: sums of each guest over time" "$(awk -F, 'NR > 1 { o[$2] += $3; f[$2] += $4; l[$2] += $5 }
		END { for (g in o) printf "%d %.0f %.0f %.0f\n", g, o[g], f[g], l[g] }' "$rows" | sort -n)" \
		"$(trial '.guests[] | "\(.guest) \(.offered) \(.forwarded) \(.latency.sum_ns)"')"
}

tsim "0 3" --interface null --guests 5 --share 5,4,3,2,1 --rate 50kpps --duration 2500ms --warm-up 200ms
adds_up null
same "rows" "$(($(wc -l <out/default/guest_timeline_*.csv) - 1))" "$((5 * ($(wc -l <out/default/timeline_*.csv) - 1)))"
rm -r out

tsim "0 3" --guests 4 --profile imix --rate 20kpps --duration 2s --warm-up 200ms
adds_up processes
rm -r out

tsim "0 3" --guests 4 --ramp 5kpps..50kpps:5kpps --duration 2s --warm-up 200ms
adds_up ramp
same "a row per step, and the drain" "$(($(wc -l <out/default/timeline_*.csv) - 1))" 11
rm -r out

tsim "0 3" --guests 2 --fault drop=0.1,duplicate=0.1 --rate 10kpps --duration 1500ms --warm-up 200ms --drain 100ms
adds_up lossy
rm -r out

tsim "0 3" --interface null --guests 3 --rate max --duration 1200ms --warm-up 100ms
adds_up "rate max"

# Where it would be too large it is left out, which is said, and the trial is whole.
rm -r out
"$BIN/tsim" run --interface null --guests 64 --profile fixed:64 --rate 10kpps --duration 24h --warm-up 0s \
	>stdout 2>stderr &
children+=($!)
until_said stderr "1/86400 s"
kill -INT "${children[0]}"
wait "${children[0]}"
same "status of an interrupted trial" $? 1
holds "the note" '.verdict.reasons | any(startswith("note: no timeline per guest"))'
[ -z "$(find out -name 'guest_timeline_*')" ] || fail "there is one all the same"
"$BIN/tanalyze" loss --interrupted out >said 2>&1
[ $? -ne 1 ] || fail "cannot be read: $(cat said)"
