#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Input that cannot be used: the status, and an error that names the place and the remedy.
set -u
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
cd "$TMP" || exit 1
failures=0

# refuse STATUS WORDS ARGUMENT...: WORDS are regular expressions, '&' between them, that stderr matches.
refuse()
{
	local status=$1 words=$2 got
	shift 2
	"$BIN/tsim" "$@" >stdout 2>stderr </dev/null
	got=$?
	[ "$got" -eq "$status" ] || { echo "tsim $*: status $got, not $status: $(cat stderr)"; failures=1; }
	[ ! -s stdout ] || { echo "tsim $*: wrote to stdout"; failures=1; }
	[ "$(wc -l <stderr)" -le 3 ] || { echo "tsim $*: says too much: $(cat stderr)"; failures=1; }
	while IFS= read -r -d '&' word; do
		grep -qE -- "$word" stderr || { echo "tsim $*: does not say '$word': $(cat stderr)"; failures=1; }
	done <<<"$words&"
	[ ! -e out ] || { echo "tsim $*: made an output folder"; failures=1; rm -rf out; }
	# --check refuses the same in the same words.
	"$BIN/tsim" "$@" --check >stdout 2>checked </dev/null
	got=$?
	if [ "$got" -ne "$status" ] || ! cmp -s stderr checked; then
		echo "tsim $* --check: status $got, not $status, or not '$(cat stderr)': $(cat checked)"
		failures=1
	fi
}

printf '# unit: frame\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n64,0\n' >zero.csv
printf '# unit: frame\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n64,-1\n' >negative.csv
printf '# unit: frame\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n64,x\n' >word.csv
printf '# unit: frame\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n9217,1\n' >long.csv
printf '# unit: frame\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n' >empty.csv
printf '# unit: furlong\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n64,1\n' >unit.csv
printf '# wieght: packets\n# unit: frame\n# mode: random\n# source: me\nsize,weight\n64,1\n' >key.csv
head -c 4096 /dev/urandom >noise.csv
printf '[web]\nguests=2\nprofile=imix\nshere=3\n' >key.mix
printf '[web]\nguests=0\nprofile=imix\n' >none.mix
printf '[web]\nguests=2\nprofile=nosuch\n' >profile.mix
printf '[tsim]\nguest=2\n' >key.conf
printf '[other]\nguests=2\n' >group.conf
printf '[tsim]\nhugepages=maybe\n' >bool.conf

