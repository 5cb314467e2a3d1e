#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Which options go together: what is refused, by --check and by a run in the same words with status 2,
# and what is taken by --check on whatever machine.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"

long=$(printf 'x%.0s' {1..120})
nb=0

# refused WORD OPTION...: and WORD is among what is said.
refused()
{
	local word=$1
	shift
	nb=$((nb + 1))
	expect 2 "$word" "$BIN/tsim" "$@" --check
	[ "$got" -eq 2 ] || return
	mv said checked
	expect 2 "$word" "$BIN/tsim" "$@" --out out
	cmp -s said checked || fail "tsim $*: says '$(cat said)', with --check '$(cat checked)'"
	[ ! -e out ] || fail "tsim $*: made an output directory"
}

taken()
{
	nb=$((nb + 1))
	"$BIN/tsim" "$@" --check >said 2>&1 </dev/null || fail "tsim $* --check: status $?: $(cat said)"
	[ ! -s said ] || fail "tsim $* --check: says $(cat said)"
}

# A mix file, and a capture for a trace.
printf '[a]\nguests=2\nprofile=imix\narrival=poisson\ninterface=vfio\n[b]\nguests=1\nprofile=fixed:64\n' >two.mix
printf '[a]\nguests=2\nprofile=imix\narrival=poisson\ninterface=vfio\n' >own.mix
{
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0'
	for second in 1 2 3; do
		printf '%b' "\\x0$second\\0\\0\\0\\0\\0\\0\\0\\x3c\\0\\0\\0\\x3c\\0\\0\\0"
		head -c 60 /dev/zero
	done
} >a.pcap

