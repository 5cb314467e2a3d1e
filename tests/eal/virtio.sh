#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Interface virtio, vhost on and off: every frame that does not come back is one that the host says it
# has dropped; guests that lose frames, die, come back, or send to each other.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# What the hosts of all interfaces of a trial have dropped since the guests said hello.
dropped='([.interface_info.interfaces[] | to_entries[] | select(.key | startswith("dropped_")).value] | add)'

# What they still have: on a busy machine the guests' process may not get its CPU while tsim drains. Then
# frames may also be on the wire, which takes so many.
queued='([.interface_info.interfaces[] | .to_tap + .to_tap_of_other - .from_guest] | add)'
ring=1024

# books WHAT: no frame is lost that nobody knows of.
books()
{
	holds "$1: lost frames are those that were refused, dropped, or are queued" "(.totals.lost - .totals.refused - $dropped)
		as \$missing | $queued as \$queued | (\$queued == 0 and \$missing == 0) or
		(\$queued > 0 and \$queued <= \$missing and \$missing <= \$queued + $ring) or
		({totals, interface_info: .interface_info} | debug | false)"
	holds "$1: none is twice, late, broken or a stranger's" '.totals | .duplicated == 0 and .reordered == 0
		and .corrupt == 0 and .foreign == 0'
}

# reflect FIRST LAST ARGUMENT...: a process that stands for these guests, in $reflector. Not tsim starts
# them, but the test: in one session (autogroup of the scheduler) they yield to tsim's threads.
reflect()
{
	local first=$1 last=$2 queues=() guest
	shift 2
	for guest in $(seq "$first" "$last"); do queues+=(--queues "s/virtio.sock@$guest"); done
	"$BIN/treflect" "${queues[@]}" --give-way "$@" >reflector.log 2>&1 &
	reflector=$!
	children+=("$reflector")
}

# host VHOST GUESTS ARGUMENT...: a tsim that waits for guests, in $tsim.
host()
{
	local vhost=$1 guests=$2
	shift 2
	rm -rf out
	"$BIN/tsim" --machine external --interface virtio --vhost "$vhost" --socket-dir "$TMP/s" --guests "$guests" \
		--profile imix --warm-up 0s --drain 4s --connect-timeout 60s "$@" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 600); do [ -S s/virtio.sock ] && return; sleep 0.1; done
	cat stderr
	fail "nobody listens"
}

# done_with STATUSES: wait for both.
done_with()
{
	local status
	wait "$tsim"
	status=$?
	wait "$reflector"
	case " $1 " in
	*" $status "*) return 0 ;;
	esac
	cat stdout stderr reflector.log
	fail "tsim: status $status, not $1"
}

# flow VHOST GUESTS: there and back, to the last frame. On a busy machine guests may have some left at the end.
flow()
{
	for _ in 1 2 3; do
		host "$1" "$2" --rate 4kpps --duration 1s
		reflect 0 $(($2 - 1))
		done_with "0 3"
		books "vhost=$1, $2 guests"
		holds "all guests in order" '.guests | all(.state == "ok" and .forwarded > 0)'
		holds "it is named" ".parameters.vhost == ($([ "$1" = on ] && echo true || echo false))"
		holds "threads are the guests' and the bridge, and took time" ".cpu.host | .threads == $2 + 1
			and .cpu_ns > 0 and .busy_cycles > 0"
		holds "what comes out went in" '.interface_info.interfaces[0] | .to_tap >= .to_guest and .to_guest >= .from_guest
			and .to_tap_of_other == 0'
		holds "what comes from guests goes out" '.interface_info.interfaces[0] | .from_guest == .to_wire + .dropped_wire_full + .dropped_no_memory'
		# QEMU takes frames one by one; vhost never has more system calls than frames.
		holds "system calls" '.interface_info.interfaces[0] | if .vhost == "off"
			then .tap_writes == .from_guest and .tap_reads > .to_guest
			else .tap_writes <= .from_guest and .tap_reads <= .to_guest + .wake_ups end'
		[ "$(trial "$queued")" != 0 ] || return 0
		echo "vhost=$1, $2 guests: the machine is busy: once more"
	done
	busy=yes
}

