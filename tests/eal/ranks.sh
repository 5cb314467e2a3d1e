#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One trial by several generators under mpirun: the numbers are those of one; a death ends the run, and what
# the others measured is kept and joined later.
# shellcheck source=tests/eal/lib.sh
# shellcheck disable=SC2030,SC2031 # each lane has its own folder and children
. "$SOURCE/tests/eal/lib.sh"

if ! command -v mpirun >mpirun_at || ! readelf -d "$BIN/tsim" | grep -q 'NEEDED.*libmpi'; then
	echo "skipped: built without Open MPI, or no mpirun (apt install libopenmpi-dev openmpi-bin)"
	exit 77
fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Open MPI's plugins leave memory behind, and are gone when it is found. Our own part of it, unit/analyze_part.c sees.
export ASAN_OPTIONS=detect_leaks=0
mpirun=(timeout 60 mpirun --quiet --oversubscribe --bind-to none)

# crew STATUSES N ARGUMENT...: as tsim, by so many ranks.
crew()
{
	local statuses=$1 n=$2 status
	shift 2
	"${mpirun[@]}" -np "$n" "$BIN/tsim" "$@" >"$TMP/stdout" 2>"$TMP/stderr"
	status=$?
	case " $statuses " in
	*" $status "*) return 0 ;;
	esac
	cat "$TMP/stdout" "$TMP/stderr"
	fail "$n ranks, tsim $*: status $status, not $statuses"
}

# start FLAGS N ARGUMENT...: the same behind our back, until it measures. What ranks say last, mpirun may
# not pass on: they write it themselves.
start()
{
	local flags=$1 n=$2
	shift 2
	: >stderr # the last job's lines are not this one's
	# shellcheck disable=SC2086 # several flags
	"${mpirun[@]}" $flags -np "$n" bash -c 'exec "$@" 2>>stderr' rank "$BIN/tsim" "$@" >stdout 2>>stderr &
	job=$!
	children+=("$job")
	for _ in $(seq 400); do grep -q ' 1/[0-9]* s' stderr && return; sleep 0.1; done
	fail "does not measure: $(cat stdout stderr)"
}

# pid_of RANK: of those whose files are here.
pid_of()
{
	local p
	for p in $(pgrep -x tsim); do
		[ "$(readlink "/proc/$p/cwd")" = "$TMP" ] &&
			tr '\0' '\n' <"/proc/$p/environ" | grep -qx "OMPI_COMM_WORLD_RANK=$1" && echo "$p"
	done
}

# ended: no rank is left. mpirun may end before they do.
ended()
{
	for _ in $(seq 100); do [ -z "$(pid_of '[0-9]*')" ] && return; sleep 0.1; done
	fail "$1: ranks are left: $(pid_of '[0-9]*')"
}

# gone: nobody and nothing is left.
gone()
{
	ended "$1"
	[ -z "$(find out -name '.*')" ] || fail "$1: left behind: $(find out -name '.*')"
}

# balanced WHAT
balanced()
{
	holds "$1: books balance" '.totals | .offered == .forwarded + .lost and .lost == .refused and .corrupt == 0'
	holds "$1: guests add up" '([.guests[].offered] | add) == .totals.offered'
	same "$1: the time line adds up" "$(awk -F, '{ n += $2; f += $3 } END { print n, f }' out/*/timeline_*.csv)" \
		"$(trial '.totals | "\(.offered) \(.forwarded)"')"
	same "$1: the time lines of guests add up" \
		"$(awk -F, '{ n += $3; f += $4 } END { print n, f }' out/*/guest_timeline_*.csv)" \
		"$(trial '.totals | "\(.offered) \(.forwarded)"')"
}

# lane NAME: that function in a folder of its own, beside the others: most of the time is spent waiting.
lane()
{
	(
		trap '[ "${#children[@]}" -eq 0 ] || kill -9 "${children[@]}" 2>/dev/null' EXIT
		TMP=$TMP/$1 children=()
		mkdir "$TMP" && cd "$TMP" && "$1"
	) &
	lanes+=("$!")
}

# Whoever is killed, also rank 0, ends the run. What the others measured is kept as parts, which say so.
lives=(--interface null --guests 7 --rate 5kpps --duration 3s --warm-up 100ms --drain 200ms)
# Under load a second is little for what a rank has to do between SIGTERM and SIGKILL.
patient="--mca odls_base_sigkill_timeout 8"

