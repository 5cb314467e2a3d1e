#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot --by: a series for each interface, group, frame size and guest of a fleet.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
"$BUILD/tests/strips_trials" out || exit 1
rm -r out/old
"$BUILD/tests/fake_trials" out one --guests 12 --reps 4 --fleet --loss 0.001 --worst 7 || exit 1
"$BUILD/tests/fake_trials" out plain --guests 1 --sizes 1 || exit 1

# A fleet alone is split by interface without being asked; its loads are those of all guests.
expect 0 compare-fleet.svg "$tplot" compare fleet
has compare-fleet.svg "vhost-user (2 guests)"
has compare-fleet.svg "vmux (2 guests)"
has compare-fleet.svg "offered load of all guests (kpps)"
has compare-fleet.svg "fleet by interface"
same_again compare-fleet
[ "$(grep -v '^#' compare-fleet.dat | awk 'NF > 2 { printf "%.0f ", $2 }')" = "100100 200200 100100 200200 " ] ||
	fail "other loads: $(cat compare-fleet.dat)"
expect 0 whole.svg "$tplot" compare fleet --by none -o whole.svg
hasnt whole.svg "vmux (2 guests)"
has whole.svg "offered load (kpps)"
expect 0 compare-by-group-fleet.svg "$tplot" compare fleet --by group
has compare-by-group-fleet.svg "calm (2 guests)"
expect 0 size.svg "$tplot" compare fleet --by size -o size.svg
for size in '64 B' '65-594 B' '1518 B'; do has size.svg "$size"; done

# Two names: nothing is split but by request, which a remark names.
expect 0 two.svg "$tplot" compare fleet sweep -o two.svg
grep -qF -- "--by interface" said || fail "no remark: $(cat said)"
hasnt two.svg "vmux (2 guests)"
expect 0 two.svg "$tplot" compare fleet sweep --by interface -o two.svg
has two.svg "fleet, vmux (2 guests)"
has two.svg "sweep, vhost-user (16 guests)"

# More than 8 guests: the worst.
expect 0 guest.svg "$tplot" cdf one --by guest -o guest.svg
grep -qF -- "one: the 8 worst of 12 guests are drawn (7, " said || fail "no remark: $(cat said)"
has guest.svg "guest 7 (vmux)"
[ "$(grep -o '>guest [0-9]* ' guest.svg | sort -u | wc -l)" -eq 8 ] || fail "not 8 guests"

expect 0 cdf.svg "$tplot" cdf fleet --rate 100 -o cdf.svg
has cdf.svg "vmux (2 guests)"
expect 0 box.svg "$tplot" box one -o box.svg
has box.svg "vmux (6 guests)"
has box.svg "nominal load of all guests (kpps)"
expect 0 dots.svg "$tplot" guests one -o dots.svg
has dots.svg "vhost-user (6 guests)"
expect 0 strip.svg "$tplot" guests fleet --by interface -o strip.svg
has strip.svg "vmux (2 guests)"
has strip.svg "load of all guests (kpps)"
expect 0 strip.svg "$tplot" guests fleet -o strip.svg
hasnt strip.svg "vmux (2 guests)"
expect 0 time.svg "$tplot" guests label-fleet,rate-100 --form time --by interface -o time.svg
[ "$(awk '/^[0-9]/ { print $8 }' time.dat | sort -un | tr '\n' ' ')" = "0 1 2 3 " ] || fail "other guests"

# Seconds: rates, loss and mean latency of guests. Guests 1 and 3: means of 2 and 4 us.
expect 0 t.svg "$tplot" timeline label-fleet,rate-100 --by interface -o t.svg
has t.svg "vmux (2 guests)"
has t.svg "mean latency"
has t.svg "no percentiles per guest and second"
[ "$(awk '/^1 / { print $2, $3, $4, $8 }' t.dat | sort -u | tr '\n' ';')" = "200 200 0 2000;200 200 0 3000;" ] ||
	fail "other seconds: $(cat t.dat)"
expect 0 t.svg "$tplot" timeline label-fleet,rate-100 -o t.svg
grep -qF -- "--by interface" said || fail "no remark: $(cat said)"
has t.svg "99th percentile"
expect 2 "not per frame size" "$tplot" timeline fleet --by size
expect 1 "no timeline" "$tplot" timeline one --by interface

# What cannot be split.
expect 2 "expected none, interface, group, size, guest" "$tplot" compare fleet --by port
expect 1 "'sweep' has a single interface (vhost-user)" "$tplot" compare sweep --by interface
expect 1 "'sweep' has no groups" "$tplot" box sweep --by group
expect 1 "'plain' has a single size (64 B)" "$tplot" compare plain --by size
expect 1 "'plain' has a single guest (0)" "$tplot" cdf plain --by guest
expect 2 "--by guest" "$tplot" guests fleet --by guest
expect 2 "--by interface: autotest" "$tplot" compare fleet --by interface --loss autotest
expect 0 loss.svg "$tplot" compare fleet --loss autotest -o loss.svg
autotest_results
expect 1 "results of autotest have totals only, no interfaces" "$tplot" compare vhost-on --by interface --dir autotest/gr

# A recipe.
printf '[figure]\ntitle = By\nby = group\n[all]\nselect = label-fleet\n' >by.conf
expect 0 by.svg "$tplot" figure ./by.conf --dir out -o by.svg
has by.svg "calm (2 guests)"
sed -i 's/by = group/by = groups/' by.conf
expect 2 "did you mean 'group'" "$tplot" figure ./by.conf --dir out

# A report.
expect 0 report-fleet.html "$tplot" report fleet
has report-fleet.html '<h2 id="slices-heading">By interface</h2>'
has report-fleet.html "<td>vmux (2 guests)</td>"
has report-fleet.html "tplot compare --by none fleet"
has report-fleet.html "tplot compare --by interface fleet"
expect 0 report-sweep "$tplot" report label-sweep,rate-100 -o report-sweep.html
hasnt report-sweep.html "By interface"
finish
