#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Captures of known frames become profiles that tsim accepts, with the shares that were captured.
# shellcheck source=tests/cli/tanalyze_lib.sh
. "$(dirname "$0")/tanalyze_lib.sh"

# le32 NUMBER...: as bytes, written as printf wants them.
le32()
{
	local n
	for n; do
		printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((n & 255)) $((n >> 8 & 255)) \
			$((n >> 16 & 255)) $((n >> 24 & 255))
	done
}
# head LINK_TYPE: of a pcap file with times in ns.
head_of()
{
	printf '%b' "$(le32 0xa1b23c4d 0x00040002 0 0 96 "$1")"
}
# frame NS LEN SRC DST: 34 bytes of it were captured; SRC and DST are the last bytes of MAC and IP.
frame()
{
	local ip='\x08\x00\x45\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'
	printf '%b' "$(le32 1700000000 "$1" 34 "$2")" \
		'\x52\x54\x00\x00\x00' "$(printf '\\x%02x' "$4")" '\x52\x54\x00\x00\x00' \
		"$(printf '\\x%02x' "$3")" "$ip" '\x0a\x00\x00' "$(printf '\\x%02x' "$3")" \
		'\x0a\x00\x00' "$(printf '\\x%02x' "$4")"
}

{
	head_of 1
	for ((i = 0; i < 7; i++)); do frame "$i" 60 1 2; done
	for ((i = 7; i < 11; i++)); do frame "$i" 590 2 1; done
	frame 500000000 1514 1 2
} >imix.pcap
"$tanalyze" profile from-pcap imix.pcap -o imix.profile 2>said || fail "from-pcap ends with $?"
grep -qF -- '--profile ./imix.profile' said || fail "how to use it is not said: $(cat said)"
grep -q '^# source: imix.pcap, 12 frames in 0.500000000 s, the first at 2023-11-14T22:13:20.000000000Z' \
	imix.profile || fail "where it comes from is not in it: $(cat imix.profile)"
[ "$(sed '1,/^size/d' imix.profile | tr '\n' ' ')" = "64,7 594,4 1518,1 " ] || fail "the counts are others"
"$tanalyze" profile from-pcap imix.pcap | cmp - imix.profile || fail "standard output has another profile"

# What is there and equal is fine; somebody's work is not written over, nor is the capture.
"$tanalyze" profile from-pcap imix.pcap -o imix.profile 2>/dev/null || fail "the same once more fails"
expect 1 "not overwritten" "$tanalyze" profile from-pcap imix.pcap -o imix.profile --direction 10.0.0.1:in
expect 1 "not overwritten" "$tanalyze" profile from-pcap imix.pcap -o imix.pcap

# Hosts, by both kinds of address.
for by in host ip; do
	"$tanalyze" profile from-pcap imix.pcap --by "$by" -o "by $by" -f csv >"$by.csv" || fail "--by $by ends with $?"
done
grep -q '^1,52:54:00:00:00:01,8,1966,245.75,2,' host.csv || fail "--by host: $(cat host.csv)"
grep -q '^1,10.0.0.2,4,2376,594,1,' ip.csv || fail "--by ip: $(cat ip.csv)"
[ "$(sed '1,/^size/d' 'by ip/imix-10-0-0-1.csv' | tr '\n' ' ')" = "64,7 1518,1 " ] || fail "the profile of 10.0.0.1 is another"
cmp <(sed '1,/^size/d' 'by host/imix-52-54-00-00-00-02.csv') <(echo 594,4) || fail "the profile of :02 is another"
for direction in 10.0.0.1:in 52:54:00:00:00:02:out; do
	"$tanalyze" profile from-pcap imix.pcap --direction "$direction" | sed '1,/^size/d' | cmp - <(echo 594,4) ||
		fail "--direction $direction picks others"
done
expect 1 "none of 12 frames" "$tanalyze" profile from-pcap imix.pcap --direction ::1:out

# Few rows: nothing is lost.
[ "$("$tanalyze" profile from-pcap imix.pcap --classes 1 | tail -n 1)" = "64-1518,12" ] || fail "one row has not all frames"
[ "$("$tanalyze" profile from-pcap imix.pcap --classes 2 | tail -n 2 | tr '\n' ' ')" = "64,7 594-1518,5 " ] || fail "two rows are others"

# Broken ones leave nothing.
mkdir none
head -c -5 imix.pcap >cut.pcap
{ head_of 113 && frame 0 60 1 2; } >any.pcap
head_of 1 >empty.pcap
echo "not a capture at all, but text" >text.pcap
{ head_of 1 && frame 0 65000 1 2; } >tso.pcap
expect 1 "read error after frame 11" "$tanalyze" profile from-pcap cut.pcap -o none/p
expect 1 "read error after frame 11" "$tanalyze" profile from-pcap cut.pcap --by host -o none
expect 1 "expected link type Ethernet, got LINUX_SLL" "$tanalyze" profile from-pcap any.pcap -o none/p
expect 1 "no frames" "$tanalyze" profile from-pcap empty.pcap -o none/p
expect 1 "not a capture" "$tanalyze" profile from-pcap text.pcap -o none/p
expect 1 "not a capture" "$tanalyze" profile from-pcap none -o none/p
expect 1 "cannot open" "$tanalyze" profile from-pcap missing.pcap -o none/p
[ -z "$(ls -A none)" ] || fail "something was left: $(ls -A none)"
expect 3 "longer than 9216 bytes" "$tanalyze" profile from-pcap tso.pcap
expect 1 "write failed" "$tanalyze" profile from-pcap imix.pcap -o imix.pcap/p

expect 2 "from-pcap FILE" "$tanalyze" profile imix.pcap
expect 2 "from-pcap FILE" "$tanalyze" profile from-pcap
expect 2 "expected an integer from 1 to 64" "$tanalyze" profile from-pcap imix.pcap --classes 65
expect 2 "expected host, ip" "$tanalyze" profile from-pcap imix.pcap --by port
expect 2 "does not end with :in or :out" "$tanalyze" profile from-pcap imix.pcap --direction 10.0.0.1
expect 2 "does not begin with a MAC" "$tanalyze" profile from-pcap imix.pcap --direction vm1:out
expect 2 "--format requires --by" "$tanalyze" profile from-pcap imix.pcap -f csv

# tsim takes the profile, and finds the shares and the mean in it (there is none without DPDK).
[ -x "$BIN/tsim" ] || finish
"$BIN/tsim" profile ./imix.profile --format json >report.json || fail "tsim does not accept it"
jq -e '.mean_frame_len > 361.833 and .mean_frame_len < 361.834' report.json >/dev/null ||
	fail "another mean than 361.83: $(cat report.json)"
"$BIN/tsim" profile ./imix.profile | tr -s ' ' | grep -q '58\.33' || fail "the share of 64 bytes is not 7 in 12"
finish
