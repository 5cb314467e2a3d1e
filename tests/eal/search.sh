#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tsim search: a limit that is known is found, what cannot be found is said, and a search that was killed
# measures nothing twice.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
short='initial=200ms,final=200ms,sum=600ms,exceed=50%,width=5%'

# search FILTER: the filter's result on the search's JSON.
search()
{
	jq -r "$1" "$TMP"/out/*/search_*.json
}

# A reflector that loses 1 frame in 50: no load is without loss, a goal of 10 % is met at the highest.
tsim "0 3" search --retries 9 --guests 2 --fault drop=0.02 --max-load 40kpps --goal "loss=0,$short" --goal "loss=10%,$short"
same "missed at every load" "$(search '.goals[0].state')" "missed at the lowest load"
same "met at the highest load" "$(search '.goals[1] | .state, .lower_pps' | paste -sd' ')" "met at the highest load 40000"
grep -q 'loss=0 ' stdout || fail "goals are not in the table: $(cat stdout)"
same "each trial is there" "$(find out/default/search-0 -name 'trial_*.json' | wc -l)" "$(search '.trials | length')"

# Once more: shown from its file, nothing is measured.
find out -type f -printf '%p %T@ %i\n' | LC_ALL=C sort >before
cp stdout stdout.before
tsim "0 3" search --retries 9 --guests 2 --fault drop=0.02 --max-load 40kpps --goal "loss=0,$short" --goal "loss=10%,$short"
cmp stdout stdout.before || fail "another table"
find out -type f -printf '%p %T@ %i\n' | LC_ALL=C sort >after
cmp before after || fail "something was measured again"

# Other goals under that name are an error that says the remedy.
tsim 2 search --retries 9 --guests 2 --fault drop=0.02 --max-load 40kpps --goal "loss=1%,$short"
grep -q 'another --label, or --overwrite' stderr || fail "no remedy: $(cat stderr)"
rm -r out

# Killed and started again: trials that are there are read.
killed=(search --retries 9 --guests 2 --max-load 40kpps --goal "loss=0,initial=300ms,final=300ms,sum=9s,exceed=50%,width=1%")
: >stderr
"$BIN/tsim" "${killed[@]}" >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr '^ *8 '
kill -9 "$tsim"
wait "$tsim" 2>/dev/null
find out -name 'trial_*.json' -printf '%f %T@ %i\n' | LC_ALL=C sort >before
[ "$(wc -l <before)" -ge 7 ] || fail "killed too early: $(cat before stderr)"
! compgen -G "out/default/search_*.json" >/dev/null || fail "was over before it was killed"
tsim "0 3" "${killed[@]}"
find out -name 'trial_*.json' -printf '%f %T@ %i\n' | LC_ALL=C sort >after
same "trials of the first run, untouched" "$(comm -12 before after | wc -l)" "$(wc -l <before)"
same "each trial is in the result once" "$(search '.trials | [length, (map(.file) | unique | length)] | @csv')" \
	"$(wc -l <after),$(wc -l <after)"

# Killed while all is measured again: the result of trials that were replaced is gone.
: >stderr
"$BIN/tsim" "${killed[@]}" --overwrite >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr '^ *1 '
kill -9 "$tsim"
wait "$tsim" 2>/dev/null
! compgen -G "out/default/search_*.json" >/dev/null || fail "the result of other trials is there"
rm -r out

# A generator that is its own limit.
tsim 3 search -i null --goal "loss=0,$short"
same "tester-limited" "$(search '.goals[0].state')" tester-limited
holds_spoilt=$(search '.goals[0].upper_pps as $u | .trials | map(select(.rate_pps == $u)) | last.spoilt')
same "the upper bound is what the tester spoilt" "$holds_spoilt" true