# overload VHOST: more than there is CPU for.
overload()
{
	host "$1" 4 --rate max --duration 1s
	reflect 0 3
	done_with "0 3"
	books "vhost=$1, rate max"
	holds "there was too much" '.totals | .lost > 0 and .forwarded > 0 and .forwarded + .lost == .offered'
}

# faults VHOST: those of guests are told as what they are. On a busy machine queues may be full at times.
faults()
{
	local guest
	for _ in 1 2 3; do
		host "$1" 3 --rate 6kpps --duration 1s
		reflect 0 2 --fault drop=0.02,corrupt=0.02,duplicate=0.02 --report report.json
		done_with "0 3"
		[ "$(trial "$dropped + .totals.refused")" != 0 ] || break
		echo "vhost=$1: the machine is busy: once more"
	done
	[ "$(trial "$dropped + .totals.refused")" = 0 ] || { busy=yes && return; }
	for guest in 0 1 2; do
		same "vhost=$1: guest $guest: offered, lost, corrupt, duplicated" \
			"$(trial ".guests[$guest] | \"\(.offered) \(.lost) \(.corrupt) \(.duplicated)\"")" \
			"$(jq -r ".guests[] | select(.guest == $guest).measured
				| \"\(.received) \(.dropped + .corrupted) \(.corrupted) \(.duplicated)\"" report.json)"
	done
}

# returns VHOST: a guest dies within a trial, another takes its place.
returns()
{
	local others
	host "$1" 3 --rate 6kpps --duration 2s --drain 3s --reps 2
	reflect 0 0
	reflect 2 2
	others=$reflector
	reflect 1 1
	until_said stderr ' 1/2 s'
	kill -9 "$reflector"
	wait "$reflector" 2>/dev/null
	sleep 0.5
	reflect 1 1
	done_with 3
	wait "$others"
	same "vhost=$1: the trial in which it died" '["ok","disconnected","ok"] true' "$(jq -c '.guests
		| map(.state | split(" ")[0]), (.[1] | .forwarded > 0 and .lost > 0)' out/*/trial_*_rep0.json | paste -sd ' ')"
	jq -e '.interface_info.interfaces[0].dropped_guest_gone > 0' out/*/trial_*_rep0.json >/dev/null ||
		fail "nobody missed the dead guest: $(jq -c .interface_info out/*/trial_*_rep0.json)"
	same "vhost=$1: the next one" '["ok","ok","ok"]' "$(jq -c '.guests | map(.state)' out/*/trial_*_rep1.json)"
	jq -e ".totals.lost == .totals.refused + $dropped and .totals.corrupt == 0" out/*/trial_*_rep1.json >/dev/null ||
		fail "the next one lost frames: $(jq -c .totals,.interface_info out/*/trial_*_rep1.json)"
}

# between_guests VHOST: guests that send to guests: the bridge has their frames go from tap to tap.
between_guests()
{
	host "$1" 4 --rate 4kpps --duration 1s --pattern between-guests
	reflect 0 3 --relay
	done_with "0 3"
	books "vhost=$1, between guests"
	holds "all of them went through two guests" '.interface_info.interfaces[0] as $i | .totals
		| $i.to_tap_of_other >= .forwarded and $i.from_guest >= 2 * .forwarded and $i.to_wire >= .forwarded'
}

busy=
for vhost in on off; do
	flow "$vhost" 4
	flow "$vhost" 32
	overload "$vhost"
	faults "$vhost"
	returns "$vhost"
	between_guests "$vhost"
done
rm -r out

# Guests that tsim starts; both kinds beside each other, and the longest frames.
tsim "0 3" --guests virtio-on:2,virtio-off:2 --profile fixed:9216 --rate 1kpps --duration 1s --warm-up 0s --drain 10s
books "two interfaces"
holds "each has its host" '[.interface_info.interfaces[].vhost] == ["on", "off"]'
[ -z "$busy" ] || { echo "skipped: the machine is too busy to count frames and faults exactly; all else passed" && exit 77; }
