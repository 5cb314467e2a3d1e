#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Names in legends: what differs stands there once, what is empty or a hash does not.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
fake=$BUILD/tests/fake_trials

# legend FILE: names of the groups, one per line.
legend()
{
	grep -B1 '^# latency share$' "$1" | grep -v -- '^--$\|^# latency share$' | sed 's/^# //'
}
# is NAMES ARGUMENT...: the distributions that are compared have these names.
is()
{
	expect 0 x.svg "$tplot" compare "${@:2}" -o x.svg
	[ "$(legend x.dat)" = "$1" ] || fail "compare ${*:2}: $(legend x.dat)"
}

"$fake" out many --guests 64 --frames 50
"$fake" out one --guests 1 --sizes 1
"$fake" out both --guests 64 --frames 50
"$fake" out both --guests 1 --sizes 1
# Labels do not say in what they differ: the legend does. The mix's digest differs as well.
sed -i 's/0123abcd/ffff0000/' out/one/trial_*.json
is $'many, 64 guests, imix\none, 1 guest, fixed-64' many one
# Nor does a label with several.
is $'1 guest, fixed-64\n64 guests, imix' both
# Names that say it are not said again.
is $'guests-1,label-both, fixed-64\nguests-64,label-both, imix' guests-1,label-both guests-64,label-both
# An empty value has no place in a name.
cp -r out/one out/plain
sed -i 's/"extra" *: *""/"extra" : "--link=10G"/' out/plain/trial_*.json
is $'one\nplain, --link=10G' one plain
expect 0 alone.svg "$tplot" compare plain -o alone.svg
has alone.svg ", --link=10G"
# One label in two trees.
mkdir -p hostA hostB
cp -r out hostA/
cp -r out hostB/
is $'hostA-out-one\nhostB-out-one' hostA/out/one hostB/out/one

# Nine curves: colours would begin again, so that there are two panels.
for guests in 1 2 3 4 5 6 7 8 9; do
	"$fake" out nine --guests $guests --sizes 1 --frames 20
done
is "$(printf '1 guest\n'; seq -f '%g guests' 2 9)" nine
has x.svg "1 guest to 5 guests"
has x.svg "6 guests to 9 guests"
same_again x
expect 0 nine.svg "$tplot" cdf nine --rate 100 -o nine.svg
has nine.svg "6 guests to 9 guests"
for guests in $(seq 10 49); do
	"$fake" out nine --guests "$guests" --sizes 1 --frames 20
done
expect 2 "too many series: 49 in 7 panels (maximum 8 per panel, 6 panels)" "$tplot" compare nine
grep -q "select by guests" said || fail "nothing to select by: $(cat said)"
expect 2 "49 groups are too many for timelines (at most 24)" "$tplot" timeline nine
expect 2 "49 groups are too many for one figure of guests" "$tplot" guests nine --form dots
finish
