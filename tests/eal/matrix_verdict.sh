#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The verdict of a matrix is that of all its trials, also of those that an earlier run has measured.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh" || exit 1
export XDG_RUNTIME_DIR=$TMP TSIM_STATE_DIR=$TMP/state

for accumulate in true false; do
	printf '%s\n' '[m]' 'machines = process' 'interfaces = null' 'rates = 1' 'runtimes = 100ms' 'warm-up = 0' \
		'drain = 50ms' 'repetitions = 2' "accumulate = $accumulate" >m.cfg
	tsim "0 3" matrix m.cfg
	# judge REP VERDICT: what its file says of the repetition.
	judge() { sed -i "s/\"trustworthy\" *: *[a-z]*/\"trustworthy\" : $2/" out/m/trial_*_rep"$1".json; }
	judge 0 true
	judge 1 true
	tsim 0 matrix m.cfg
	tsim 0 accumulate m.cfg
	judge 1 false
	same "trials" "$(cat out/m/trial_*.json | grep -c '"trustworthy" : false')" 1
	tsim 3 matrix m.cfg
	grep -q 'measured: 0; failed: 0; left: 0' stderr || fail "measured again: $(cat stderr)"
	grep -q 'not trustworthy: 1 of 2 trials' stderr || fail "no word of it: $(cat stderr)"
	tsim 3 accumulate m.cfg
	rm -r out
done
