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
# One label in two trees.
mkdir -p hostA hostB
cp -r out hostA/
cp -r out hostB/
is $'hostA-out-one\nhostB-out-one' hostA/out/one hostB/out/one

# A curve for each of nine: colours would begin again, and the message says what to select by.
for guests in 1 2 3 4 5 6 7 8 9; do
	"$fake" out nine --guests $guests --sizes 1 --frames 20
done
expect 2 "9 series, but at most 8" "$tplot" compare nine
grep -q "select by guests" said || fail "nothing to select by: $(cat said)"
expect 2 "9 series" "$tplot" cdf nine --rate 100
finish
