#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The accounts of a trial: books that balance, rates from counted bytes, seeds of repetitions.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
need tshark tshark

# The number before UNIT in a line of the table, as bit/s or pps.
printed()
{
	awk -v what="$1" -v unit="$2" '
		BEGIN { scale["bit/s"] = scale["pps"] = 1; scale["kbit/s"] = scale["kpps"] = 1e3
			scale["Mbit/s"] = scale["Mpps"] = 1e6; scale["Gbit/s"] = 1e9 }
		index($0, "  " what " ") == 1 { for (i = 2; i <= NF; i++) if ($(i + 1) == unit || (unit == "pps" && $i ~ /pps$/)) {
			print (unit == "pps" ? $(i - 1) * scale[$i] : $(i - 1) * scale[$i]); exit } }' "$TMP/stdout"
}

# near WHAT GOT WANTED: equal to the four digits that are printed.
near()
{
	awk -v a="$2" -v b="$3" 'BEGIN { d = a - b; exit !(b > 0 && d * d < (b * 0.001) ^ 2) }' || fail "$1: $2, not $3"
}

balanced='[.totals, .guests[], .guests[].sizes[], .groups[]] | length > 3 and
	all(.intended == .offered + .not_sent + .unsent and .offered == .forwarded + .lost)'

# L2 is what a capture holds, over the duration; the guest that gets the long frames returns none.
cat >two.mix <<'EOF'
[small]
guests = 1
profile = fixed:64
interface = null
[large]
guests = 1
profile = fixed:1518
interface = discard
EOF
tsim "0 3" --mix two.mix --rate 20kpps --duration 1s --warm-up 100ms --capture c.pcap
holds "balanced" "$balanced"
same "nothing was refused" "$(trial .totals.refused)" 0
bytes=$(tshark -r c.pcap -T fields -e frame.len | awk '{ sum += $1 + 4 } END { print sum }')
same "bytes of the capture" "$bytes" "$(trial .totals.offered_bytes)"
seconds=$(trial .totals.measured_s)
near "L2 of what was offered" "$(printed offered L2)" "$(awk -v b="$bytes" -v s="$seconds" 'BEGIN { print b * 8 / s }')"
near "L2 of what came back" "$(printed forwarded L2)" "$(trial '.totals | .forwarded_bytes * 8 / .measured_s')"
near "it is of 64-byte frames" "$(printed forwarded L2)" "$(trial '.totals | .forwarded * 64 * 8 / .measured_s')"
near "L1 adds 20 bytes each" "$(printed forwarded L1)" "$(trial '.totals | .forwarded * 84 * 8 / .measured_s')"
# A one-way interface does not hang, and has no loss.
holds "no guest is to blame" '[.guests[].state] == ["ok", "ok"]'
grep -qE '^  guest 1 +[0-9]+ +0 +- +- ' stdout || fail "no '-' for guest 1: $(grep 'guest 1' stdout)"
rm -r out

# A link that is too slow, and a generator that is.
tsim 3 -i null --profile imix --guests 3 --rate 100Mpps --duration 100ms --warm-up 100ms --drain 300ms
holds "far too fast: balanced" "$balanced"
holds "far too fast: something was offered in time" '.totals | .offered > 0 and .unsent > 0 and .measured_s == 0.1'
holds "far too fast: all of the schedule" '.totals.intended | . > 9990000 and . < 10010000'
grep -q '^  unsent ' stdout || fail "no row for unsent frames"
rm -r out
tsim "0 3" -i null --profile fixed:64 --rate 300kpps --link 100M --duration 300ms --warm-up 100ms
holds "slow link: balanced" "$balanced"
holds "slow link: not sent" '.totals.not_sent > 40000'
grep -q '^  not sent ' stdout || fail "no row for frames that the link had no room for"
rm -r out

# More load workers than guests; and time 0 is not before the trial.
tsim "0 3" -i null --guests 1 --cores 0-1 --rate max --duration 20ms --warm-up 0s
holds "at max all of them" "$balanced"
rm -r out

# A repetition of one seed is none of another, whatever the cores.
for seed in 1 2; do
	tsim "0 3" -i null --guests 2 --duration 20ms --warm-up 0s --drain 100ms --reps 3 --seed "$seed" --label "seed$seed"
done
tsim "0 3" -i null --guests 2 --duration 20ms --warm-up 0s --drain 100ms --reps 3 --cores 0-1 --label cores
same "six schedules, and three of them again" "$(jq -r .mix.schedule_sha256 out/*/trial_*.json | sort | uniq -c |
	awk '{ n[$1]++ } END { print n[1], n[2] }')" "3 3"

# A label of another rule is not mixed with new trials, but can be measured anew.
sed -i '/"derivation"/d' out/cores/trial_*.json
arguments=(-i null --guests 2 --duration 20ms --warm-up 0s --drain 100ms --cores 0-1 --label cores)
tsim 2 "${arguments[@]}" --reps 3
tsim 2 "${arguments[@]}" --rep 5
grep -q 'derives random numbers .*use another --label' stderr || fail "no reason: $(cat stderr)"
tsim 2 "${arguments[@]}" --reps 2 --overwrite
tsim "0 3" "${arguments[@]}" --reps 3 --overwrite
rm -r out

# A label with a comma is a cell of CSV.
tsim "0 3" -i null --guests 2 --duration 20ms --warm-up 0s --drain 100ms --label 'a,b' --format csv
same "label, and fields of a row" "$(python3 -c '
import csv, sys
rows = list(csv.DictReader(sys.stdin))
assert len(rows) == 3 and all(None not in r and None not in r.values() for r in rows), rows
print({r["label"] for r in rows}, {r["schema"] for r in rows}, {r["rate_pps"] for r in rows})' <stdout)" \
	"{'a,b'} {'1'} {'100000'}"