# Rates, ramps, sweeps.
refused 'unit missing' --rate 500
refused 'unknown unit' --rate foo,1furlong --rate 10furlongs
refused 'add --link 10G' --rate 40%
refused 'add --link 10G' --ramp 10%..40%:10%
refused 'above 1000% of the link' --rate 1001% --link 10G
refused 'end below start' --rate 50k..10k:5k
refused 'without a step' --ramp 10k..50k
refused "--ramp: 'max'" --ramp 1k,2kpps,max
refused 'use 1.5Mpps' --rate 1,5Mpps
refused '10Gbit/s or 10Gpps' --rate 10G
refused "did you mean 'imix'" --profile IMIX
refused 'below 1 frame per second' --rate 0.5pps
refused 'below 1 frame per second' --rate 1kbit/s --profile fixed:9216
refused 'departures' --ramp 10Mpps,20Mpps
refused 'changes its state' --arrival onoff:on=1us,off=1us --guests 4 --duration 1h
refused 'outside 1M' --link 100k
taken --rate 120% --link 10G
taken --rate 10k
taken --rate 10k,1M,20kpps
taken --rate 50k..800k:50k
taken --ramp 50k..500k:50k
taken --rate 20Gbit/s --link 10G
# Shares and times.
refused 'a comma separates shares' --share 1,5
refused 'expected 3, one per guest, got 2' --guests 3 --share 1,5
refused "unknown unit 'm'" --duration 90m
refused 'unit missing (ns, us, ms, s, min, h)' --duration 10
refused "decimal separator is '.'" --duration 1,5s
refused 'above 72h' --duration 73h
taken --duration 72h --warm-up 1h
# Machine and interface.
refused "'bridge' requires --machine pcvm, microvm or host" --interface bridge
refused "'vmux-pt' requires --machine pcvm" --guests vmux-pt:2
refused "'null' requires --machine process" --machine pcvm --interface null
refused "'vfio' requires --machine process or pcvm" --machine microvm --interface vfio
refused "'pnic' requires --machine host" --machine external --interface pnic
refused '[host] test_iface' --machine pcvm --interface vfio
refused 'machine host supports a single guest' --machine host --interface bridge --guests 2
refused 'one interface for all guests' --machine pcvm --guests bridge:2
refused 'omit --machine' --machine external --interface null
refused "did you mean 'pcvm'?" --machine pcwm
taken --machine pcvm --interface bridge --guests 4
taken --machine microvm --interface macvtap --vhost on
taken --machine host --interface pnic
# MACs: unicast, those of all guests, and not the generator's.
refused 'the broadcast address' --mac ff:ff:ff:ff:ff:ff
refused 'a multicast address' --mac 01:00:5e:00:00:01
refused 'all zero' --mac 00:00:00:00:00:00
refused 'guest 1 would have ff:00:00:00:00:00' --mac fe:ff:ff:ff:ff:ff --guests 2
refused 'the broadcast address' --mac ff:ff:ff:ff:ff:ff --machine pcvm --interface bridge
taken --mac 52:54:00:ff:ff:ff --guests 4
# Ports and sockets.
refused 'expected a PCI address' --port nonsense
refused 'expected a PCI address' --port 0000:81:00
refused 'omit --machine' --port 0000:81:00.0 --machine process
refused 'omit --machine' --port 0000:81:00.0 --machine pcvm --interface bridge
refused 'require each other' --port net_ring0 --guests vhost-user:2
taken --port 0000:81:00.0 --guests 64 --cores load:2-4/timer:5/rx:6-7
taken --port 81:00.0,rx_vec=1
taken --port net_af_packet0,iface=eth1 --mac 52:54:00:12:34:56
refused 'socket path too long' --socket-dir "/tmp/$long"
refused 'guest-100.sock' --socket-dir "/tmp/${long::88}" --guests 101
taken --socket-dir "/tmp/${long::88}" --guests 100
taken --socket-dir '/tmp/a,b[c]'
# CPUs are this machine's affair; how their words are put is not.
taken --cores 1000-1002 --guest-cores 1003
refused 'for timer and rx' --port net_ring0 --cores load:0/rx:1/timer:1
refused 'for load and rx' --cores load:0/rx:0
# Captures and notes.
refused 'single trial' --capture x.pcap --reps 2
refused 'single trial' --capture x.pcap --rate 1k,2k
refused 'does not work with --rate max' --capture x.pcap --rate max
refused "'a' given twice" --note a=1 --note a=2
refused 'invalid directory name' --label "$long$long$long"
refused 'a name for the trials of a search' --label search-12
# Options without effect.
refused '--profile: no effect' --arrival trace:a.pcap --profile imix
refused '--arrival: no effect' --mix own.mix --arrival weibull
refused '--arrival: no effect' --rate max --arrival poisson
refused '--slack: no effect' --rate max --slack 1ms
refused '--interface: no effect' --guests vfio:8 --interface vmux
refused '--interface: no effect' --mix own.mix --interface vhost-user
refused '--mtu: no effect' --mtu 1500
refused '--vhost: no effect' --interface vfio --vhost on
refused '--vhost: no effect' --guests virtio-on:2,vfio:1 --vhost off
refused '--vhost: no effect' --machine pcvm --interface vhost-user --vhost off
refused '--qemu, --ioregionfd: no effect' --machine host --interface bridge --qemu a:
refused '--qemu, --ioregionfd, --reflector' --reflector xdp
refused '--policy: no effect' --policy busiest:2
refused '--vf-limit: no effect' --interface vmux --vf-limit 8
refused '--mediators: no effect' --mediators 3
refused '--mediators: no effect' --interface vmux --guests 2 --mediators 3
refused '--mediators: no effect' --interface vmux --guests 4 --policy passthrough:4 --mediators 2
refused '--mediators: no effect' --guests vmux:2,vmux-virtio:2 --mediators 5
refused '--mediators: no effect' --guests vmux:2,vmux-virtio:2 --policy passthrough:4 --mediators 2
refused '--pattern: no effect' --guests vmux:1,vfio:1 --pattern between-guests
refused '--mediators: no effect' --machine pcvm --interface bridge --mediators 2
refused '--descriptors: no effect' --machine external --descriptors 512
refused '--descriptors: no effect' --interface null --descriptors 512
refused '--socket-dir: no effect' --interface null --socket-dir /tmp/s
refused '--probes: no effect' --probes 5kpps
refused '--probes: no effect' --port net_ring0 --probes 5kpps:ptp
taken --port 0000:81:00.0 --cores 2/timer:3 --probes 100pps:ptp
refused "unknown kind 'gps'; expected ptp" --port net_ring0 --cores 0/timer:1 --probes 5kpps:gps
refused 'ptp requires all guests behind --port' --probes 5kpps:ptp
refused 'ptp requires --pattern to-guests' --port net_ring0 --guests 2 --cores 0/timer:1 --probes 5kpps:ptp \
	--pattern between-guests
