#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Odd command lines of all programs: the status that they end with, never a signal, and what is said.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"

printf '[tsim]\noverwrite=true\nhugepages=true\n' >on.conf
PATH=$BIN:$PATH

# A stray word ended in SIGSEGV.
expect 2 "unexpected argument 'extra'" tsim --check extra
expect 2 "unexpected argument 'vhost-user' (did you mean '--interface vhost-user'?)" tsim --guests 4 vhost-user
expect 2 "unexpected argument 'foo'" tsim run foo
expect 2 "unexpected argument 'status'" tsim --config on.conf status
# So did options for EAL.
expect 0 'duration=10s' tsim --print-config -- --log-level=8
expect 0 'duration=10s' tsim run --print-config -- --log-level=8 word
expect 2 '-- --no-such-option: DPDK rejected an EAL option' tsim -i null -d 10ms -q --out eal -- --no-such-option
# A word that is none of them was ignored.
expect 2 "unexpected argument 'foo' after --" tsim --check -- foo
expect 2 "unexpected argument '' after --" tsim --check -- ''
expect 2 "unexpected argument 'foo' after --" tsim -i null -d 10ms -q --out eal -- --log-level=8 foo
[ ! -e eal ] || [ -z "$(find eal -name 'trial_*')" ] || fail "measured with a stray word"
expect 2 "unexpected argument 'foo' after --" treflect --device net_null0 -- foo

# Switches have words, and the command line's count more than a file's.
for word in false no off 0; do
	expect 0 'overwrite=false' tsim --overwrite=$word --print-config
	expect 0 'overwrite=false' tsim --config on.conf --overwrite=$word --print-config
done
for word in true yes on 1; do
	expect 0 'overwrite=true' tsim --overwrite=$word --print-config
done
expect 0 'hugepages=false' tsim --config on.conf --no-hugepages --print-config
expect 0 'hugepages=true' tsim --no-hugepages --hugepages --print-config
# a_bad_value_of_a_config_file_did_not_name_the_file
printf '[tsim]\nguests = 2\nrate = 500\n' >bad.conf
expect 2 "bad.conf:3: [tsim] rate: --rate: invalid rate '500': unit missing" tsim --config bad.conf --check
expect 2 "invalid rate '700': unit missing" tsim --config bad.conf --rate 700 --check
lacks bad.conf
expect 0 'rate=500k' tsim --config bad.conf --rate 500k --print-config
expect 2 "--overwrite: expected true or false, got 'maybe'" tsim --overwrite=maybe --check
expect 2 "--overwrite: empty value" tsim --overwrite= --check
expect 2 "--interrupted: expected true or false, got 'x'" tanalyze summary --interrupted=x
expect 2 "--linear: expected true or false, got 'x'" tplot compare --linear=x label-x
expect 2 "--hugepages: expected true or false, got 'x'" treflect --hugepages=x

