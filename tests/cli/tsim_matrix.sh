#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tsim matrix without measuring: what is wrong is told with its place, a dry run shows all and leaves nothing.
# And what a matrix says to tsim run: --as, --rep, --note.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh" || exit 1

# matrix STATUS TEXT LINE...: of a file x.cfg with section [a] and these lines.
matrix()
{
	local status=$1 text=$2
	shift 2
	printf '[a]\n' >x.cfg
	printf '%s\n' "$@" >>x.cfg
	expect "$status" "$text" "$BIN/tsim" matrix --dry-run x.cfg
}

expect 2 'expected FILE' "$BIN/tsim" matrix
expect 2 './nosuch.cfg' "$BIN/tsim" matrix ./nosuch.cfg
expect 2 'expected FILE' "$BIN/tsim" accumulate
printf 'rates = 10\n' >y.cfg
expect 2 'y.cfg:1' "$BIN/tsim" matrix y.cfg
: >y.cfg
expect 2 'y.cfg: no matrix found' "$BIN/tsim" matrix y.cfg
matrix 2 "x.cfg:2: [a] rate" 'rate = 10'
matrix 2 "did you mean 'rates'?" 'rate = 10'
matrix 2 "x.cfg:3: [a] machines: invalid value 'pcwm' (did you mean 'pcvm'?)" '' 'machines = pcwm'
matrix 2 'no valid combination: microvm has no PCI bus' 'machines = microvm' 'interfaces = vfio'
matrix 2 'machine process does not support this interface (1 combination)' 'machines = process' 'interfaces = bridge'
matrix 2 'more than the maximum of 1000000' 'rates = 1..10000:1' 'guests = 1..4096:1'
printf '[a]\nmachines = process\ninterfaces = null\n' >ok.cfg
expect 2 "did you mean 'random'?" "$BIN/tsim" matrix --order randon ok.cfg
expect 2 --retries "$BIN/tsim" matrix --retries -1 ok.cfg
expect 2 --seed "$BIN/tsim" matrix --seed 4294967296 ok.cfg
expect 2 'another outputdir or label' "$BIN/tsim" matrix --dry-run ok.cfg <(sed 's/$/\nlabel = a\nseeds = 2/;1!d' ok.cfg; tail -2 ok.cfg)

# A dry run: tree, counts, time, and the commands in order.
matrix 0 '4 combinations, 8 trials, 0 done, 8 left; 0 virtual machines; about ' \
	'machines = process' 'interfaces = null, vhost-user' 'rates = 10, 20' 'repetitions = 2' 'runtimes = 300ms'
