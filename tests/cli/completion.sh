#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Completion offers what --help shows, of every command, and words where there are some.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"
# shellcheck source=analyze/completion.bash
. "$SOURCE/analyze/completion.bash"
PATH=$BIN:$PATH
compopt() { :; }

# complete_words WORD...: what the last word may become, sorted, one a line.
complete_words()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_tsim_suite "$1" "${!#}" "${*: -2:1}"
	[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" | sort
}

# offers "WORDS" WORD...: exactly these, in any order.
offers()
{
	local want=$1 found
	shift
	want=$(tr ' ' '\n' <<<"$want" | sort)
	found=$(complete_words "$@")
	[ "$found" = "$want" ] || fail "$*: completion offers" "$found"
}

for program in tsim tanalyze tplot treflect treflect-xdp; do
	[ -x "$BIN/$program" ] || continue
	mapfile -t commands < <($program --list-options | cut -f 1 | sort -u)
	[ "${#commands[@]}" -gt 0 ] || fail "$program lists no command"
	[ "$program" = treflect ] || offers "${commands[*]}" $program ''
	for command in "${commands[@]}"; do
		words=("$program" ${command:+"$command"})
		help=$("${words[@]}" --help | sed -nE 's/^  (-., )?(--[a-z-]+=?).*/\2/p' | sort -u)
		[ -n "$help" ] || fail "${words[*]}: no options in its help"
		[ "${#words[@]}" -gt 1 ] || help+=' --version'
		offers "${help//$'\n'/ }" "${words[@]}" --
	done
done

mkdir -p out/one out/two elsewhere/three
touch a.mix
offers 'text csv json jsonl' tsim --format = ''
offers 'vfio vhost-user virtio vmux vmux-virtio' tsim run -i v
offers 'imix-csit imix-csit-ipv6' tsim --profile imix-c
offers 'a.mix' tsim --mix a
offers 'host loadgen guest' tsim shell ''
offers 'exact autotest' tanalyze loss --loss = ''
offers '0.001 1% 5%' tanalyze limit --loss ''
offers 'one' tanalyze summary o --dir out on
offers 'three' tplot compare --dir = elsewhere th
offers '14' tplot figure 14
offers 'interface' tplot compare --by = in
offers 'auto native generic' treflect-xdp start --mode ''
finish
