#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Help, man page and bash completion name the same commands and options; every folder says what
# it is for; the man pages are clean.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

for folder in traffic analyze sim plots profiles conf tests; do
	[ -f "$folder/README.md" ] || fail "$folder/ has no README.md"
done

# Where the man page and the completion of a program are.
declare -A man=([tsim]=sim/tsim.1 [treflect]=sim/treflect.1 [treflect-xdp]=sim/treflect-xdp.1 [tanalyze]=analyze/tanalyze.1
	[tplot]=plots/tplot.1)
declare -A completion=([tsim]=sim/tsim.bash [tanalyze]=analyze/tanalyze.bash [tplot]=plots/tplot.bash)

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

for program in "${!man[@]}"; do
	if [ ! -x "$BIN/$program" ]; then
		fail "$program is not built"
		continue
	fi
	for file in "${man[$program]}" ${completion[$program]-}; do
		[ -f "$file" ] || { fail "$file is missing"; continue 2; }
	done
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
	# Letters stand with the option that the table gives them to.
	letters=$("$BIN/$program" --list-options | awk -F '\t' '$2 != "command" && $3 ~ /^.$/ { print $3, $4 }' | sort -u)
	said=$(sed 's/\\-/-/g' "${man[$program]}" | grep -oE -- '-[A-Za-z] ", " --[a-z-]+' |
		sed 's/^-\(.\) ", " --/\1 /' | grep -v '^h help' | sort -u)
	same "${man[$program]} (letters)" "$letters" "$said"
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS "EXIT STATUS" EXAMPLES "SEE ALSO"; do
		grep -q "^$section\$" <<<"$page" || fail "${man[$program]} has no section $section"
	done
	for command in "${list[@]}"; do
		grep -qw -- "$command" <<<"$page" || fail "${man[$program]} says nothing of '$command'"
	done

	[ -n "${completion[$program]-}" ] || continue
	bash -n "${completion[$program]}" || fail "${completion[$program]}: see above"
	said=$(printf -- '--help\n--version\n%s' "$(grep -v '^[[:space:]]*#' "${completion[$program]}" |
		options)" | sort -u)
	same "${completion[$program]}" "$all" "$said"
	for command in "${list[@]}"; do
		grep -qw -- "$command" "${completion[$program]}" ||
			fail "${completion[$program]} lacks '$command'"
	done
done
finish