expect 0 'impossible: vhost requires virtio-net' "$BIN/tsim" matrix --dry-run <(cat x.cfg; echo vhosts = false, true)
"$BIN/tsim" matrix --dry-run x.cfg >tree 2>err || fail "dry run: $(cat err)"
grep -A2 '^process$' tree | grep -qx '  null' || fail "no branch null: $(cat tree)"
grep -qx '      dpdk: 4 trials' tree || fail "no reflector: $(cat tree)"
[ "$(grep -c "tsim'* run --" tree)" -eq 8 ] || fail "not 8 runs: $(cat tree)"
grep "tsim'* run --" tree | grep -o 'interface=[a-z-]*.*rate=[0-9]*kpps.*rep=[0-9]*' |
	sed 's/.*interface=\([a-z-]*\).*rate=\([0-9]*\)kpps.*rep=\([0-9]*\).*/\1 \2 \3/' >order
printf '%s\n' 'null 10 0' 'null 10 1' 'null 20 0' 'null 20 1' 'vhost-user 10 0' 'vhost-user 10 1' \
	'vhost-user 20 0' 'vhost-user 20 1' | cmp - order || fail "the order: $(cat order)"
for order in random interleaved; do
	"$BIN/tsim" matrix --dry-run --order $order --seed 5 x.cfg >a 2>err || fail "$(cat err)"
	"$BIN/tsim" matrix --dry-run --order $order --seed 5 x.cfg >b 2>err
	cmp a b || fail "--order $order is not the same twice"
	[ "$(grep "tsim'* run --" a | LC_ALL=C sort)" = "$(grep "tsim'* run --" tree | LC_ALL=C sort)" ] || fail "$order has other trials"
done
"$BIN/tsim" accumulate --dry-run x.cfg >a || fail accumulate
grep -qx 'tanalyze merge out/a' a || fail "accumulate: $(cat a)"
# A warm-up is at a thousand frames a second, before the first repetition, and goes nowhere.
printf 'warmup = true\nwarmup_runtime = 3\n' >>x.cfg
"$BIN/tsim" matrix --dry-run x.cfg >a || fail "warm-up"
[ "$(grep -c "tsim'* run --" a)" -eq 12 ] || fail "not 8 runs and 4 to warm up: $(cat a)"
grep "tsim'* run --" a | head -1 | grep -q -- '--rep=0 --rate=1kpps --duration=3000ms --out=.*warm-up' || fail "first: $(cat a)"
[ ! -e out ] || fail "a dry run made out/"

# Searches: by tsim search, without loads, durations and a warm-up; nothing of them is merged.
matrix 0 '2 combinations, 4 searches, 0 done, 4 left; 0 virtual machines; about ' 'machines = process' \
	'interfaces = null, vhost-user' 'search = csit; loss=0; loss=1%,p99=1ms@every-guest' 'repetitions = 2' 'accumulate = true'
"$BIN/tsim" matrix --dry-run x.cfg >a || fail "searches: $(cat a)"
[ "$(grep -c "tsim'* search --.* --preset=csit --goal=loss=0 '*--goal=loss=1%,p99=1ms@every-guest'* --rep=[01] --out=" a)" -eq 4 ] ||
	fail "not 4 searches: $(cat a)"
grep "tsim'* search" a | grep -E -- '--(rate|duration|warm-up|drain)=' && fail "what tsim search has other defaults of"
"$BIN/tsim" accumulate --dry-run x.cfg >a 2>err || fail "accumulate: $(cat err)"
[ ! -s a ] || fail "merged: $(cat a)"
grep -q 'nothing to merge' err || fail "no word of it: $(cat err)"
matrix 2 "x.cfg:3: [a] rates: not supported with 'search'" 'search = default' 'rates = 1'
expect 0 '4 combinations, 12 searches' "$BIN/tsim" matrix --dry-run "$SOURCE/conf/limits.matrix"

# What a matrix tells tsim run.
as=machine=pcvm,interface=bridge,qemu=old,vhost=on,ioregionfd=off,reflector=xdp
accept()
{
	"${check[@]}" "$@" >said 2>&1 || fail "$*: $(cat said)"
}
check=("$BIN/tsim" --check --machine external)
accept --as $as
accept --as machine=pcvm,interface=bridge
expect 2 'requires machine=WORD' "${check[@]}" --as interface=bridge
expect 2 'machine external' "$BIN/tsim" --check --as $as
expect 2 'KEY=VALUE' "${check[@]}" --as bridge
expect 2 'requires interface=WORD' "${check[@]}" --as machine=pcvm
expect 2 "did you mean 'interface'?" "${check[@]}" --as interfac=bridge
expect 2 "did you mean 'bridge'?" "${check[@]}" --as interface=brigde
expect 2 "did you mean 'pcvm'?" "${check[@]}" --as machine=pcwm,interface=bridge
expect 2 'on or off' "${check[@]}" --as machine=pcvm,interface=bridge,vhost=true
expect 2 'no PCI bus' "${check[@]}" --as machine=microvm,interface=vfio,reflector=xdp
accept --rep 3
expect 2 'omit --reps' "${check[@]}" --rep 3 --reps 2
expect 2 'from 0 to 9999' "${check[@]}" --rep 10000
expect 2 'from 0 to 9999' "${check[@]}" --rep -2
accept --note a=b --note 'c=d = e'
expect 2 'expected KEY=TEXT' "${check[@]}" --note a
expect 2 'expected KEY=TEXT' "${check[@]}" --note =a
finish
