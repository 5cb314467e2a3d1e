#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Interface vmux, or $interface: guests emulated and passed through, and on their way from one to the other.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
interface=${interface-vmux}
read -r a b < <(taskset -cp $$ | sed 's/.*: //' | tr ',-' '  ' | awk '{ print $1, $NF }')

# What vmux says of itself.
vmux='.interface_info.interfaces[0]'

# every_frame_is_accounted_for WHAT: trials without warm-up, as drops are not told apart by phase.
# Where mediators, guests and whatever else runs share CPUs, a guest may not get its own for seconds:
# then what it was sent lies in its queue, and no more than that can be missing.
every_frame_is_accounted_for()
{
	local missing
	holds "$1: all guests are there" '.guests | all(.state | test("^(ok|no answer after|no answer during)"))'
	missing=$(trial ".totals.lost - .totals.refused - ([$vmux.dropped[]] | add)")
	[ "$missing" -eq 0 ] || echo "note: $1: $missing frames were still in queues of guests"
	holds "$1: of lost frames, $missing were neither refused nor dropped: no more than queues hold" \
		"$missing >= 0 and $missing <= (.guests | length) * 256"
	holds "$1: none twice, none out of order, none altered" \
		'.totals | .duplicated == 0 and .reordered == 0 and .corrupt == 0 and .foreign == 0'
	holds "$1: something came back" '.totals.forwarded > 0'
}

crowds=(4 64)
[ -z "${SANITIZED-}" ] || crowds=(4)
for guests in "${crowds[@]}"; do
	tsim "0 3" --interface "$interface" --mediators 2 --guests "$guests" --rate 5kpps --duration 1s --warm-up 0s
	every_frame_is_accounted_for "emulate-all, $guests guests"
	# By default mediators run on the guests' CPUs, which would be kept from them by guests that only poll.
	grep -q "guest processes share CPUs with each other or with the host's threads" stdout ||
		fail "guests do not give way to mediators: $(cat stdout)"
	holds "all by mediators" "$vmux.passed_through == [] and $vmux.mediators == 2"
	holds "the trial's frames, and none of the hello before it" "$vmux.frames_to_guests + ([$vmux.dropped[]] | add)
		== (.totals | .offered - .refused)"
	holds "each guest had its share" '[.guests[].forwarded] | all(. > 0)'
	rm -r out
	tsim "0 3" --interface "$interface" --mediators 2 --guests "$guests" --policy passthrough:3 --rate 5kpps --duration 1s --warm-up 0s
	every_frame_is_accounted_for "passthrough, $guests guests"
	holds "three pass by the mediators" "$vmux | .passed_through == [0, 1, 2] and .switches == 0"
	holds "only frames of the others are theirs" \
		"[.guests[3:][] | .offered - .refused] as \$rest
		| (\$rest | add) as \$sent | $vmux | .frames_to_guests + ([.dropped[]] | add) == \$sent"
	rm -r out
done

# More queue pairs than guests: no mediator is needed.
tsim "0 3" --interface "$interface" --guests 2 --policy passthrough:200 --rate 5kpps --duration 500ms --warm-up 0s
every_frame_is_accounted_for "all passed through"
holds "no mediators" "$vmux | .passed_through == [0, 1] and .mediators == 0 and .cycles_per_frame == 0"
rm -r out
tsim 2 --interface "$interface" --guests 2 --policy passthrough:300
grep -q -- --vf-limit stderr || fail "no remedy: $(cat stderr)"
tsim 2 --interface "$interface" --guests 2 --policy some
grep -q 'emulate-all' stderr || fail "no remedy: $(cat stderr)"

# Far more than can be moved: what does not fit is dropped where it does not fit, and all is drained.
for policy in emulate-all passthrough:1 busiest:1:2ms; do
	tsim "0 3" --interface "$interface" --mediators 2 --guests 3 --policy "$policy" --profile fixed:64 --rate max \
		--duration 500ms --warm-up 0s
	every_frame_is_accounted_for "rate max, $policy"
	rm -r out
done

# The busy ones are passed through, wherever they are in the fleet.
cat >busy.mix <<-END
	[some]
	guests = 2
	profile = fixed:64
	share = 1
	[busy]
	guests = 2
	profile = imix
	share = 30
	[more]
	guests = 4
	profile = fixed:64
	share = 1
END
tsim "0 3" --interface "$interface" --mediators 2 --mix busy.mix --policy busiest:2 --rate 5kpps --duration 2s --warm-up 0s
every_frame_is_accounted_for "busiest"
holds "the busiest are passed through" "$vmux.passed_through == [2, 3]"
holds "that took two switches, or a few more on a busy machine" "$vmux.switches | . >= 2 and . < 10"
rm -r out

# Loads that shift all the time, and a control thread that follows each whim of theirs: guests go to
# and fro, with one receiver and with two.
for cores in "$b" "$a,$b"; do
	tsim "0 3" --interface "$interface" --mediators 2 --guests 6 --profile fixed:64 --arrival poisson \
		--policy busiest:2:1ms --rate 5kpps --duration 2s --warm-up 0s --cores "$cores" --guest-cores "$a"
	every_frame_is_accounted_for "switching, cores $cores"
	holds "guests were switched" "$vmux.switches > 10"
	rm -r out
done

# A guest that is killed is told, and is there again for the next repetition. One is passed through,
# one is not.
"$BIN/tsim" --interface "$interface" --mediators 2 --guests 4 --guests-per-process 1 --policy passthrough:2 --rate 10kpps \
	--duration 3s --warm-up 200ms --drain 300ms --reps 2 >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr ' 1/3 s'
for guest in 0 3; do
	kill -9 "$(pgrep -P "$tsim" -f -- "--first-guest=$guest ")" || fail "guest $guest has no process"
done
wait "$tsim"
same "status: done, but not trustworthy" "$?" 3
first=$(jq -c '[.guests[].state | test("^killed")]' out/default/trial_*_rep0.json)
same "who died" "$first" '[true,false,false,true]'
jq -e '.guests | all(.state == "ok" and .forwarded > 0)' out/default/trial_*_rep1.json >/dev/null ||
	fail "not all are back: $(jq -c '[.guests[].state]' out/default/trial_*_rep1.json)"
jq -e '.totals | .forwarded + .lost == .offered and .duplicated == 0 and .reordered == 0' \
	out/default/trial_*_rep*.json >/dev/null || fail "books"
