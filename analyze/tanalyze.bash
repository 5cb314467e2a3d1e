# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Completion of tanalyze(1).

_tanalyze()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} options dir=out i
	COMPREPLY=()

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "merge summary check loss percentiles delay compare limit profile guests sizes departures --help --version" -- "$cur")
		return
	fi
	# "--format=csv" comes as three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $prev in
	--format | -f)
		mapfile -t COMPREPLY < <(compgen -W "text csv json" -- "$cur")
		return
		;;
	--output | -o)
		[ "$command" != profile ] || { mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return; }
		;;&
	--dir | --output | -o)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--loss)
		if [ "$command" = limit ]; then
			mapfile -t COMPREPLY < <(compgen -W "0.001 1% 5%" -- "$cur")
			return
		fi
		mapfile -t COMPREPLY < <(compgen -W "exact autotest" -- "$cur")
		return
		;;
	--quantile)
		mapfile -t COMPREPLY < <(compgen -W "nearest linear" -- "$cur")
		return
		;;
	--metrics)
		mapfile -t COMPREPLY < <(compgen -W "loss,p50,p99 loss forwarded mean p50 p99 p99.9" -- "$cur")
		return
		;;
	--alpha | --threshold | --knee | -k)
		return
		;;
	--percentiles)
		mapfile -t COMPREPLY < <(compgen -W "50,90,99,99.9,99.99" -- "$cur")
		return
		;;
	--by | -b)
		mapfile -t COMPREPLY < <(compgen -W "host ip" -- "$cur")
		return
		;;
	esac
	options="--dir --interrupted --format --help"
	case $command in
	merge) options+=" --output" ;;
	check) options+=" --tolerance" ;;
	guests) options+=" --each" ;;
	loss) options+=" --guests --loss" ;;
	percentiles) options+=" --percentiles --response --guests --quantile --interval --confidence" ;;
	compare) options+=" --metrics --response --different-mix --alpha --threshold" ;;
	limit) options+=" --loss --knee --response" ;;
	profile) options="--direction --by --classes --output --format --help" ;;
	esac
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		;;
	*)
		if [ "$command" = profile ]; then
			mapfile -t COMPREPLY < <(compgen -W "from-pcap" -- "$cur"; compgen -f -- "$cur")
			return
		fi
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in --dir | -d) dir=${COMP_WORDS[i + 1]} ;; esac
			[ "$dir" != = ] || dir=${COMP_WORDS[i + 2]}
		done
		# Labels, and folders.
		mapfile -t COMPREPLY < <(
			cd "$dir" 2>/dev/null && compgen -d -- "$cur"
			compgen -d -- "$cur"
		)
		;;
	esac
}
complete -o filenames -F _tanalyze tanalyze