# has_part RANK: of four.
has_part()
{
	[ -n "$(find out -name "part_*_rank${1}of4")" ]
}

# killed RANKS-WITH-PARTS WHO: the job is over; the parts of these of four ranks are there, and are named.
killed()
{
	local r
	wait "$job" && fail "$2: mpirun is content"
	ended "$2"
	for r in 0 1 2 3; do
		case $1 in
		*$r*) ;;
		*) has_part "$r" && fail "$2: a part of rank $r: $(find out)"; continue ;;
		esac
		has_part "$r" || fail "$2: no part of rank $r: $(find out; cat stderr)"
		grep -q "rank $r of 4: results saved as out/.*_rank${r}of4: .*tanalyze merge" stderr ||
			[ -n "${3-}" ] || fail "$2: rank $r does not say where its part is: $(cat stderr)"
	done
	[ -z "$(find out -name 'trial_*')" ] || fail "$2: somebody took over"
}

# joined RANKS-WITH-PARTS REASON WHO: they are one trial, incomplete, untrusted; nothing else is left.
joined()
{
	holds "$3: verdict" '.verdict | .interrupted and (.trustworthy | not)'
	same "$3: reason" "$(trial '.verdict.reasons[0]')" "$2"
	holds "$3: the guests of the ranks that left parts" '[.guests[] | (.guest % 4) as $rank | if ("'"$1"'" | contains($rank | tostring))
		then .state == "ok" and .offered > 0
		else .state == "missing: rank \($rank) of 4 left no part" and .offered == 0 end] | all'
	holds "$3: ranks" '[.environment.ranks[] | .state == "ok"] | length == 4'
	balanced "$3"
	gone "$3"
	[ -z "$(find out -name 'part_*')" ] || fail "$3: parts are left: $(find out -name 'part_*')"
}

merge()
{
	local got=0
	"$BIN/tanalyze" merge --interrupted >stdout 2>stderr || got=$?
	same "merging what was joined" "$got" 3
	grep -q "joined from parts; $1" stderr || fail "merge says nothing of parts: $(cat stderr)"
}

# parts_of RANK...: until they are on the disk.
parts_of()
{
	local r
	for r; do
		for _ in $(seq 200); do has_part "$r" && break; sleep 0.1; done
		has_part "$r" || fail "no part of rank $r: $(find out; cat stderr)"
	done
}