refused '--guests-per-process: no effect' --machine external --guests-per-process 2
refused '--guest-driver: no effect' --machine external --guest-driver dpdk
refused '--guest-driver: no effect' --interface vfio --guest-driver dpdk
refused '--guest-driver: no effect' --machine pcvm --interface vhost-user --guest-driver dpdk
refused '--guests-per-process: DPDK supports' --guests 64 --guest-driver dpdk --guests-per-process 32
refused '--guests-per-process: DPDK supports' --interface vmux-virtio --guests 64 --guest-driver dpdk --guests-per-process 32
refused '1200 vhost-user guests: librte_vhost supports at most 1022' --guests vhost-user:600,vmux-virtio:600
refused '600 vhost-user guests: librte_vhost supports at most 511' --machine external --guests vhost-user:300,vmux-virtio:300
refused '--host-cores: no effect' --interface vfio --host-cores 0
refused '--guest-pids: no effect' --guest-pids 1
refused '--host-pids: expected PIDs' --machine external --host-pids vmux
refused '--connect-timeout: no effect' --interface null --connect-timeout 5s
refused '--pattern: no effect' --pattern between-guests
refused '--pattern: no effect' --guests vfio:1,vmux:1 --pattern both
refused '--pattern: no effect' --interface null --guests 2 --pattern both
refused '--pattern: no effect' --guests vfio:2,null:2 --pattern both
refused '--pattern: no effect' --machine pcvm --interface bridge --guests 2 --pattern both
refused 'corrupt requires --payload zero' --payload none --fault corrupt=0.01
refused "'ones'" --payload ones
refused '--bursts: requires --suite rfc2544' search --bursts 3
refused 'single frame lengths' search --suite rfc2544 --profile uniform:64-128
refused 'single frame lengths' search --suite rfc2544 --mix own.mix --arrival cbr
refused 'expected a loss alone' search --suite rfc2544 --goal loss=0,p99=1ms
refused 'requires --arrival cbr' search --suite rfc2544 --arrival poisson
taken search --suite rfc2544 --profile rfc2544 --bursts 3
taken --payload none --fault drop=0.01
taken --payload zero --fault corrupt=0.01
taken search --payload none
taken --arrival trace:a.pcap
taken --mix two.mix --arrival weibull --interface vmux
taken --rate max --arrival poisson --link 10G
taken --rate max --guests 2 --share 2,1
taken --interface vmux --guests 4 --policy passthrough:3 --mediators 2
taken --interface vmux-virtio --guests 4 --policy busiest:2 --vf-limit 2 --mediators 4 --host-cores 0 --guest-driver dpdk
taken --machine external --interface vmux-virtio --guests 2 --policy passthrough:1 --mediators 2 --socket-dir /tmp/s
taken --guests vmux:2,vmux-virtio:2,vhost-user:2 --policy passthrough:1 --mediators 4
taken --guests vmux:1,vmux-virtio:1 --pattern between-guests
taken --guests virtio:2,virtio-on:1 --vhost off --host-cores 0
taken --interface vmux --guests 4 --policy busiest:2 --vf-limit 2 --mediators 4 --descriptors 512
taken --guests vfio:2,vmux:1 --pattern both
taken --descriptors 512
taken --profile genome:az --mtu 1518
taken --interface null --guest-cores 0 # tsim's main thread runs there
taken --guests 4 --guest-cores 0 --guests-per-process 2 --connect-timeout 5s
taken --guests 64 --guest-driver builtin --guests-per-process 64
taken --guests vfio:64,vhost-user:2 --guest-driver dpdk --guests-per-process 31
# What is the default is as good as not said, so that what --print-config prints is taken.
taken --mediators 1 --vf-limit 256 --descriptors 256
for options in "" "--interface vmux --guests 2 --mediators 2" "--arrival trace:a.pcap" "--guests vfio:2,null:1" \
	"--port net_ring0 --cores 0/timer:1 --probes 2k" "--machine pcvm --interface bridge" "--rate max"; do
	# shellcheck disable=SC2086 # words
	"$BIN/tsim" $options --print-config >a.conf || fail "tsim $options --print-config"
	taken --config a.conf
	"$BIN/tsim" --config a.conf --print-config | cmp -s - a.conf || fail "tsim $options: another --print-config"
done
[ "$nb" -gt 100 ] || fail "only $nb combinations were tried"
finish
