#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A matrix of guests that are processes: it is measured, gone on with after a death, and accumulated.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh" || exit 1
export XDG_RUNTIME_DIR=$TMP TMPDIR=$TMP/tmp TSIM_STATE_DIR=$TMP/state
mkdir tmp
label=m$$ # processes of this test have it in their command lines

cat >a.cfg <<END
[$label]
machines = process
interfaces = null
rates = 1..2:1
runtimes = 200ms
warm-up = 50ms
drain = 50ms
repetitions = 2
warmup = true
warmup_runtime = 100ms
accumulate = true
END
infix() { echo "process_null_none_vhostoff_ioregionfdoff_dpdk_1vms_$1kpps_imix_0.2s"; }
state()
{
	find out -type f -name 'trial_*.json' -exec stat -c '%n %y %i' {} + | LC_ALL=C sort
}

# --note reaches the file, --rep names the repetition; the matrix takes it for its own.
tsim "0 3" run --machine process --interface null --profile imix --rate 1kpps --duration 200ms --warm-up 50ms --drain 50ms \
	--label "$label" --rep 1 --note "why=a = b" --quiet
[ -e "out/$label/trial_$(infix 1)_rep1.json" ] || fail "no repetition 1: $(ls "out/$label")"
holds "note" '.environment.notes.why == "a = b"'
state >before

# Killed in the middle: no more than what was at work is lost.
"$BIN/tsim" matrix a.cfg >stdout 2>stderr &
children+=("$!")
for _ in $(seq 600); do
	[ "$(find out -name 'trial_*.json' | wc -l)" -ge 2 ] && break
	sleep 0.05
done
kill -9 "${children[0]}"
wait "${children[0]}" 2>/dev/null
grep -q '2 combinations, 4 trials, 1 done, 3 left' stderr || fail "the first was not known: $(cat stderr)"
# Its last trial ends by itself, or was ended with it.
for _ in $(seq 100); do
	pgrep -f "tsim run .*--label=$label " >/dev/null || break
	sleep 0.1
done
state >killed
same "trials from before, untouched" "$(comm -12 before killed | wc -l)" 1

tsim "0 3" matrix a.cfg
same "trials" "$(find out -name 'trial_*.json' | wc -l)" 4
state >after
same "done trials, untouched" "$(comm -12 killed after | wc -l)" "$(wc -l <killed)"
grep -q 'failed: 0; left: 0' "$TMP/stderr" || fail "outcome: $(cat stderr)"
for rate in 1 2; do
	acc=out/$label/acc_histogram_$(infix $rate).csv
	[ -s "$acc" ] || fail "not accumulated: $(ls "out/$label")"
	same "frames of $rate" "$(awk -F, '{ n += $2 } END { print n }' "$acc")" \
		"$(cat "out/$label/histogram_$(infix $rate)"_rep[01].csv | awk -F, '{ n += $2 } END { print n }')"
done
[ ! -e "out/$label/failed.csv" ] || fail "$(cat "out/$label/failed.csv")"

# Again: nothing to do, and what was lost of the accumulation is made.
rm "out/$label"/acc_*
tsim "0 3" matrix a.cfg
grep -q '2 combinations, 4 trials, 4 done, 0 left' stderr || fail "not all are known: $(cat stderr)"
state >again
cmp after again || fail "measured again"
[ -s "out/$label/acc_histogram_$(infix 2).csv" ] || fail "not accumulated again"

# Other parameters of the same name are not written over.
sed -i 's/^drain.*/drain = 60ms/' a.cfg
tsim 2 matrix a.cfg
grep -q 'measured with drain' stderr || fail "no word of what is there: $(cat stderr)"

# Nothing of warm-ups is left where nobody was killed.
rm -rf tmp/* out
tsim "0 3" matrix a.cfg
[ -z "$(ls -A tmp)" ] || fail "left behind: $(ls -A tmp)"
