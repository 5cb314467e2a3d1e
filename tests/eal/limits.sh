#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Limits of the machine end a run before guests start, in one line that names them; at the limit it works.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

short=(--duration 50ms --warm-up 0s --drain 1s --rate 1kpps --quiet)

# refused WHAT WORD...: the last tsim said one line, with all these words.
refused()
{
	local what=$1 word
	shift
	same "$what: lines" "$(wc -l <"$TMP/stderr")" 1
	for word in "$@"; do
		grep -qF -e "$word" "$TMP/stderr" || fail "$what: no '$word' in: $(cat "$TMP/stderr")"
	done
	[ -z "$(find "$TMPDIR" -maxdepth 1 -name 'tsim-*')" ] || fail "$what: its temporary directory stays"
}
mkdir "$TMP/tmp"
export TMPDIR=$TMP/tmp

# Open files: what the error says is needed is enough, for each kind of guest.
for fleet in vhost-user:40 vfio:40 vmux:40 vmux-virtio:40 virtio-on:8 virtio-off:8 null:8; do
	for have in 24 40 64; do # where it is too few
		(ulimit -n "$have"; tsim "0 1 3" --guests "$fleet" "${short[@]}" --overwrite)
		grep -q . "$TMP/stderr" && break
	done
	if [ "$fleet" = null:8 ]; then
		need=64
	else
		refused "$fleet, $have open files" "open files: " "the hard limit is $have:" "ulimit -Hn"
		need=$(sed 's/.* need \([0-9]*\) file.*/\1/' "$TMP/stderr")
	fi
	rm -rf out
	(ulimit -n "$need"; tsim "0 3" --guests "$fleet" "${short[@]}")
	! grep -q . "$TMP/stderr" || fail "$fleet, $need open files: $(cat "$TMP/stderr")"
	holds "$fleet: all guests answer" 'all(.guests[]; .state | test("connected|killed|exited") | not)'
	rm -r out
done
# A huge hard limit is no soft limit for programs that close all they could have open.
(
	ulimit -Sn 64
	"$BIN/tsim" --guests 20 "${short[@]}" --drain 3s --fault drop=1 >/dev/null 2>&1 &
	pid=$!
	until guests=$(pgrep -P $pid) || ! kill -0 $pid 2>/dev/null; do :; done
	[ -n "$guests" ] || fail "no guest was seen"
	for child in $guests; do
		soft=$(awk '/^Max open files/ { print $4 }' "/proc/$child/limits")
		[ "$soft" -gt 64 ] && [ "$soft" -lt 400 ] || fail "a guest's soft limit of open files is $soft"
	done
	wait $pid || true
) || exit 1
rm -rf out

# Every guest that null may have has room.
tsim "0 3" --interface null --guests 4096 "${short[@]}" --rate 100kpps
holds "null serves 4096 guests" '(.guests | length) == 4096 and .totals.forwarded == .totals.offered'
rm -r out

# A directory's name may hold what DPDK's device arguments may not.
mkdir "$TMP/a,b=[c]"
for dir in "$TMP/a,b=[c]" "$TMP/a b"; do
	tsim "0 3" --guests 2 "${short[@]}" --socket-dir "$dir"
	holds "guests answer in $dir" 'all(.guests[]; .state | test("connected|killed|exited") | not)'
	rm -r out
done
TMPDIR="$TMP/a,b=[c]" tsim "0 3" --guests 2 "${short[@]}"
rm -r out

# The directory at fault is TMPDIR, which is named; not --socket-dir, which nobody gave.
TMPDIR=$TMP/missing tsim 1 --guests 2 "${short[@]}"
refused "missing TMPDIR" "TMPDIR: $TMP/missing: directory not found"
long=$TMP/$(printf 'x%.0s' {1..100})
mkdir "$long"
TMPDIR=$long tsim 1 --guests 2 "${short[@]}"
refused "long TMPDIR" "TMPDIR: $long: path too long for sockets"
TMPDIR=$long tsim "0 3" --guests 2 "${short[@]}" --socket-dir "$TMP/s"
rm -r out
