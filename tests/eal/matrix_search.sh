#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A matrix of searches: killed in the second one it goes on, and measures nothing twice; its verdict is that
# of its searches.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh" || exit 1
export XDG_RUNTIME_DIR=$TMP TSIM_STATE_DIR=$TMP/state
label=s$$ # processes of this test have it in their command lines

cat >s.cfg <<END
[$label]
machines = process
interfaces = vhost-user, null
guests = 2
search = quick; loss=90%,initial=200ms,final=200ms,sum=2s
	loss=99%,initial=200ms,final=200ms,sum=2s
warm-up = 10ms
drain = 100ms
accumulate = true
tsim_args = --max-load=5kpps --retries=1
END
state()
{
	find out -name '*.json' -printf '%P %T@ %i\n' | LC_ALL=C sort
}
result()
{
	jq -r "$2" "$TMP"/out/*/search_process_"$1"_*_2vms_searchkpps_imix_0.2s_rep0.json
}

"$BIN/tsim" matrix s.cfg >stdout 2>stderr &
matrix=$!
children+=("$matrix")
for _ in $(seq 2400); do
	[ "$(find out -name 'trial_process_null_*.json' 2>/dev/null | wc -l)" -ge 1 ] && break
	kill -0 "$matrix" 2>/dev/null || break
	sleep 0.05
done
kill -9 "$matrix"
wait "$matrix" 2>/dev/null
for _ in $(seq 100); do
	pgrep -f "tsim search .*--label=$label " >/dev/null || break
	sleep 0.1
done
grep -q '2 combinations, 2 searches, 0 done, 2 left; 0 virtual machines; about ' stderr || fail "the tree: $(cat stderr)"
# The trial that was at work is stored as interrupted, and measured again.
grep -l '"interrupted" *: *true' -r out >interrupted
[ "$(wc -l <interrupted)" -le 1 ] || fail "more than one: $(cat interrupted)"
state >killed
same "searches that are over" "$(grep -c search_process killed)" 1
[ "$(grep -c 'trial_process_null_' killed)" -ge 1 ] || fail "killed too early: $(cat killed)"

tsim "0 3" matrix s.cfg
grep -q '2 combinations, 2 searches, 1 done, 1 left' stderr || fail "the first is not known: $(cat stderr)"
grep -q 'measured: 1; failed: 0; left: 0' stderr || fail "outcome: $(cat stderr)"
state >after
same "what was there, untouched" "$(comm -12 killed after | wc -l)" "$(($(wc -l <killed) - $(wc -l <interrupted)))"
for interface in vhost-user null; do
	same "goals of $interface" "$(result $interface '[.goals[].name] | join(" ")')" "loss=90% loss=99%"
	same "trials of $interface" "$(result $interface '.trials | map(.file) | unique | length')" \
		"$(find out -name "trial_process_${interface}_*.json" | wc -l)"
	# Any load is fine, unless the tester cannot send it.
	case $(result $interface '.goals[1] | .state, .lower_pps, .upper_pps' | paste -sd' ') in
	"met at the highest load 5000 0" | "tester-limited "*) ;;
	*) fail "$interface: frames may all be lost: $(result $interface '.goals[1]')" ;;
	esac
done

# Nothing to do; nothing to merge, which is no error.
limited=$(jq -s 'any(.[]; .doubt != "" or any(.goals[]; .state == "tester-limited"))' out/*/search_*.json)
tsim "$([ "$limited" = true ] && echo 3 || echo 0)" matrix s.cfg
grep -q '2 combinations, 2 searches, 2 done, 0 left' stderr || fail "not all are known: $(cat stderr)"
state | cmp - after || fail "measured again"
tsim 0 accumulate s.cfg
grep -q 'nothing to merge' stderr || fail "no word of it: $(cat stderr)"

# Searches in doubt are no limits of the SUT.
sed -i 's/"doubt" *: *"[^"]*"/"doubt" : "clock"/' out/*/search_*.json
tsim 3 matrix s.cfg
grep -q 'tester-limited or not trustworthy: 2 of 2 searches' stderr || fail "no word of them: $(cat stderr)"

# Other goals are another search.
sed -i 's/loss=99%/loss=98%/' s.cfg
tsim 2 matrix s.cfg
grep -q 'another outputdir or label' stderr || fail "no remedy: $(cat stderr)"
