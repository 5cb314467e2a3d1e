#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Who may know whom: the table tests/lint/layers, for what sources include and what programs link.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"
table=$SOURCE/tests/lint/layers

# judge: of lines FILE:#include..., those that a row of the table forbids, each with its reason.
judge()
{
	awk -v table="$table" '
		function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }
		# Is path, its room or the folder of its room in the list?
		function allowed(path, list,  i, n, w) {
			n = split(list, w, " ")
			for (i = 1; i <= n; i++)
				if (w[i] == path || index(path, w[i] "/") == 1)
					return 1
			return 0
		}
		BEGIN {
			while ((getline row < table) > 0) {
				if (row ~ /^(#|$)/)
					continue
				list = row
				sub(/^[^:]*: */, "", list)
				sub(/:.*/, "", row)
				if (row ~ /^</) {
					pattern = substr(row, 2, length(row) - 2)
					library[pattern] = list
				} else {
					n = split(list, above, " ")
					for (i = 1; i <= n; i++)
						if (!(above[i] in rooms))
							print row ": its row names " above[i] ", which has no row above it"
					rooms[row] = list
				}
			}
		}
		{
			file = $0; sub(/:.*/, "", file)
			header = $0; sub(/^[^<"]*[<"]/, "", header); sub(/[>"].*/, "", header)
			room = room_of(file)
			if (!(room in rooms)) {
				if (!(room in told)) print room ": has no row in tests/lint/layers"
				told[room] = 1
			} else if ($0 ~ /"/) {
				if (header !~ /\//)
					print file ": \"" header "\" has no folder"
				else if (room_of(header) != room && !allowed(header, rooms[room]))
					print file ": " room " may not know " header
			} else
				for (pattern in library) {
					start = pattern; any = sub(/\*$/, "", start)
					if ((any ? index(header, start) == 1 : header == start) && !allowed(file, library[pattern]))
						print file ": may not include <" header ">"
				}
		}'
}

# A table that forbids nothing would let all pass: an include against each row is found.
while IFS=: read -r row list; do
	case $row in
	"" | \#*) continue ;;
	\<*)
		header=${row#<} header=${header%>} header=${header%\*}
		other=plots/draw/x.c
		[[ " $list " != *" plots "* ]] || other=traffic/x.c
		line="$other:#include <$header>"
		;;
	*)
		line="$row/x.c:#include \"plots/commands/commands.h\""
		[ "$row" != plots/commands ] || line="$row/x.c:#include \"sim/base/stop.h\""
		;;
	esac
	[ -n "$(judge <<<"$line")" ] || fail "no row forbids $line"
done <"$table"
[ -n "$(judge <<<'sim/new/x.c:#include "sim/base/stop.h"')" ] || fail "a room without a row passes"

found=$(grep -rE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' traffic analyze plots sim | judge)
[ -z "$found" ] || fail "$found"
# A row whose room has gone.
while IFS=: read -r row _; do
	[[ "$row" =~ ^(#.*|<.*|)$ ]] || [ -d "$row" ] || fail "$row: has a row, and is no folder"
done <"$table"

# What is linked tells the same.
# forbid PROGRAM LIBRARIES
forbid()
{
	local linked
	linked=$(readelf -d "$BIN/$1") || { fail "$1 is not built"; return; }
	! grep -E "NEEDED.*\[lib($2)" <<<"$linked" || fail "$1 is linked with the above"
}
forbid tanalyze 'rte_|ssh'
forbid tplot 'rte_|ssh|pcap|mpi'
forbid treflect 'gsl|json|mpi|ssh|pcap|csv'
forbid treflect-xdp 'gsl|json|mpi|ssh|pcap|csv|rte_'
finish
