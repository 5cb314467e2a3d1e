#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The fault reflector's own account equals what tsim saw, guest by guest, to the frame.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

tsim "0 3" --profile imix --guests 5 --guests-per-process 2 --rate 50kpps --duration 2s --warm-up 0s \
	--fault drop=0.01,corrupt=0.01,duplicate=0.02,reorder=0.02:3,delay=0.05:1ms --swap ports
for guest in 0 1 2 3 4; do
	# What a full queue refused never reached the reflector: the machine may be busy.
	got=$(trial ".guests[$guest] | \"\(.offered - .refused) \(.lost - .refused) \(.corrupt) \(.duplicated) \(.reordered)\"")
	did=$(trial ".interface_info.reflectors[] | select(.guest == $guest).measured
		| \"\(.received) \(.dropped + .corrupted) \(.corrupted) \(.duplicated) \(.reordered)\"")
	same "guest $guest: offered, lost, corrupt, duplicated, reordered" "$got" "$did"
done
holds "every kind of fault was seen" '.totals | .lost > 0 and .corrupt > 0 and .duplicated > 0 and .reordered > 0'
holds "none was turned away" '[.interface_info.reflectors[].measured.passed_full] | add == 0'
holds "sizes share the faults" '.totals as $t | [.guests[].sizes[]]
	| ([.[].lost] | add) == $t.lost and ([.[].duplicated] | add) == $t.duplicated
	and ([.[].reordered] | add) == $t.reordered'
holds "guests differ" '[.guests[].lost] | unique | length > 1'
rm -r out

# A delay of 1 ms shows up as 1 ms.
tsim "0 3" --profile fixed:64 --guests 1 --rate 10kpps --duration 2s --warm-up 200ms --fault delay=1:1ms
# The fastest frame is asserted, as a busy machine adds to all others.
holds "the fastest took 1 ms" '.latency.min_ns | . >= 1000000 and . < 1100000'
holds "a delay that is the same for all reorders nothing" '.totals | .reordered == 0 and .lost == .refused'
rm -r out

# A guest that holds more frames than it has memory for takes no more, and gives back all it took.
tsim "0 3" --profile imix --guests 1 --rate 100kpps --duration 1500ms --warm-up 0s --drain 4s --fault delay=1:2s
holds "its memory was full, and is given back" '.totals | .refused > 10000 and .lost == .refused and .forwarded > 30000'
holds "it sent all it received" '.interface_info.reflectors[0].measured | .received == .sent'