# The numbers of several are those of one.
agree()
{
	# The lines of the manual, as they stand there; root has leave by the environment.
	mapfile -t lines < <(sed -n 's/\\-/-/g; /^mpirun -np/p' "$SOURCE/sim/tsim.1")
	[ "${#lines[@]}" -ge 2 ] || fail "the manual has no line for mpirun"
	for line in "${lines[@]}"; do
		read -ra words <<<"$line"
		for i in "${!words[@]}"; do [ "${words[i]}" != tsim ] || words[i]=$BIN/tsim; done
		timeout 60 "${words[@]}" --interface null --rate 10kpps --duration 300ms --warm-up 0s --overwrite \
			>"$TMP/stdout" 2>"$TMP/stderr"
		status=$?
		[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "$line: status $status: $(cat stdout stderr)"
		holds "$line" '.environment.ranks | length == 4'
		# mpirun passes the verdict on.
		same "$line: status" "$status" "$(trial 'if .verdict.trustworthy then 0 else 3 end')"
		rm -r out
	done

	# Ranks that share a CPU give it to each other: that is no CPU that somebody took.
	status=0
	timeout 60 taskset -c "$(taskset -pc $$ | sed 's/.*[ ,-]//')" "${mpirun[@]}" -np 2 "$BIN/tsim" --interface null \
		--guests 2 --rate 1kpps --duration 2s --warm-up 100ms >stdout 2>stderr || status=$?
	same "ranks that share a CPU: status" "$status" "$(trial 'if .verdict.trustworthy then 0 else 3 end')"
	holds "what was yielded is not lost" '[.verdict.reasons[] | scan("was preempted ([0-9]+) time") | .[0] | tonumber] | all(. < 20000)'
	rm -r out
	# A doubt reaches whoever started mpirun: no generator sends so much.
	crew 3 2 --interface null --guests 2 --rate 500Mpps --duration 20ms --warm-up 0s --drain 100ms
	rm -r out

	# What a guest is sent does not depend on who sends it.
	mix=(--interface null --profile isp-netflow --guests 7 --share zipf:1.1 --arrival poisson --rate 10kpps
		--duration 1500ms --warm-up 100ms --drain 200ms --ipdv)
	tsim "0 3" "${mix[@]}"
	intended=$(trial '[.guests[] | .intended, .sizes[].intended] | @json')
	digest=$(trial .mix.schedule_sha256)
	rm -r out
	for n in 2 4; do
		crew "0 3" "$n" "${mix[@]}"
		same "$n ranks: the schedule" "$(trial .mix.schedule_sha256)" "$digest"
		same "$n ranks: frames of each guest and size" \
			"$(trial '[.guests[] | .intended, .sizes[].intended] | @json')" "$intended"
		balanced "$n ranks"
		holds "$n ranks: neighbours of all" '.totals.lost > 0 or .ipdv.pairs == .totals.forwarded - (.guests | length)'
		holds "$n ranks are named" ".parameters.extra == \"--ranks=$n\" and (.environment.ranks | length == $n)"
		same "$n ranks: one report" "$(grep -c '^verdict' stdout)" 1
		gone "$n ranks"
		[ "$n" -eq 2 ] || continue
		# What is measured is not measured again.
		crew "0 3" "$n" "${mix[@]}"
		grep -q 'already measured: 1' stderr || fail "$n ranks: measured again: $(cat stderr)"
		rm -r out
	done
	rm -r out
	crew "0 3" 2 --interface null --guests 4 --share 2,1,1,1 --rate max --duration 200ms --warm-up 100ms --drain 100ms --reps 2
	same "two repetitions" "$(find out -name 'trial_*.json' | wc -l)" 2
	rm -r out

	# Guests behind interfaces, each with its rank.
	crew "0 3" 2 --guests vhost-user:5,vfio:5 --rate 5kpps --duration 1500ms --warm-up 100ms
	balanced "guests behind interfaces"
	holds "all in order" '.guests | all(.state == "ok" and .forwarded > 0)'
	holds "both interfaces" '[.guests[].interface] | unique == ["vfio", "vhost-user"]'
	holds "each guest's account, from the rank that has it" '[.interface_info.reflectors[]
		| .rank == .guest % 2 and .received == .sent] | length == 10 and all'
	gone "guests behind interfaces"
}

