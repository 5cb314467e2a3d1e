#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a merge wrote is not read back as a measurement, whatever is merged, how deep and how often.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

infix=microvm_macvtap_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_30s

# autotest DIR: two repetitions, the second one of a log that was cut off.
autotest()
{
	mkdir -p "$1"
	cat >"$1/output_${infix}_rep0.log" <<'END'
[Device: id=0] RX: 0.10 Mpps, 50 Mbit/s (67 Mbit/s with framing)
[Device: id=0] TX: 0.10 Mpps, 51 Mbit/s (67 Mbit/s with framing)
Samples: 3, Average: 20.0 ns, StdDev: 10.0 ns, Quartiles: 10.0/20.0/30.0 ns
[Device: id=0] RX: 0.10 (StdDev 0.00) Mpps, 50 (StdDev 2) Mbit/s (67 Mbit/s with framing), total 2900 packets with 185600 bytes (incl. CRC)
[Device: id=0] TX: 0.10 (StdDev 0.00) Mpps, 51 (StdDev 0) Mbit/s (67 Mbit/s with framing), total 3000 packets with 192000 bytes (incl. CRC)
END
	printf '30,1\n10,1\n20,1\n' >"$1/histogram_${infix}_rep0.csv"
	head -n 2 "$1/output_${infix}_rep0.log" >"$1/output_${infix}_rep1.log"
	printf '20,1\n40,1\n' >"$1/histogram_${infix}_rep1.csv"
}

# digest DIR: of all names and bytes.
digest()
{
	(cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum) | sha256sum
}

# rows DIR: of the table of percentiles.
rows()
{
	"$tanalyze" percentiles "$1" --percentiles 50 --format csv 2>/dev/null | tail -n +2
}

# again TREE STATUS: merges of a directory end with that status, change nothing after the first, and
# no series comes to those that were there.
again()
{
	local before status first
	before=$(rows "$1")
	[ -n "$before" ] || fail "$1: nothing to merge"
	for i in 1 2 3; do
		status=0
		"$tanalyze" merge "$1" >/dev/null 2>said || status=$?
		[ "$status" -eq "$2" ] || fail "$1: merge $i ends with $status: $(cat said)"
		[ "$i" -gt 1 ] || first=$(digest "$1")
		[ "$(digest "$1")" = "$first" ] || fail "$1: merge $i changes $(find "$1" -newer said)"
	done
	[ "$(rows "$1")" = "$before" ] || fail "$1: series before: $before; after: $(rows "$1")"
	[ -n "$(find "$1" -name 'acc_histogram_*')" ] || fail "$1: nothing was accumulated"
	[ -z "$(find "$1" -type f -empty)" ] || fail "$1: empty: $(find "$1" -type f -empty)"
}

