# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# bash completion for tsim, tanalyze, tplot, treflect and treflect-xdp, from what the program itself
# says with --list-options: command, type, letter, name, metavar, preset, words, help.

# _tsim_suite_arguments ARGUMENTS DIR CUR: what may stand for a command's ARGUMENTS, one a line.
_tsim_suite_arguments()
{
	case $1 in
	\[*\|*) grep -o '[a-z]*' <<<"$1" ;;
	*PROFILE*) tsim profile 2>/dev/null | cut -d ' ' -f 1 ;;
	INTERFACE) compgen -G '/sys/class/net/*' | sed 's|.*/||' ;;
	N) printf '%s\n' 2 3 4 5 6 7 9 10 11 12 13 14 15 ;;
	from-pcap*) echo from-pcap ;;
	*NAME* | 'A B') (cd "$2" 2>/dev/null && compgen -d -- "$3") ;; # labels
	esac
	case $1 in
	*FILE | *FILE... | *NAME | *NAME...* | 'A B' | *PROFILE...*) compgen -f -- "$3" ;;
	esac
}

_tsim_suite()
{
	local program=$1 cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local rows command='' arguments='' dir=out row name i
	local -a first found=()

	COMPREPLY=()
	rows=$("$program" --list-options 2>/dev/null) || return
	# Tabs in a row are one separator to read, so that an empty field would vanish.
	rows=${rows//$'\t'/$'\x1f'}
	mapfile -t first < <(grep $'\x1fcommand\x1f' <<<"$rows" | cut -d $'\x1f' -f 1)
	if grep -q "^${COMP_WORDS[1]}"$'\x1f' <<<"$rows" && [ "$COMP_CWORD" -gt 1 ]; then
		command=${COMP_WORDS[1]}
	elif [[ " ${first[*]} " == *' run '* ]]; then
		command=run
	fi
	# The = of --option=VALUE is a word of its own.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" != --dir ] || dir=${COMP_WORDS[i + 1]}
		[ "$dir" != = ] || dir=${COMP_WORDS[i + 2]}
	done

	while IFS=$'\x1f' read -r -a row; do
		[ "${row[0]}" = "$command" ] || continue
		case ${row[1]} in
		command) arguments=${row[2]} && continue ;;
		heading | rest) continue ;;
		esac
		name=--${row[3]}
		if [ "$prev" = "$name" ] || [ "$prev" = "-${row[2]:-none}" ]; then
			case ${row[1]} in
			switch) ;;
			file | files) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
			dir) mapfile -t COMPREPLY < <(compgen -d -- "$cur") && return ;;
			*)
				[ "${row[4]}" != PROFILE ] ||
					row[6]+=" $("$program" profile 2>/dev/null | cut -d ' ' -f 1)"
				mapfile -t COMPREPLY < <(compgen -W "${row[6]}" -- "$cur")
				[[ "${COMPREPLY[0]-}" != *[:=] ]] || compopt -o nospace
				return
				;;
			esac
		fi
		[ "${row[1]}" = switch ] || name+="="
		found+=("$name")
	done <<<"$rows"

	if [[ "$cur" == -* ]]; then
		[ "$COMP_CWORD" -ne 1 ] || found+=(--version)
		mapfile -t COMPREPLY < <(compgen -W "${found[*]} --help" -- "$cur")
		[[ "${COMPREPLY[0]-}" != *= ]] || compopt -o nospace
	elif [ "$COMP_CWORD" -eq 1 ] && [ -n "${first[*]}" ]; then
		mapfile -t COMPREPLY < <(compgen -W "${first[*]}" -- "$cur")
	else
		mapfile -t COMPREPLY < <(_tsim_suite_arguments "$arguments" "$dir" "$cur" |
			grep -F -- "$cur" | awk -v c="$cur" 'index($0, c) == 1 && !seen[$0]++')
	fi
}
complete -o filenames -F _tsim_suite tsim tanalyze tplot treflect treflect-xdp
