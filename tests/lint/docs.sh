#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Help and man page name the same commands and options; every folder says what it is for; the man pages
# are clean. After a change of an option table "tests/lint/docs.sh --write" brings the man pages up to it:
#	SOURCE=$PWD BIN=build/bin BUILD=build tests/lint/docs.sh --write
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

for folder in traffic analyze sim plots profiles conf tests; do
	[ -f "$folder/README.md" ] || fail "$folder/ has no README.md"
done

# Where the man page of a program is.
declare -A man=([tsim]=sim/tsim.1 [treflect]=sim/treflect.1 [treflect-xdp]=sim/treflect-xdp.1 [tanalyze]=analyze/tanalyze.1
	[tplot]=plots/tplot.1)

# options: the long options in a text on stdin, one a line.
options()
{
	grep -oE -- '(^|[^[:alnum:]_-])--[a-z][a-z0-9-]*' | sed 's/^[^-]*//; s/-*$//' |
		grep -v '^$' | sort -u
}

# commands PROGRAM: those that --help lists, below a line "Commands:".
commands()
{
	"$BIN/$1" --help | awk '/^Commands:/ { on = 1; next } on && NF == 0 { exit } on { print $1 }'
}

# help_options TEXT: only what the option table prints, not what is said about it.
help_options()
{
	grep -E '^ +(-[a-zA-Z], )?--' | sed -E 's/^( +(-[a-zA-Z], )?--[a-z0-9-]+).*/\1/' | options
}

# same WHAT A B: two lists, one entry a line.
same()
{
	local only
	only=$(comm -23 <(echo "$2") <(echo "$3") | tr '\n' ' ')
	[ -z "${only// /}" ] || fail "$1 lacks $only"
	only=$(comm -13 <(echo "$2") <(echo "$3") | tr '\n' ' ')
	[ -z "${only// /}" ] || fail "$1 has what --help does not: $only"
}

warnings=$(groff -man -ww -z -Tutf8 sim/tsim.7 2>&1)
[ -z "$warnings" ] || fail "$warnings"

generated=$(mktemp) || exit 1
trap 'rm -f "$generated"' EXIT
for program in "${!man[@]}"; do
	if [ ! -x "$BIN/$program" ]; then
		fail "$program is not built"
		continue
	fi
	[ -f "${man[$program]}" ] || { fail "${man[$program]} is missing"; continue; }
	# Its entries of options are the tables'.
	if ! "$BIN/$program" --list-options |
		awk -f tests/lint/man_options.awk - "${man[$program]}" >"$generated"; then
		fail "${man[$program]}: see above"
	elif [ "${1-}" = --write ]; then
		cat "$generated" >"${man[$program]}"
	else
		diff -u "${man[$program]}" "$generated" ||
			fail "${man[$program]}: options are not as in the table; run tests/lint/docs.sh --write"
	fi
	warnings=$(groff -man -ww -z -Tutf8 "${man[$program]}" 2>&1)
	[ -z "$warnings" ] || fail "$warnings"

	"$BIN/$program" --help >/dev/null || fail "$program --help fails"
	mapfile -t list < <(commands "$program")
	help=$("$BIN/$program" --help)
	for command in "${list[@]}"; do
		help+=$'\n'$("$BIN/$program" "$command" --help) || fail "$program $command --help fails"
	done
	# Every program and command has --help; programs have --version.
	all=$(printf -- '--help\n--version\n%s' "$(help_options <<<"$help")" | sort -u)
	page=$(groff -man -Tascii -P -c -P -b -P -u "${man[$program]}")
	said=$(printf -- '--help\n--version\n%s' "$(sed 's/\\-/-/g' "${man[$program]}" |
		grep -E '^\.(TP|B|BR|BI|OP|SY|IP|RB)?|--' | grep -E '^\.(B|BR|BI|OP|IP|RB) .*--|^\\fB--' | options)" | sort -u)
	same "${man[$program]}" "$all" "$said"
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS "EXIT STATUS" EXAMPLES "SEE ALSO"; do
		grep -q "^$section\$" <<<"$page" || fail "${man[$program]} has no section $section"
	done
	for command in "${list[@]}"; do
		grep -qw -- "$command" <<<"$page" || fail "${man[$program]} says nothing of '$command'"
	done
done
finish