for depth in '' a a/b a/b/c; do
	"$fake" "process/$depth" x --reps 2 --loss 0.01 --untrusted --frames 50 &&
		"$fake" "vm/$depth" x --vm --guests 1 --sizes 1 --rate 1000 --reps 2 --untrusted || exit 1
	"$fake" "vm/$depth" y --vm --guests 1 --sizes 1 --rate 1000 --reps 2 --frames 50 || exit 1
	autotest "auto/$depth/virtio2"
	autotest "own/$depth/virtio2"
	printf '30,1\n10,1\n20,2\n40,1\n' >"own/$depth/virtio2/acc_histogram_$infix.csv"
	for kind in process vm auto own; do
		mkdir "tree" && mv $kind/* tree || exit 1
		again tree 3
		# acc_* are beside what they are of.
		while read -r acc; do
			ls "$(dirname "$acc")"/histogram_* >/dev/null 2>&1 || fail "$kind '$depth': $acc is alone"
		done < <(find tree -name 'acc_*')
		mv tree "$kind ${depth:-0}"
		rmdir $kind
		expect 3 unreliable "$tanalyze" summary "$kind ${depth:-0}"
	done
	[ "$(tr '\n' ' ' <"own ${depth:-0}/$depth/virtio2/acc_histogram_$infix.csv")" = "30,1 10,1 20,2 40,1 " ] ||
		fail "own '$depth': autotest's accumulation was rewritten"
done

# The directory of the trials itself.
autotest t/gr/virtio2
(cd t/gr/virtio2 && again . 3)

# What earlier versions wrote into the wrong directory, also where it comes first.
mkdir -p t/aa/virtio2 t/virtio2
printf '10,1\n20,2\n30,1\n40,1\n' | tee t/virtio2/acc_histogram_$infix.csv >t/aa/virtio2/acc_histogram_$infix.csv
[ "$(rows t | cut -d, -f2)" = virtio2 ] || fail "an accumulation counts beside its repetitions: $(rows t)"
again t 3
expect 3 "t/virtio2/acc_histogram_$infix.csv: repetitions are also in t/gr/virtio2/" \
	"$tanalyze" summary t/virtio2 t/gr
[ "$(rows t/aa t/gr | wc -l)" = 1 ] || fail "counted twice: $(rows t/aa t/gr)"
[ "$("$tanalyze" summary t/aa t/gr --format csv 2>/dev/null | wc -l)" = 2 ] || fail "counted twice by two names"
# With another name of the same numbers it is a measurement of its own.
sed -i s/40,1/41,1/ t/virtio2/acc_histogram_$infix.csv
[ "$(rows t | wc -l)" = 2 ] || fail "another accumulation was taken for a copy: $(rows t)"

# A merged set of its own, inside the tree and outside; a doubt stays one in it.
autotest u/gr/virtio2
for i in 1 2 3; do
	expect 3 unreliable "$tanalyze" merge u --output u/merged
	[ "$i" -gt 1 ] || first=$(digest u)
	[ "$(digest u)" = "$first" ] || fail "a merged set in the tree: merge $i changes it"
done
[ -e u/merged/virtio2/acc_histogram_$infix.csv ] || fail "$(find u)"
expect 3 "  rep 1: output_${infix}_rep1.log: " "$tanalyze" summary u/merged
lacks "rep 0: rep 1"
expect 3 unreliable "$tanalyze" merge u/merged --output u2
expect 3 "  rep 1: output_${infix}_rep1.log: " "$tanalyze" summary u2
again u2 3
# A repetition was added since: what is accumulated already is still of the others.
cp "u/gr/virtio2/histogram_${infix}_rep1.csv" "u/gr/virtio2/histogram_${infix}_rep2.csv"
[ "$(rows u | wc -l)" = 1 ] || fail "a stale accumulation counts apart: $(rows u)"
# Of other latencies than those that were merged: nobody knows whether they are reliable.
printf '10,2\n' >u2/virtio2/acc_histogram_$infix.csv
expect 3 "belongs to another histogram" "$tanalyze" summary u2

# A histogram that is refused leaves no file behind.
mkdir -p bad/gr/virtio2
autotest bad/gr/virtio2
for i in 0 1; do
	printf '1,2,3\n' >bad/gr/virtio2/histogram_${infix}_rep$i.csv
done
expect 3 unreliable "$tanalyze" merge bad
[ -z "$(find bad -name 'acc_*')" ] || fail "accumulated of nothing: $(find bad -name 'acc_*')"
expect 3 unreliable "$tanalyze" merge bad

# A file of a merged set stands for the set.
"$tanalyze" percentiles "vm 0"/x --percentiles 50 --format csv >want 2>/dev/null
"$tanalyze" percentiles "vm 0"/x/acc_histogram_*.csv --percentiles 50 --format csv >got 2>/dev/null
cmp want got || fail "acc_histogram of tsim was read as autotest's"
# Without trials beside it, too.
mkdir alone && cp "vm 0"/x/acc_* alone
[ "$("$tanalyze" summary alone --format csv 2>/dev/null | wc -l)" = 2 ] ||
	fail "a merged set alone: $("$tanalyze" summary alone 2>&1)"

if [ -x "$BIN/tsim" ]; then
	# tsim accumulate, and so accumulate = true of a matrix, run again: what the first run wrote is no result.
	printf '[c]\nmachines = microvm\ninterfaces = bridge\noutputdir = matrix\nlabel = x\n' >x.cfg
	"$fake" matrix x --vm --guests 1 --sizes 1 --rate 1000 --reps 2 --untrusted || exit 1
	first=''
	for i in 1 2 3; do
		expect 3 "accumulated: matrix/x, 1 combination" "$BIN/tsim" accumulate x.cfg
		lacks combinations
		[ "${first:=$(digest matrix)}" = "$(digest matrix)" ] || fail "accumulate $i changes it"
	done
	expect 3 unreliable "$tanalyze" summary matrix
fi

# The old names of autotest.
mkdir old
printf '5,1\n' >old/histogram_pnic_moongen_r150_t1_0.csv
again old 0
[ -e old/acc_histogram_pnic_moongen_r150_t1.csv ] || fail "$(ls old)"

# A repetition that lost a file since it was merged is still in the merged set: it stays there.
"$fake" lost x --reps 2 --frames 50 || exit 1
"$tanalyze" merge lost >/dev/null 2>&1 || exit 1
first=$(cat lost/x/acc_* | sha256sum)
mv lost/x/guests_*_rep1.csv kept.csv
expect 1 "not overwritten: contains repetition 1, whose own files are corrupt" "$tanalyze" merge lost
[ "$(cat lost/x/acc_* | sha256sum)" = "$first" ] || fail "what was merged is lost with a file of its source"
# One that is removed is not meant any more.
rm lost/x/*_rep1.*
expect 0 "1 of its trials not in this directory" "$tanalyze" merge lost
[ "$(jq '.trials | length' lost/x/acc_trials_*.json)" = 1 ] || fail "a removed repetition stays"

# Where nothing can be written the sources stay as they are.
first=$(digest "auto 0")
expect 1 "/proc/" "$tanalyze" merge "auto 0" --output /proc/tsim
[ "$(digest "auto 0")" = "$first" ] || fail "a merge that failed changed its sources"
finish
