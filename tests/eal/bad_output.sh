#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Places that cannot be written, sockets that are taken, a full disk: said clearly, nothing lost.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
quick=(--interface null --rate 10kpps --duration 200ms --warm-up 0s --drain 10ms)

touch file
tsim 1 "${quick[@]}" --out file
grep -q 'file' stderr || fail "does not name it: $(cat stderr)"
if [ "$(id -u)" -ne 0 ]; then
	mkdir locked && chmod 500 locked
	tsim 1 "${quick[@]}" --out locked
	grep -q -- '--out: .*locked' stderr || fail "$(cat stderr)"
fi

# A path that somebody listens on is his; one that nobody does is taken over.
mkdir s
"$BIN/tsim" --machine external --socket-dir s --connect-timeout 20s >first.out 2>&1 &
children+=("$!")
for _ in $(seq 100); do [ -S s/guest-0.sock ] && break; sleep 0.1; done
tsim 1 --machine external --socket-dir s --connect-timeout 1s --label second
grep -q 's/guest-0.sock: in use by another program' stderr || fail "$(cat stderr)"
kill -9 "${children[0]}"
wait "${children[0]}" 2>/dev/null
[ -S s/guest-0.sock ] || fail "the killed tsim left no socket: nothing to take over"
tsim 1 --machine external --socket-dir s --connect-timeout 300ms --label third
grep -q 'none of 1 guest ' stderr || fail "the stale socket was not taken over: $(cat stderr)"
mkdir "$(printf 'x%.0s' {1..100})"
tsim 2 --machine external --socket-dir "$(printf 'x%.0s' {1..100})"
grep -q -- '--socket-dir: .*shorter path' stderr || fail "$(cat stderr)"

# A full disk after the trial: the error says where the trial was kept instead, and it is whole.
mkdir small
if unshare -rm true 2>/dev/null; then
	TMPDIR=$TMP unshare -rm bash -c 'mount -t tmpfs -o size=16k none small && "$@"' - \
		"$BIN/tsim" "${quick[@]}" --guests 8 --out small >stdout 2>stderr
	same "status on a full disk" "$?" 1
	kept=$(sed -n 's/.*trial saved in \([^ ]*\) instead.*/\1/p' stderr)
	[ -n "$kept" ] || fail "not kept: $(cat stderr)"
	jq -e '.totals.offered > 0' "$kept"/trial_*.json >/dev/null || fail "what was kept is not whole"
	grep -q '^verdict' stdout || fail "the table was not printed"
else
	echo "no user namespaces here: the full disk was not tried"
fi
