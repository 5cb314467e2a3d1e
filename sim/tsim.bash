# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# bash completion for tsim

_tsim()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local run='--profile= --mix= --guests= --rate= --ramp= --share= --arrival=
		--pattern= --link= --mtu= --seed= --machine=
		--interface= --vhost= --policy= --vf-limit= --mediators= --descriptors= --port= --probes=
		--socket-dir= --cores= --guest-cores= --host-cores= --guests-per-process= --fault= --swap= --mac=
		--memory= --hugepages --duration= --warm-up= --drain= --connect-timeout= --slack= --reps= --out=
		--label= --overwrite --format= --all-guests --capture= --quiet --verbose --config= --check
		--print-config --help --version'
	local show='--format= --link= --mtu= --help' words

	# The = of --option=VALUE is a word of its own.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case "$prev" in
	--profile | -p) words="$(tsim profile 2>/dev/null | cut -d' ' -f1) fixed: uniform: genome:" ;;
	--arrival) words='cbr poisson weibull: lognormal: onoff: mmpp: trace:' ;;
	--pattern) words='to-guests between-guests both' ;;
	--vhost) words='on off' ;;
	--policy) words='emulate-all passthrough: busiest:' ;;
	--machine | -m) words='process external' ;;
	--interface | -i) words='vhost-user virtio vfio vmux port null discard' ;;
	--swap) words='mac ip ports' ;;
	--share) words='equal zipf:' ;;
	--link) words='1G 10G 25G 40G 100G' ;;
	--rate | -r) words='max' ;;
	--format | -f) words='text csv json' ;;
	--mix | --config | --capture)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--out | -o | --socket-dir)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	*)
		words=$run
		if [ "${COMP_WORDS[1]}" = profile ] && [ "$COMP_CWORD" -gt 1 ]; then
			words="$show $(tsim profile 2>/dev/null | cut -d' ' -f1)"
		elif [ "$COMP_CWORD" -eq 1 ] && [[ "$cur" != -* ]]; then
			words='run profile'
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	[[ "${COMPREPLY[0]-}" != *= ]] || compopt -o nospace
}
complete -F _tsim tsim
