#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The limit of a PC under KVM on a bridge, vhost on and off: each search is of what it says, which is seen
# from outside, has bounds, and says that this machine has no clock to rely on.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

for vhost in on off; do
	lab_tsim search --config wire.conf --machine pcvm --interface bridge --vhost "$vhost" --profile fixed:64 \
		--goal loss=10%,initial=1s,final=1s,sum=1s,exceed=0%,width=50% --min-load 50pps --max-load 2kpps --retries 0 \
		--warm-up 200ms --drain 500ms --connect-timeout 100s --label "vhost-$vhost"
	cat stdout stderr
	same "exit status on a clock that is none" "$status" 3
	evidence /dev/kvm
	if [ "$vhost" = on ]; then
		evidence /dev/vhost-net
		evidence '^vhost-[0-9]+'
	else
		no_evidence vhost
	fi
	result=$(find "out/vhost-$vhost" -name 'search_*.json')
	same "searched for" "$(jq -r '.parameters | "\(.machine) \(.interface) \(.vhost)"' "$result")" \
		"pcvm bridge $([ "$vhost" = on ] && echo true || echo false)"
	jq -e '.doubt != "" or .goals[0].state == "tester-limited"' "$result" >/dev/null ||
		fail "no doubt: $(jq -c '[.doubt, .goals]' "$result")"
	jq -e '.goals[0] | .lower_pps + .upper_pps > 0 and (.upper_pps == 0 or .lower_pps < .upper_pps)' "$result" >/dev/null ||
		fail "no bounds: $(jq -c .goals "$result")"
	same "loads with a bound" "$(jq '[.goals[0] | .lower_pps, .upper_pps | select(. > 0)] - [.loads[].rate_pps] | length' "$result")" 0
	same "trials" "$(jq -r '.trials[].file' "$result" | LC_ALL=C sort)" \
		"$(cd "out/vhost-$vhost/search-0" && printf '%s\n' trial_*.json | LC_ALL=C sort)"
	[ "$(jq -s 'length > 1 and all(.[]; .totals.offered == .totals.forwarded + .totals.lost) and
		any(.[]; .totals.forwarded > 0)' "out/vhost-$vhost/search-0"/trial_*.json)" = true ] ||
		fail "no frame came back, or one was not accounted for"
	as_before "vhost $vhost"
done
