#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A throughput search over two virtual machines. It goes on after Ctrl-C; what was measured in an attempt in
# which a machine died does not count; once it is there it is shown, and nothing is started.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone cloud
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"

# More than these machines can take, for sure: few short trials, each bound of several.
search=(search --machine pcvm --interface bridge --guests 2 --profile fixed:64 --max-load 100kpps --min-load 500pps
	--warm-up 50ms --drain 300ms --retries 1 --goal "loss=1%,initial=300ms,final=300ms,sum=900ms,exceed=0%,width=50%")
state()
{
	find out -name 'trial_*.json' -printf '%P %T@ %i\n' | LC_ALL=C sort
}
# begin NUMBER: the search, until so many trials are stored.
begin()
{
	"$BIN/tsim" "${search[@]}" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 900); do
		[ "$(state 2>/dev/null | wc -l)" -lt "$1" ] || return 0
		kill -0 "$tsim" 2>/dev/null || break
		sleep 0.1
	done
	fail "no $1 trials: $(said stdout stderr state/process/*.log state/vm/*.log)"
}
ended()
{
	wait "$tsim"
	status=$?
	[ "$status" -eq 1 ] || fail "status $status, not 1: $(said stdout stderr)"
	[ -z "$(find out -name 'search_*.json')" ] || fail "it was over: $(cat stdout)"
	nothing_left
}

begin 1
kill -INT "$tsim"
ended
grep -l '"interrupted" *: *true' -r out | xargs -r rm
state >first
[ -s first ] || fail "no trial is left: $(cat stderr)"

begin "$(($(wc -l <first) + 1))"
kill -KILL "$(pgrep -ox qemu-system-x86)"
ended
grep -q 'guest [01]' stderr || fail "no word of the guest: $(cat stderr)"
state | cmp - first || fail "trials that count: $(state) $(cat first)"
[ -n "$(find out -name 'trial_*.json.failed')" ] || fail "none was kept beside the others"

tsim "0 3" "${search[@]}"
nothing_left
state >after
same "trials of the first run, untouched" "$(comm -12 first after | wc -l)" "$(wc -l <first)"
result=$(find out -name 'search_*.json')
same "its machines" "$(jq -r '.parameters | "\(.machine) \(.interface) \(.guests)"' "$result")" "pcvm bridge 2"
same "trials" "$(jq -r '.trials[].file' "$result" | sort -u | wc -l)" "$(wc -l <after)"
jq -e '.goals[0] | .upper_pps > 0 and .lower_pps < .upper_pps' "$result" >/dev/null ||
	fail "100 kpps were not too much: $(jq -c '.goals' "$result")"
jq -e '.environment.notes.wire | test("veth")' "$result" >/dev/null || fail "no word of the wire: $(jq -c .environment.notes "$result")"

cp stdout before
tsim "$(jq -r 'if .goals[0].state == "tester-limited" or .doubt != "" then 3 else 0 end' "$result")" "${search[@]}"
cmp before stdout || fail "another table: $(cat stdout)"
grep 'starting' stderr && fail "guests were started"
state | cmp - after || fail "it was measured again"
