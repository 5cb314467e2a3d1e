#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What was measured is kept, and nothing is left behind: two at once, readers that go, limits, signals.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
null=(--interface null --rate 10kpps --duration 100ms --warm-up 0s --drain 10ms)
guests=(--guests 2 --rate 1kpps --warm-up 0s)
export TMPDIR=$TMP/tmp
mkdir "$TMPDIR"

# start WORD... : tsim, in the background, as $tsim, once it measures.
start()
{
	rm -f began
	"$BIN/tsim" "$@" >began.out 2>began &
	tsim=$!
	children+=("$tsim")
	until grep -q '1/60 s' began 2>/dev/null; do
		kill -0 "$tsim" 2>/dev/null || fail "tsim $*: ended before it measured: $(cat began)"
	done
}

trials()
{
	find "out/$1" -name 'trial_*.json' | wc -l
}

# clean WHEN: nothing is in TMPDIR.
clean()
{
	[ -z "$(ls -A "$TMPDIR")" ] || fail "$1: left behind: $(ls -A "$TMPDIR")"
}

# two_at_once_replaced_each_other
start "${null[@]}" --duration 60s --reps 2 --label same
tsim 1 "${null[@]}" --label same
grep -q "another tsim (PID $tsim, since .* is writing to out/same; " stderr || fail "does not name it: $(cat stderr)"
[ ! -s stdout ] || fail "it has measured: $(cat stdout)"
"$BIN/tsim" "${null[@]}" --label same --wait >waiter.out 2>waiter &
waiter=$!
children+=("$waiter")
until grep -q "waiting for another tsim (PID $tsim," waiter; do
	kill -0 "$waiter" 2>/dev/null || fail "does not wait: $(cat waiter)"
done
kill -INT "$tsim"
wait "$tsim"
# interrupted_trials_counted_as_measured
grep -q '^interrupted: 2 of 2 trials not measured yet; run the same command again' began || fail "$(cat began)"
wait "$waiter"
case $? in 0 | 3) ;; *) fail "after the wait: $(cat waiter)" ;; esac
same "trials of both" "$(trials same)" 2
[ ! -e out/same/.tsim-lock ] || fail "the lock stays"
# Whoever only shows what is there is in nobody's way.
start "${null[@]}" --duration 60s --label same --overwrite
tsim "0 3" "${null[@]}" --label same
grep -q '^verdict' stdout || fail "not shown: $(cat stderr)"
kill -KILL "$tsim"
wait "$tsim" 2>/dev/null
tsim "0 3" "${null[@]}" --label same --rep 1
[ ! -e out/same/.tsim-lock ] || fail "a killed one's lock stays"

# a_reader_that_went_away_killed_tsim: of the output, and of the progress, too.
mkfifo gone
exec 3<>gone
exec 4>gone 3>&-
"$BIN/tsim" "${null[@]}" --reps 2 --label out-gone >&4 2>stderr
same "status without a reader" "$?" 1
grep -q '^tsim: write error on standard output: Broken pipe' stderr || fail "does not say so: $(cat stderr)"
same "trials without a reader" "$(trials out-gone)" 2
"$BIN/tsim" "${guests[@]}" --duration 100ms --drain 10ms --label all-gone >&4 2>&4
same "status without any reader" "$?" 1
same "trials without any reader" "$(trials all-gone)" 1
clean "without readers"

# a_limit_of_file_sizes_killed_tsim
(
	ulimit -f 1
	"$BIN/tsim" "${null[@]}" --label limited 2>&1 >/dev/null
	echo "status $?"
) | cat >limited.said
grep -q '^status 1$' limited.said || fail "not status 1: $(cat limited.said)"
grep -q 'write failed: File too large; raise the file size limit (ulimit -f)' limited.said ||
	fail "not why: $(cat limited.said)"
(
	ulimit -f 1
	"$BIN/tsim" "${guests[@]}" --label limited 2>&1 >/dev/null
) | cat >limited.said
grep -q 'file size limit is 1 KiB, but guests share .* raise the limit (ulimit -f)' limited.said || fail "$(cat limited.said)"
clean "beyond the limit"

# a_capture_was_refused_after_measuring, and not written without a word.
tsim 1 "${null[@]}" --label captured --capture no/such/c.pcap
grep -q -- '--capture: no/such/c.pcap: ' stderr || fail "$(cat stderr)"
[ -z "$(find out/captured -name '*.json')" ] || fail "measured before the capture was refused"
tsim "0 3" "${null[@]}" --label captured --capture c.pcap
[ -s c.pcap ] || fail "no capture"
rm c.pcap
tsim "0 3" "${null[@]}" --label captured --capture c.pcap --quiet
grep -q -- '--capture: c.pcap not written: the trial is already measured; use --overwrite' stderr || fail "$(cat stderr)"
[ ! -e c.pcap ] || fail "a capture of nothing"

# Any signal, once or twice: stored. A third ends it at once. Nothing stays.
start "${guests[@]}" --duration 60s --drain 10ms --label stopped
kill -QUIT "$tsim"
kill -TERM "$tsim"
wait "$tsim"
same "status after two signals" "$?" 1
same "trials after two signals" "$(trials stopped)" 1
jq -e '.verdict.interrupted' out/stopped/trial_*.json >/dev/null || fail "not marked"
clean "after two signals"
start "${guests[@]}" --duration 60s --label ended
# a_live_one_lost_its_directory, when a second one started.
mine=$(ls -A "$TMPDIR")
tsim "0 3" "${guests[@]}" --duration 100ms --drain 10ms --label beside
same "directory of a live one" "$(ls -A "$TMPDIR")" "$mine"
for _ in 1 2 3; do kill -INT "$tsim"; done
wait "$tsim"
same "status after three signals" "$?" 1
clean "after three signals"

# a_kill_left_sockets_for_ever
start "${guests[@]}" --duration 60s --label killed
kill -KILL "$tsim"
wait "$tsim" 2>/dev/null
[ -n "$(ls -A "$TMPDIR")" ] || fail "a killed one left nothing: nothing is tried here"
mkdir "$TMPDIR/tsim-rescued-abcdef"
tsim "0 3" "${null[@]}" --label next
rmdir "$TMPDIR/tsim-rescued-abcdef" || fail "results of a rescue were removed"
clean "after a kill and the next start"

# treflect_complained_of_a_started_device
"$BIN/tsim" --machine external --socket-dir s --duration 60s >host.out 2>&1 &
host=$!
children+=("$host")
until grep -q "^guest 0: .* socket s/guest-0.sock" host.out; do
	kill -0 "$host" 2>/dev/null || fail "tsim --machine external: $(cat host.out)"
done
"$BIN/treflect" --vhost-user s/guest-0.sock --report "$TMP/report" >treflect.out 2>&1 &
treflect=$!
children+=("$treflect")
until grep -q '^1 of 1 guest answered' host.out; do
	kill -0 "$treflect" 2>/dev/null || fail "treflect: $(cat treflect.out)"
done
kill -INT "$treflect"
wait "$treflect"
same "status of treflect" "$?" 0
[ ! -s treflect.out ] || fail "treflect says: $(cat treflect.out)"
