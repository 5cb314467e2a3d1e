#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A newcomer finds the file of a noun: every room has a short README with a table of a dozen rows, which
# names every source of the room and nothing that has gone. One base name is one thing in the
# whole project, no function has a bare word for a name that five files use, and a function that a page
# names exists.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

# said README: names in its table, between ` and `.
said()
{
	grep '^|' "$1" | grep -oE '`[^`]+`' | tr -d '`' | sort -u
}

rooms=0
while IFS= read -r room; do
	rooms=$((rooms + 1))
	readme=$room/README.md
	[ -f "$readme" ] || { fail "$room/ has no README.md"; continue; }
	[ "$(wc -l <"$readme")" -le 40 ] || fail "$readme has more than 40 lines"
	rows=$(grep -c '^| .*`' "$readme")
	((rows >= 1 && rows <= 12)) || fail "$readme has $rows rows that name files, not 1 to 12"
	names=$(said "$readme")
	for file in "$room"/*.[ch]; do
		base=$(basename "$file")
		stem=${base%.*} stem=${stem%_private}
		grep -qxF -e "$base" -e "$stem" <<<"$names" || fail "$readme does not name $base"
	done
	while IFS= read -r name; do
		compgen -G "$room/${name#"$room"/}" >/dev/null || compgen -G "$room/$name.[ch]" >/dev/null ||
			compgen -G "$name*" >/dev/null || fail "$readme names $name, which is not there"
	done <<<"$names"
done < <(grep -oE '^[a-z]+(/[a-z]+)?:' "$SOURCE/tests/lint/layers" | tr -d :)
[ "$rooms" -ge 20 ] || fail "only $rooms rooms were looked at"

# Two files of one base name in different rooms.
find traffic analyze plots sim -name '*.[ch]' ! -path '*/commands/*' | sed 's/\.[ch]$//; s/\.bpf$//' | sort -u |
	awk -F/ '$NF !~ /^(main|error)$/ { room[$NF] = room[$NF] " " $0; n[$NF]++ }
		END { for (b in n) if (n[b] > 1) print "one base name, several rooms:" room[b] }' >"$BUILD/rooms.txt"
[ ! -s "$BUILD/rooms.txt" ] || fail "$(<"$BUILD/rooms.txt")"

# Definitions start in column 0: the word before the first bracket is the function's name.
find traffic analyze plots sim -name '*.[ch]' -exec awk '
	/^[A-Za-z].*[ *][a-z_0-9]+\(/ && !/;$/ && !/^(typedef|extern)/ {
		name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); print name, FILENAME
	}' {} + | sort -u >"$BUILD/functions.txt"
awk '$1 ~ /^[a-z]+$/ && $1 != "main" && $2 ~ /c$/ { n[$1]++; where[$1] = where[$1] " " $2 }
	END { for (w in n) if (n[w] >= 5) print "\x27" w "\x27 is a function in " n[w] " files:" where[w] }' \
	"$BUILD/functions.txt" >"$BUILD/rooms.txt"
[ ! -s "$BUILD/rooms.txt" ] || fail "$(<"$BUILD/rooms.txt")"

# A function that a page names, as name(), is one of those, or one of CMake's here.
grep -oE '^function\([a-z_]+' CMakeLists.txt tests/CMakeLists.txt | sed 's/.*(//' >>"$BUILD/functions.txt"
project_files \( -name '*.md' -o -name '*.[17]' \) |
	xargs -0 awk -v functions="$BUILD/functions.txt" '
	BEGIN { while ((getline line <functions) > 0) { split(line, word, " "); is[word[1]] } }
	{
		for (rest = $0; match(rest, /[a-z_0-9]+\(\)/); rest = substr(rest, RSTART + RLENGTH)) {
			seen++
			name = substr(rest, RSTART, RLENGTH - 2)
			if (!(name in is)) print FILENAME ":" FNR ": no function " name "()"
		}
	}
	END { if (seen < 100) print "only " seen + 0 " functions were found in the pages" }' >"$BUILD/rooms.txt"
[ ! -s "$BUILD/rooms.txt" ] || fail "$(<"$BUILD/rooms.txt")"
finish
