#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# --ipdv: every pair of neighbours that came back is recorded, once, in whatever order they came.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# pairs_hold: as many pairs as frames came back, less one for each gapless run of a guest's numbers.
# There is a run a guest, and at most one more for each frame that is lost (the frames that are lost
# one behind the other share one).
pairs_hold()
{
	holds "$1: pairs" '(.guests | length) as $guests | .totals as $t |
		.ipdv.pairs <= $t.forwarded - $guests and .ipdv.pairs >= $t.forwarded - $guests - $t.lost'
	holds "$1: no loss, not a pair less" '(.guests | length) as $guests |
		.totals.lost > 0 or .ipdv.pairs == .totals.forwarded - $guests'
	same "$1: pairs in the bins" "$(awk -F, 'NR > 1 { n += $2 } END { print n }' out/default/ipdv_*.csv)" \
		"$(trial .ipdv.pairs)"
	tail -n +2 out/default/ipdv_*.csv | sort -t, -k1,1n -c || fail "$1: bins do not ascend"
	# Each gapless run adds its last delay less its first; with no loss there is one a guest.
	holds "$1: the sum telescopes" '(.latency.max_ns - .latency.min_ns) as $range |
		(.ipdv.sum_ns | fabs) <= $range * ((.guests | length) + .totals.lost)'
	holds "$1: no difference is larger than delays allow" '(.latency.max_ns - .latency.min_ns) as $range |
		.ipdv.max_ns <= $range and -.ipdv.min_ns <= $range'
}

# Without it nothing is recorded.
tsim "0 3" --interface null --guests 3 --rate 20kpps --duration 300ms --warm-up 100ms
holds "no IPDV" 'has("ipdv") | not'
[ -z "$(find out -name 'ipdv_*')" ] || fail "a file of IPDV, without --ipdv"
# It is the same trial, which is not measured again for it.
tsim "0 3" --interface null --guests 3 --rate 20kpps --duration 300ms --warm-up 100ms --ipdv
grep -q -- '--ipdv: .* --overwrite' stderr || fail "does not say how to get it: $(cat stderr)"
tsim "0 3" --interface null --guests 3 --rate 20kpps --duration 300ms --warm-up 100ms --ipdv --overwrite
holds "IPDV now" '.ipdv.pairs > 5000'
rm -r out

# Nothing is lost in the generator itself: the numbers are exact.
for cores in 1 load:0/rx:1; do
	tsim "0 3" --interface null --guests 5 --rate 50kpps --duration 1s --warm-up 100ms --ipdv --cores $cores
	holds "null, $cores: exact" '.totals.lost == 0 and .ipdv.pairs == .totals.forwarded - 5'
	pairs_hold "null, $cores"
	rm -r out
done
tsim "0 3" --interface null --guests 5 --rate max --duration 200ms --warm-up 50ms --ipdv
holds "rate max: exact" '.totals.lost > 0 or .ipdv.pairs == .totals.forwarded - 5'
rm -r out

# Half of the frames take 1 ms longer than the others, some of which overtake them.
tsim "0 3" --guests 1 --profile fixed:64 --rate 10kpps --duration 2s --warm-up 0s --ipdv --fault delay=0.5:1ms
pairs_hold delay
holds "delay: frames came in another order" '.totals.reordered > 1000'
# Of two neighbours one is slow, in half of the cases: up as often as down.
holds "delay: many pairs differ by 1 ms" '.ipdv | .abs_mean_ns > 200000 and .p1_ns < -900000 and .p99_ns > 900000'
rm -r out

# Losses part neighbours: for each frame that is lost alone there is a pair less than frames came back.
tsim "0 3" --guests 4 --profile imix --rate 20kpps --duration 2s --warm-up 0s --ipdv \
	--fault drop=0.01,reorder=0.02:3,duplicate=0.02
pairs_hold drop
holds "drop: 1 % of losses, nearly all alone" '.totals as $t | $t.lost > 200 and $t.reordered > 200 and
	.ipdv.pairs < $t.forwarded - 4 - 0.9 * ($t.lost - $t.refused)'
