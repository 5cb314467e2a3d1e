#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests on queue pairs: every frame accounted for, faults to the frame, guests that die come again.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

# Of 200 guests histograms are of a pool.
for guests in 8 200; do
	tsim "0 3" --interface vfio --profile imix --guests "$guests" --rate 50kpps --duration 2s --warm-up 200ms
	holds "$guests guests: no loss but at queues that a busy machine left full" '.totals | .lost == .refused and .offered > 0'
	holds "$guests guests: all in order" '.guests | length == '"$guests"' and all(.state == "ok")'
	holds "nothing wrong on the way" '.totals | .corrupt == 0 and .duplicated == 0 and .reordered == 0'
	holds "the interface and what it does are told" \
		'.parameters.interface == "vfio" and (.interface_info.interfaces[0].mechanism | test("no copy"))'
	chunks=$(((guests + 4) / 5))
	# 256 buffers of 25 lines and the rings; five guests a chunk of 2 MiB.
	holds "memory is packed, and told" '.interface_info.interfaces[0] | .queue_bytes >= '"$((guests * 418000))"'
		and .queue_bytes <= '"$((chunks * 2097152))"' and .queue_bytes_on_2mib_pages <= .queue_bytes'
	# Warm-up and hello are in the reflector's account, too.
	holds "guests received what came back" '.guests as $g | .interface_info.reflectors
		| length == '"$guests"' and all(.received == .sent and .received >= $g[.guest].forwarded)'
	rm -r out
done

# The same as faults.sh, through queues: half of a guest's buffers are for sending then.
tsim "0 3" --interface vfio --profile imix --guests 5 --guests-per-process 2 --rate 50kpps --duration 2s --warm-up 0s \
	--fault drop=0.01,corrupt=0.01,duplicate=0.02,reorder=0.02:3,delay=0.05:1ms --swap ports
for guest in 0 1 2 3 4; do
	got=$(trial ".guests[$guest] | \"\(.offered - .refused) \(.lost - .refused) \(.corrupt) \(.duplicated) \(.reordered)\"")
	did=$(trial ".interface_info.reflectors[] | select(.guest == $guest).measured
		| \"\(.received) \(.dropped + .corrupted) \(.corrupted) \(.duplicated) \(.reordered)\"")
	same "guest $guest: offered, lost, corrupt, duplicated, reordered" "$got" "$did"
done
holds "every kind of fault was seen" '.totals | .lost > 0 and .corrupt > 0 and .duplicated > 0 and .reordered > 0'
rm -r out

# The longest frames, and a fleet that has others, too.
tsim "0 3" --guests vfio:3,vhost-user:2,null:1,vfio:1 --profile fixed:9216 --rate 5kpps --duration 1s --warm-up 100ms
holds "9216 bytes" '.totals | .lost == .refused and .forwarded > 0 and .corrupt == 0 and .forwarded_bytes == .forwarded * 9216'
holds "a mixed fleet" '[.guests[] | .interface] == ["vfio", "vfio", "vfio", "vhost-user", "vhost-user", "null", "vfio"]
	and (.guests | all(.state == "ok"))'
holds "each process says what it did" '[.interface_info.reflectors[].guest] | sort == [0, 1, 2, 3, 4, 6]'
rm -r out

# A guest that is killed is reported; the next repetition has it again, its queues as new.
# (revived_guests_got_a_freed_mac: they were started again with what was left of the first start.)
"$BIN/tsim" --interface vfio --guests 4 --guests-per-process 1 --rate 20kpps --duration 3s --warm-up 200ms \
	--drain 300ms --reps 2 >stdout 2>stderr &
tsim=$!
children+=("$tsim")
until_said stderr ' 1/3 s'
pkill -9 -P "$tsim" -f -- "--first-guest=1 " || fail "guest 1 has no process"
wait "$tsim"
same "status: done, but not trustworthy" "$?" 3
first=$(jq -c '[.guests[].state | sub(" at .*"; "")]' out/*/trial_*rep0.json)
same "the first repetition" "$first" '["ok","killed by signal 9","ok","ok"]'
jq -e '.totals | .forwarded + .lost == .offered' out/*/trial_*rep0.json >/dev/null || fail "the books do not balance"
jq -e '.guests | all(.state == "ok" and .forwarded > 0 and .lost == .refused)' out/*/trial_*rep1.json >/dev/null ||
	fail "guest 1 did not come back: $(jq -c '[.guests[] | [.state, .lost, .refused]]' out/*/trial_*rep1.json)"