# What was measured stays where overwrite is off, whoever turned it on; it was replaced.
measure()
{
	tsim -i null -d 10ms --warm-up 0s --drain 10ms -q "$@" >said 2>&1 </dev/null
	case $? in
	0 | 3) ;;
	*) fail "tsim -i null $*: $(cat said)" ;;
	esac
	stat -c %i out/*/trial_*.json || fail "no trial: $(cat said)"
}
first=$(measure)
[ "$(measure --overwrite=false)" = "$first" ] || fail '--overwrite=false replaced the trial'
[ "$(measure --config on.conf --no-overwrite --no-hugepages)" = "$first" ] || fail '--no-overwrite replaced the trial'
[ "$(measure --overwrite=yes)" != "$first" ] || fail '--overwrite=yes did not replace the trial'

# Every command of every program, and words that none takes.
for program in tsim tanalyze tplot treflect treflect-xdp; do
	[ -x "$BIN/$program" ] || continue
	mapfile -t commands < <($program --list-options | cut -f 1 | sort -u)
	[ "${#commands[@]}" -gt 0 ] || fail "$program lists no command"
	for command in "${commands[@]}"; do
		words=(${command:+"$command"})
		expect 2 "unknown option '--nosuch'" $program "${words[@]}" --nosuch a b c
		expect 2 "unknown option '-Z'" $program "${words[@]}" -Z
		expect 0 'Usage:' $program "${words[@]}" --help
	done
done
for command in run kill-guest setup-network teardown-network run-guest ping status doctor upload; do
	expect 2 "tsim $command: unexpected argument 'foo'" tsim $command foo
done
expect 2 "unexpected argument 'foo'" treflect foo
expect 2 "expected INTERFACE" treflect-xdp status
# It was "Operation not permitted", behind four lines of DPDK's.
expect 1 "./none.sock: socket not found; start its back end" treflect --vhost-user ./none.sock

# What was probably meant, or nothing.
expect 2 "unknown command 'percentile' (did you mean 'percentiles'?)" tanalyze percentile x
expect 2 "unknown command 'foo'" tplot foo
lacks 'did you mean'
expect 2 "--machine: invalid value 'typewriter'" tsim --check --machine typewriter
lacks 'did you mean'
expect 2 "unknown option '--gusts' (did you mean '--guests'?)" tsim --gusts 4

# Ranges are the table's.
expect 0 'seed=9223372036854775807' tsim --seed 9223372036854775807 --print-config
expect 2 "--seed: expected an integer from 0 to 9223372036854775807, got '0x10'" tsim --seed 0x10
# A seed of 2^63 or more is none that the trial's file could hold: it was measured, and not stored.
expect 2 "got '9223372036854775808'" tsim --seed 9223372036854775808 --check
measure --label seeds --seed 9223372036854775807 >/dev/null
tanalyze summary --dir out --format csv label-seeds,seed-9223372036854775807 2>&1 |
	grep -q '^1,seeds,.*,9223372036854775807,' || fail 'the trial is not found by its seed'
grep -q '"seed" : 9223372036854775807' out/seeds/trial_*.json || fail 'the seed of the trial is another one'
expect 2 'from 0 to 4294967295' tsim matrix --seed 4294967296 none.cfg
expect 2 "--mtu: expected an integer from 64 to 9216, got '-5'" tsim profile --mtu -5
expect 2 '--rate: empty value' tsim --rate= --check

# The default that help names is the one that counts, and no reason for a refusal.
for machine in process external; do
	tsim run --help | tr -s ' \n' ' ' | grep -o 'default [0-9a-z]*; external [0-9a-z]*' >named
	read -r _ process _ external <<<"$(tr -d ';' <named)"
	[ -n "$external" ] || fail "the help names no defaults of --connect-timeout"
	expect 0 "connect-timeout=${!machine}" tsim --machine $machine --print-config
done
expect 0 "connect-timeout=$process" tsim --interface null --connect-timeout "$process" --print-config
expect 2 '--connect-timeout: no effect' tsim --interface null --connect-timeout "1$process" --check

# A letter that has another meaning now, or none.
expect 2 'use --cores for CPUs' tsim -c 2-3
expect 2 "unknown option '-q' (did you mean '--qemu-path'?)" tsim run-guest -q x
expect 2 "unknown option '-d' (did you mean '--dir'?)" tanalyze summary -d x
expect 2 "unknown option '-d' (did you mean '--device'?)" treflect -d x
lacks 'see'
expect 2 "treflect: unknown option '-y'; see 'treflect --help'" treflect -y
# One meaning per letter everywhere: -o is --out or --output.
letters=$(for program in tsim tanalyze tplot treflect treflect-xdp; do
	[ ! -x "$BIN/$program" ] || $program --list-options | awk -F '\t' '$3 ~ /^.$/ { sub("output", "out", $4); print $3, $4 }'
done | sort -u | cut -d ' ' -f 1 | uniq -d)
[ -z "$letters" ] || fail "letters with several meanings: $letters"

# Options in groups, each once.
for heading in Traffic Testbed Trial Output; do
	expect 0 "$heading:" tsim run --help
done
lacks '::'
finish
