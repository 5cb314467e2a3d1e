#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# --suite rfc2544: the table is complete for each frame length; killed and started again, the suite
# measures nothing twice and has the same table.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
goal=loss=0,initial=0.1s,final=0.1s,sum=0.1s,exceed=0,width=50%
# A frame in 500 is lost by the guest, so that no burst is long and throughput is below the link's rate.
suite=(search --suite rfc2544 --profile genome:ag --link 10M --goal "$goal" --bursts 2 --warm-up 10ms --drain 100ms
	--fault drop=0.002)

# stamp FILE: what changes if a trial is measured again.
stamp()
{
	find out -type f -name 'trial_*.json' -exec stat -c '%n %y %i' {} + | LC_ALL=C sort >"$1"
}

# column NAME: its cells, blanks between them.
column()
{
	awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }' stdout |
		paste -sd' '
}

: >stderr
"$BIN/tsim" "${suite[@]}" >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr 'frame loss rate at 90 %'
kill -9 "$tsim"
wait "$tsim" 2>/dev/null
stamp killed
[ "$(wc -l <killed)" -ge 4 ] || fail "only $(wc -l <killed) trials when killed"
[ -z "$(find out -name 'search_*.json')" ] || fail 'a search was over when killed'

tsim "0 3" "${suite[@]}" --format csv
stamp whole
same "trials that were there, untouched" "$(comm -12 killed whole | wc -l)" "$(wc -l <killed)"
mv stdout first
tsim "0 3" "${suite[@]}" --format csv
stamp again
cmp -s whole again || fail "a suite that is complete was measured again"
cmp -s first stdout || fail "other results when they are shown again: $(diff first stdout)"

same "frame lengths" "$(column frame_len)" "64 1518"
same "theoretical rates" "$(column theoretical_pps | tr ' ' '\n' | sed 's/\..*//' | paste -sd' ')" "14880 812"
same "of" "$(column theoretical_of)" "link link"
# Each has an offered 100 %; with bursts, or a reason why there are none.
jq -se 'length == 2 and all(.[]; [.trials[] | select(.use == "loss-curve")] | length >= 2 and length <= 30)' \
	out/default/search_*.json >/dev/null || fail "no loss curve"
jq -se 'all(.[].suite; (.bursts | length) as $n | if $n == 0 then .burst_why != "" else
	.burst_why == "" and .burst_frames_min <= .burst_frames and .burst_frames <= .burst_frames_max and
	(.burst_frames / .theoretical_pps - .buffer_s | fabs) < 1e-9 and .corrected_buffer_s <= .buffer_s end)' \
	out/default/search_*.json >/dev/null || fail "bursts: $(jq -c .suite out/default/search_*.json)"
# RFC 9004: into empty buffers, and at least 2 s for what is left in them.
jq -rs '.[].trials[] | select(.use == "back-to-back") | .file' out/default/search_*.json | while read -r file; do
	jq -e '.parameters.warm_up_s == 0 and .parameters.drain_s >= 2' "out/default/search-0/$file" >/dev/null ||
		fail "$file: not a burst"
done || exit 1

# The text has the four tables; --link is not needed: the generator's own rate on null stands for it.
tsim "0 3" "${suite[@]}"
for title in 'Throughput' 'Latency at throughput' 'Frame loss rate' 'Back-to-back frames' 'theoretical rate of the link'; do
	grep -q "^$title" stdout || fail "no '$title' in $(cat stdout)"
done
tsim "0 3" search --suite rfc2544 --profile fixed:64 --goal "$goal" --warm-up 10ms --drain 100ms --bursts 1 --label null
same "trial on null" "$(jq -r '.trials[] | select(.use == "theoretical") | .rate_pps' out/null/search_*.json)" 0
jq -e '[.trials[] | select(.use == "theoretical")][0].offered_pps as $rate | .suite.theoretical_pps == $rate and
	(.suite.theoretical_is_link | not)' out/null/search_*.json >/dev/null || fail "$(jq .suite out/null/search_*.json)"
same "interface of it" "$(jq -r '.parameters.interface' out/null/search-0/trial_process_null_*.json)" null
