#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Broken, cut and foreign files: named with place and remedy, everything else stays usable.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

"$fake" good x --reps 2 --loss 0.01 || exit 1
set -- good/x/trial_*_rep0.json
json=${1#good/x/}
infix=${json#trial_}
infix=${infix%_rep0.json}

# broken NAME: a fresh copy to break in; still_usable TEXT: it says so, and rep 1 is there.
broken()
{
	rm -rf out && cp -r good out
}
still_usable()
{
	expect 1 "$1" "$tanalyze" loss out
	expect 1 "$1" "$tanalyze" merge out --output merged
	grep -q "^x " said || fail "rep 1 is not shown: $(cat said)"
	[ "$(jq '.combinations[0].repetitions' merged/summary.json)" = 1 ] || fail "rep 1 was not merged"
}

broken; truncate -s 500 "out/x/$json"; still_usable "out/x/$json:"
broken; : >"out/x/$json"; still_usable "empty file"
broken; echo '{"a": 1}' >"out/x/$json"; still_usable "out/x/$json: schema is missing"
broken; sed -i 's/"schema" : 1/"schema" : 7/' "out/x/$json"; still_usable "schema is 7"
broken; truncate -s 100 "out/x/guests_${infix}_rep0.csv"
still_usable "out/x/guests_${infix}_rep0.csv: has 100 bytes"
broken; rm "out/x/timeline_${infix}_rep0.csv"; still_usable "timeline_${infix}_rep0.csv: listed in"
broken; head -c 2000 /dev/urandom >"out/x/$json"; still_usable "out/x/$json:"

# A table of equal length and other content is found out when it is read.
broken; sed -i '3s/.*/&/; s/^0,64,/9,64,/' "out/x/guests_${infix}_rep0.csv"
expect 1 "no guest 9" "$tanalyze" merge out --output merged
grep -q "guests_${infix}_rep0.csv:2: " said || fail "no line number: $(cat said)"
[ "$(jq '.combinations[0].repetitions' merged/summary.json)" = 1 ] || fail "rep 1 was not merged"
expect 1 "no guest 9" "$tanalyze" percentiles out

# Files that are nobody's business are no error; leftovers are a note.
broken; echo x >out/x/notes.txt; echo '{}' >out/x/package.json; rm "out/x/$json"
echo "1,2" >out/x/notes_pcvm_vfio_normal_vhostoff_ioregionfdoff_moongen_11000kpps_60B_30s_rep0.csv
expect 0 "1 incomplete trial without trial_*.json" "$tanalyze" loss out
# ... also folders that lead round in a circle.
ln -s .. out/x/loop
expect 0 "reps" "$tanalyze" loss out

# Nothing usable at all.
broken; rm -f out/x/*_rep1*; echo '[' >"out/x/$json"
expect 1 "no usable trial found" "$tanalyze" loss out
grep -q "out/x/$json" said || fail "the broken file is not named: $(cat said)"
mkdir empty
expect 1 "run tsim first" "$tanalyze" loss empty
expect 1 "unknown file; expected a directory" "$tanalyze" loss said

# Broken merged sets.
"$tanalyze" merge good --output m >/dev/null 2>&1 || fail "status $?"
truncate -s -10 m/x/acc_guests_*.csv
expect 1 "acc_guests_$infix.csv: has" "$tanalyze" loss m

# Outputs that cannot be written: named, with a remedy, nothing left over.
: >file
expect 1 "a file has the name of the directory" "$tanalyze" merge good --output file/below
expect 1 "/proc/x" "$tanalyze" merge good --output /proc/x
(
	# No file above 2 KiB: what a full disk does, without one.
	ulimit -f 2
	trap '' XFSZ
	"$tanalyze" merge good --output small >said 2>&1
	[ $? -eq 1 ] && grep -q "write failed" said
) || fail "file size limit: $(cat said)"
[ -z "$(find small -name '*.tmp')" ] || fail "temporary files are left: $(find small)"
finish
