#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Merging by several ranks of mpirun gives the bytes, the words and the exit status of one process.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

if ! command -v mpirun >mpirun_at || ! readelf -d "$tanalyze" | grep -q 'NEEDED.*libmpi'; then
	echo "skipped: built without Open MPI, or no mpirun (apt install libopenmpi-dev openmpi-bin)"
	exit 77
fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Open MPI's plugins leave memory behind, and are gone when it is found: nothing could be suppressed by
# name. That our part of it leaks nothing, unit/analyze_result.c sees in one process.
export ASAN_OPTIONS=detect_leaks=0

# ranks N COMMAND...: as many processes as that. What mpirun itself says goes away.
ranks()
{
	local n=$1 got=0
	shift
	timeout 60 mpirun --quiet --oversubscribe -np "$n" "$@" 2>said_by_all </dev/null || got=$?
	grep -vE '^-----|^Primary job|^a non-zero exit|^mpirun detected|^the job to be|^$|^ *(Process name|Exit code):' \
		said_by_all >&2
	return $got
}

# same ARGUMENT...: alone and with ranks; all that is said, though lines of ranks may come in another order.
same()
{
	local alone=0 got n
	rm -rf result result1
	"$tanalyze" "$@" >said1 2>talk1 </dev/null || alone=$?
	[ ! -e result ] || mv result result1
	for n in $counts; do
		rm -rf result
		got=0
		ranks "$n" "$tanalyze" "$@" >said2 2>talk2 || got=$?
		[ $got -eq $alone ] || fail "$n ranks, $*: status $got, alone $alone: $(cat talk2)"
		cmp -s said1 said2 || fail "$n ranks, $*: other output: $(diff said1 said2 | head -n 5)"
		diff <(sort talk1) <(sort talk2) >differences ||
			fail "$n ranks, $*: other words: $(head -n 5 differences)"
		[ ! -e result1 ] || diff -r result1 result >differences ||
			fail "$n ranks, $*: other files: $(head -n 5 differences)"
	done
}

counts="2 4"
for n in 2 3; do
	ranks $n "$BUILD/tests/test_unit_analyze_ranks" >said 2>&1 || fail "$n ranks: $(cat said)"
	[ "$(grep -c 'PASSED  \] [1-9]' said)" -eq $n ] || fail "not $n ranks passed: $(cat said)"
done

"$fake" in x --fleet --probes --guests 5 --loss 0.05 --reps 3 && "$fake" in y --loss 0.01 --reps 2 &&
	"$fake" in y --first 2 --untrusted && "$fake" in2 z --rate 2000 --first 1 &&
	"$fake" in2 z --rate 2000 --first 1 --seed 4 || exit 1
for rate in 1000 2000 3000; do
	"$fake" in z --rate $rate || exit 1
done
same merge in in2 --output result
[ -f result/x/acc_trials_process_vhost-user+vmux_none_vhostoff_ioregionfdoff_dpdk_5vms_100kpps_imix_2s.json ] ||
	fail "nothing was compared: $(find result)"
cp -r result merged
counts=3
same merge in2 merged in --output result
same merge merged/z profile-imix --dir in --output result --format csv
same merge in/y/trial_*_rep1.json in2 --output result --format json
# More ranks than combinations.
same merge in/y --output result

# Errors: said once, with the status of one process, and nobody waits for ever.
same merge vhost-on in --dir in --output result
same merge in --output /proc/x
same merge in --format yaml
same loss in
cp -r in bad
truncate -s 100 bad/z/trial_*_1kpps_*.json
rm bad/y/guests_*_rep0.csv
same merge bad --output result
for file in bad/z/guests_*_3kpps_*.csv bad/x/guests_*_rep1.csv; do
	sed -i 's/^\(0,64,[0-9]*\),1,/\1,2,/' "$file" # of equal length, so that only the bins tell
done
same merge bad --output result
for file in bad/*/guests_*.csv; do
	sed -i 's/^\(0,64,[0-9]*\),1,/\1,2,/' "$file"
done
same merge bad --output result
# A name that does not tell where a trial belongs.
cp -r in odd
mv odd/z/trial_*_2kpps_*.json odd/z/trial_renamed.json
same merge odd --output result
finish
