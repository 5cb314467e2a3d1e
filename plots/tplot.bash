# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# bash completion for tplot

_tplot()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} dir=out i
	local options='--dir= --terminal= --output= --title= --width= --height= --linear --response
		--script --help'
	local parameters='interface,vhost machine,vhost machine,interface size, guests,'

	# The = of --option=VALUE is a word of its own.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'compare guests overview figure timeline sizes departures cdf ccdf box shift report --help --version' -- "$cur")
		return
	fi
	[ "${COMP_WORDS[1]}" != report ] ||
		options='--dir= --output= --title= --linear --response --different-mix
			--script --help'
	case "$prev" in
	--terminal)
		mapfile -t COMPREPLY < <(compgen -W 'svg png pdf' -- "$cur")
		return
		;;
	--x)
		mapfile -t COMPREPLY < <(compgen -W 'offered nominal' -- "$cur")
		return
		;;
	--quantile)
		mapfile -t COMPREPLY < <(compgen -W 'nearest linear' -- "$cur")
		return
		;;
	--loss)
		mapfile -t COMPREPLY < <(compgen -W 'exact autotest' -- "$cur")
		return
		;;
	--facets)
		mapfile -t COMPREPLY < <(compgen -W "$parameters" -- "$cur")
		return
		;;
	--form)
		mapfile -t COMPREPLY < <(compgen -W 'dots load time' -- "$cur")
		return
		;;
	--value)
		mapfile -t COMPREPLY < <(compgen -W 'loss p50 p99 mean' -- "$cur")
		return
		;;
	--dir)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--title | --rate | --percentile | --confidence | --repetition | --width | --height | -W | -H)
		COMPREPLY=()
		return
		;;
	esac
	case "${COMP_WORDS[1]}" in
	compare) options+=' --facets= --no-facets --x= --quantile= --loss=' ;;
	overview) options+=' --facets= --x= --quantile= --loss=' ;;
	figure) options+=' --x= --quantile= --loss=' ;;
	cdf | ccdf) options+=' --rate=' ;;
	box) options+=' --percentile=' ;;
	shift) options+=' --confidence= --different-mix' ;;
	guests) options+=' --form= --value= --repetition=' ;;
	esac
	if [[ "$cur" == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		[[ "${COMPREPLY[0]-}" != *= ]] || compopt -o nospace
		return
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "${COMP_WORDS[i]}" in
		--dir) dir=${COMP_WORDS[i + 1]} ;;
		esac
		[ "$dir" != = ] || dir=${COMP_WORDS[i + 2]}
	done
	if [ "${COMP_WORDS[1]}" = figure ]; then
		mapfile -t COMPREPLY < <(compgen -W '2 3 4 5 6 7 9 10 11 12 13 14 15' -- "$cur")
		return
	fi
	# Labels, then paths.
	mapfile -t COMPREPLY < <(
		[ -d "$dir" ] && cd "$dir" && compgen -d -- "$cur"
	)
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
}
complete -o filenames -F _tplot tplot
