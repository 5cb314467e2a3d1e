# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# bash completion for tsim

_tsim()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local run='--profile= --mix= --guests= --rate= --ramp= --share= --arrival=
		--pattern= --link= --mtu= --seed= --machine=
		--interface= --vhost= --qemu= --ioregionfd= --reflector= --as= --policy= --vf-limit= --mediators= --descriptors= --port= --probes=
		--socket-dir= --cores= --guest-cores= --host-cores= --guests-per-process= --fault= --swap= --mac=
		--memory= --hugepages --duration= --warm-up= --drain= --connect-timeout= --slack= --reps= --rep= --ipdv --note= --out=
		--label= --overwrite --wait --format= --all-guests --capture= --quiet --verbose --config= --check
		--print-config --help --version'
	local show='--format= --link= --mtu= --help' bed='--config= --dry-run --help' words
	local commands='run profile matrix accumulate run-guest kill-guest setup-network teardown-network
		ping status doctor shell upload'

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
	--vhost | --ioregionfd) words='on off' ;;
	--reflector) words='dpdk xdp' ;;
	--order) words='tree random interleaved' ;;
	--as) words='machine=' ;;
	--policy) words='emulate-all passthrough: busiest:' ;;
	--machine | -m) words='process pcvm microvm host external' ;;
	--interface | -i) words='vhost-user virtio vfio vmux port null discard bridge macvtap bridge-e1000 pnic' ;;
	--swap) words='mac ip ports' ;;
	--share) words='equal zipf:' ;;
	--link) words='1G 10G 25G 40G 100G' ;;
	--rate | -r) words='max' ;;
	--format | -f) words='text csv json' ;;
	--mix | --config | -c | --capture | --disk)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--out | -o | --socket-dir | --qemu-path)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	*)
		words=$run
		[ "$COMP_CWORD" -le 1 ] || case "${COMP_WORDS[1]}" in
		profile) words="$show $(tsim profile 2>/dev/null | cut -d' ' -f1)" ;;
		run-guest)
			words="--machine= --interface= --guests= --reflector= --cpus= --memory= --disk= --vhost=
				--ioregionfd= --rx-queue-size= --tx-queue-size= --qemu-path= $bed"
			;;
		setup-network) words="--machine= --interface= --guests= $bed" ;;
		shell) words="host guest loadgen $bed" ;;
		doctor) words="--format= $bed" ;;
		kill-guest | teardown-network | ping | status | upload) words=$bed ;;
		matrix | accumulate)
			words="$bed"
			[ "${COMP_WORDS[1]}" = accumulate ] || words+=" --order= --seed= --retries="
			if [[ "$cur" != -* ]]; then
				mapfile -t COMPREPLY < <(compgen -f -- "$cur")
				return
			fi
			;;
		esac
		if [ "$COMP_CWORD" -eq 1 ] && [[ "$cur" != -* ]]; then
			words=$commands
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	[[ "${COMPREPLY[0]-}" != *= ]] || compopt -o nospace
}
complete -F _tsim tsim