refuse 2 'nosuch&imix' --profile nosuch
refuse 2 'nosuch.csv' --profile ./nosuch.csv
refuse 2 'zero.csv:6' --profile ./zero.csv
refuse 2 'negative.csv:6' --profile ./negative.csv
refuse 2 'word.csv:6' --profile ./word.csv
refuse 2 'long.csv:6&9216' --profile ./long.csv
refuse 2 'empty.csv' --profile ./empty.csv
refuse 2 'unit.csv:1&frame' --profile ./unit.csv
refuse 2 'key.csv:1' --profile ./key.csv
refuse 2 'noise.csv' --profile ./noise.csv
refuse 2 'fixed' --profile fixed:63000
refuse 2 'uniform' --profile uniform:1518-64
refuse 2 'genome' --profile genome:AAB
refuse 2 'key.mix:4&shere' --mix key.mix
refuse 2 'none.mix&guests' --mix none.mix
refuse 2 'profile.mix&nosuch' --mix profile.mix
refuse 2 '--mix&--profile' --mix key.mix --profile imix
refuse 2 'key.conf&\[tsim\] guest' --config key.conf
refuse 2 'group.conf&\[other\]&\[tsim\]' --config group.conf
refuse 2 'bool.conf&hugepages&maybe' --config bool.conf
refuse 2 'nosuch.conf' --config nosuch.conf
refuse 2 '--rate&500&unit' --rate 500
refuse 2 '40%&--link' --rate 40%
refuse 2 '--rate' --rate 5xpps
refuse 2 '--rate' --rate 800k..50k:50k
refuse 2 '--guests&4096' --guests 5000
refuse 2 '--guests' --guests 0
refuse 2 '--guests' --guests four
refuse 2 'token-ring&vfio' --guests vfio:2,token-ring:2
refuse 2 'guests' --guests vfio:two
refuse 2 '--vhost&off' --interface virtio --vhost maybe
refuse 2 '--port&--interface' --interface port
refuse 2 '--port&--interface' --port net_ring0 --interface null
# What guests are said to be can exist, and is said in full.
as=(--machine external --interface vhost-user --as)
refuse 2 '--as&external' --as machine=pcvm,interface=bridge
refuse 2 '--as&KEY=VALUE' "${as[@]}" pcvm
refuse 2 '--as&machine=WORD' "${as[@]}" interface=bridge
refuse 2 '--as&interface=WORD' "${as[@]}" machine=pcvm
refuse 2 '--as: machin&machine' "${as[@]}" machin=pcvm
refuse 2 '--as: machine&pcvm' "${as[@]}" machine=pcwm,interface=bridge
refuse 2 '--as: interface&bridge' "${as[@]}" machine=pcvm,interface=brigde
refuse 2 '--as&machine&twice' "${as[@]}" machine=pcvm,machine=microvm,interface=bridge
refuse 2 '--as: vhost&on or off' "${as[@]}" machine=pcvm,interface=bridge,vhost=true
refuse 2 '--as: qemu' "${as[@]}" machine=pcvm,interface=bridge,qemu=a_b
refuse 2 '--as&PCI' "${as[@]}" machine=microvm,interface=vfio,reflector=xdp
refuse 2 '--as&virtio-net' "${as[@]}" machine=pcvm,interface=vfio,vhost=on
refuse 2 '--as&omit' "${as[@]}" machine=host,interface=pnic,vhost=on
refuse 2 '--as&omit' "${as[@]}" machine=host,interface=pnic,qemu=normal
refuse 2 '--as&single guest' --guests 2 "${as[@]}" machine=host,interface=bridge,reflector=xdp
refuse 2 '--as&one interface' --guests vhost-user:2 --machine external --as machine=pcvm,interface=bridge
refuse 2 '--rep&--reps' --rep 1 --reps 2
refuse 2 '--rep&0' --rep -2
refuse 2 '--rep&9999' --rep 10000
refuse 2 '--cores: timer&--port' --cores 0/timer:1 --interface null
refuse 2 '--probes' --port net_ring0 --probes 2Gbit/s
refuse 2 '--pattern&both' --pattern sideways
refuse 2 '--descriptors&power' --descriptors 100
refuse 2 '--ramp&--rate' --ramp 1k,2kpps --rate 5kpps
refuse 2 '--ramp&max' --ramp 1kpps,max
refuse 2 'shape' --arrival weibull:shpae=1
refuse 2 'nosuch.pcap' --arrival trace:nosuch.pcap
refuse 2 'shares&equal' --guests 2 --share 1,2,3
refuse 2 'zipf' --guests 2 --share zipf:x
refuse 2 '--arrival&poisson' --arrival sometimes
refuse 2 '--duration&unit' --duration 10
refuse 2 '--cores' --cores 4090
refuse 2 '--interface&vhost-user' --interface token-ring
refuse 2 '--machine&external' --machine typewriter
refuse 2 '--mac&52:54' --mac 52:54
refuse 2 '--label' --label a/b
refuse 2 '--format&json' --format yaml
refuse 2 '--fault&drop' --fault lose=1
refuse 2 '--capture&rate' --rate max --capture c.pcap
refuse 2 '--capture&--reps' --reps 2 --capture c.pcap
refuse 2 '--mix&--guests' --mix key.mix --guests 3
refuse 2 '--fault' --interface null --fault drop=0.1
refuse 2 'unknown option&--help' --frobnicate
refuse 2 'profile' prufile

# What is too much for DPDK is told before anything is started.
"$BIN/tsim" --guests 1023 --connect-timeout 1s >stdout 2>stderr
if [ $? -ne 2 ] || ! grep -q 'at most 1022' stderr; then
	echo "1023 guests: $(cat stderr)"
	failures=1
fi

# --check and --print-config measure nothing; what is printed is a config file that says the same.
"$BIN/tsim" --guests 3 --rate 1Mpps --swap ip --check || failures=1
"$BIN/tsim" --guests 3 --rate 1Mpps --swap ip --print-config >a.conf || failures=1
"$BIN/tsim" --config a.conf --print-config >b.conf || failures=1
cmp a.conf b.conf || failures=1
"$BIN/tsim" --config a.conf --guests 5 --print-config | grep -qx guests=5 || { echo "the command line did not win"; failures=1; }
exit "$failures"
