#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a guest is sent does not depend on who sends it: one worker, two, load and receive apart.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
[ "$(nproc)" -ge 2 ] || { echo "skipped: needs 2 CPUs"; exit 77; }
read -r a b < <(taskset -cp $$ | sed 's/.*: //' | tr ',-' '  ' | awk '{ print $1, $NF }')

for cores in "$a" "$a,$b" "load:$a/rx:$b"; do
	tsim "0 3" --interface null --profile isp-netflow --guests 7 --share zipf:1.1 --arrival poisson --rate 30kpps \
		--duration 1s --warm-up 100ms --cores "$cores" --label "$(echo "$cores" | tr -d ':/,')" --guest-cores "$a"
done
same "schedules" "$(jq -r .mix.schedule_sha256 out/*/trial_*.json | sort -u | wc -l)" 1
same "frames of each guest and size" "$(jq -c '[.guests[] | .intended, .sizes[].intended]' out/*/trial_*.json | sort -u | wc -l)" 1
for t in out/*/trial_*.json; do
	jq -e '.totals | .lost == .refused and .corrupt == 0 and .intended == .offered' "$t" >/dev/null ||
		fail "$t: $(jq -c .totals "$t")"
done

# As fast as possible: shares hold, nothing is lost, and nothing is claimed about departures.
rm -r out
tsim "0 3" --interface null --profile imix --guests 3 --share 2,1,1 --rate max --duration 500ms --warm-up 100ms --cores "$b"
holds "max" '.totals.lost == 0 and .totals.offered > 100000 and .departure.frames == 0'
holds "shares at max" '[.guests[].offered] as $n | ($n[0] / $n[1] - 2 | fabs < 0.01) and ($n[1] / $n[2] - 1 | fabs < 0.01)'
rm -r out

# The longest frames, through virtqueues and back.
tsim "0 3" --profile fixed:9216 --guests 2 --rate 5kpps --duration 1s --warm-up 100ms
holds "9216 bytes" '.totals | .lost == .refused and .forwarded > 0 and .corrupt == 0 and .forwarded_bytes == .forwarded * 9216'