# What is killed, and when.
die()
{
	# While it is measured.
	for victim in 2 0; do
		start "$patient" 4 "${lives[@]}"
		kill -9 "$(pid_of $victim)"
		left=$(tr -d "$victim" <<<0123)
		killed "$left" "rank $victim was killed"
		merge "3 of 4 generators: no parts of rank $victim"
		joined "$left" "3 of 4 generators: no parts of rank $victim" "rank $victim was killed"
		rm -r out
	done

	# When the others have written theirs: one that stands still keeps all from joining them.
	start "$patient" 4 "${lives[@]}"
	slow=$(pid_of 2)
	kill -STOP "$slow"
	parts_of 0 1 3
	kill -9 "$slow"
	killed 013 "rank 2 was killed at the end"
	merge "3 of 4 generators: no parts of rank 2"
	holds "they had measured all" '.totals.measured_s == 3'
	joined 013 "3 of 4 generators: no parts of rank 2" "rank 2 was killed at the end"
	rm -r out
	# Rank 0 at that moment. mpirun wakes the one who sleeps, so that no part is missing. The next start joins.
	start "$patient" 4 "${lives[@]}"
	kill -STOP "$(pid_of 2)"
	parts_of 0 1 3
	kill -9 "$(pid_of 0)"
	killed 0123 "rank 0 was killed at the end" quietly
	tsim "0 3" --interface null --guests 1 --rate 1kpps --duration 100ms --warm-up 0s --drain 10ms --wait
	grep -q 'joined from parts; 4 of 4 generators: run ended before their parts were joined' stderr ||
		fail "the next start says nothing: $(cat stderr)"
	rm out/*/*_1kpps_*
	joined 0123 "4 of 4 generators: run ended before their parts were joined" "rank 0 was killed at the end"
	# The same command measures it again. Parts of a trial that is there are of no use.
	touch "$(find out -name 'trial_*.json' | sed 's|/trial_\(.*\)\.json|/part_\1_rank1of2|')"
	crew "0 3" 4 "${lives[@]}"
	grep -q ': not a part of a trial' stderr || fail "says nothing of a part that is none"
	grep -q 'measuring again: .*interrupted' stderr || fail "not measured again: $(cat stderr)"
	holds "measured again" '.verdict.interrupted == false and (.guests | all(.state == "ok"))'
	rm -r out

	# Before anything is measured: there is nothing to keep.
	mkdir run
	for victim in 1 0; do
		: >stderr # the last job's lines are not this one's
		TMPDIR=$TMP/run "${mpirun[@]}" -np 2 "$BIN/tsim" --machine external --guests 2 --connect-timeout 30s \
			>stdout 2>stderr &
		job=$!
		children+=("$job")
		for _ in $(seq 300); do [ "$(grep -c 'vhost-user socket' stderr)" -eq 2 ] && break; sleep 0.1; done
		kill -9 "$(pid_of $victim)" || fail "no rank $victim"
		wait "$job" && fail "mpirun is content without rank $victim"
		# The lock of rank 0, which could not remove it, binds nobody.
		mkdir -p out
		find out -name .tsim-lock -delete
		gone "rank $victim was killed before"
		[ -z "$(find out -type f)" ] || fail "nothing was measured, but: $(find out)"
		rm -r out
	done
	# Whoever is killed cannot tidy up; the next start does.
	TMPDIR=$TMP/run tsim "0 3" --guests 1 --rate 1kpps --duration 100ms --warm-up 0s
	same "left for ever" "$(find run -mindepth 1)" ""
	rm -r out

	# Ctrl-C.
	start "$patient" 2 "${lives[@]}" --duration 30s
	pkill -INT -P "$job" -x mpirun || fail "no mpirun"
	wait "$job" && fail "mpirun is content with Ctrl-C"
	if [ -z "$(find out -name 'trial_*.json')" ]; then
		# It was killed before the parts were joined: whoever comes next does it.
		"$BIN/tanalyze" merge --interrupted >stdout 2>stderr
	fi
	holds "kept, and marked interrupted" '.verdict.interrupted and .totals.forwarded > 0 and .totals.measured_s < 25'
	rm -r out
}

# Guests that do not come, and what cannot be.
miss()
{
	# One rank's guests never come.
	"${mpirun[@]}" -np 2 "$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 2 --rate 2kpps --duration 1s \
		--warm-up 100ms --drain 200ms --connect-timeout 6s >stdout 2>stderr &
	job=$!
	children+=("$job")
	for _ in $(seq 300); do [ -S s/rank-0/guest-0.sock ] && break; sleep 0.1; done
	"$BIN/treflect" --vhost-user "$TMP/s/rank-0/guest-0.sock" --core 0 --give-way >treflect.log 2>&1 &
	children+=("$!")
	wait "$job"
	same "status with a guest that never came" $? 3
	holds "guests of one rank" '[.guests[] | .state == "ok", .forwarded > 0] == [true, true, false, false]'
	holds "why" '.guests[1].state == "never connected"'
	same "sockets are told" "$(grep -c 'vhost-user socket' stderr)" 2
	rm -r out
	crew 1 2 --machine external --guests 2 --connect-timeout 1s
	same "none of all" "$(cat stderr)" "$(grep -h 'vhost-user socket' stderr; echo 'tsim: none of 2 guests answered')"

	# What cannot be is said once.
	crew 2 3 --interface null --guests 2
	same "said once" "$(cat stderr)" \
		"tsim: 3 ranks, but only 2 guests: each rank requires at least one guest; start fewer ranks (mpirun -np 2) or use more --guests"
	crew 2 2 --nonsense
	same "usage" "$(grep -c nonsense stderr)" 1
	crew 2 2 --interface null --guests 2 --capture x.pcap
	crew 0 2 --help
	same "help" "$(grep -c '^Usage' stdout)" 1
}

lanes=()
lane agree
lane die
lane miss
children+=("${lanes[@]}")
for job in "${lanes[@]}"; do wait "$job" || fail "see above"; done
