#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot compare and overview of trials that differ in more than what is compared: panels in a grid.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
"$BUILD/tests/tplot_trials" out || exit 1

# blocks FILE: the groups of a data file, one a line.
blocks()
{
	grep '^# ' "$1" | grep -v '^# load \|^# One block\|^# ns, \|^# In column'
}

# is FILE LINES: its groups are these.
is()
{
	[ "$(blocks "$1")" = "$2" ] || fail "$1 has the groups $(blocks "$1")"
}

# Panels as in the paper: rows are interfaces, columns vhost; each has both groups.
expect 0 grid.svg "$tplot" compare guests-1 guests-2 --dir out/grid -o grid.svg
is grid.dat "# guests-1 | bridge, vhost off
# guests-1 | bridge, vhost on
# guests-1 | macvtap, vhost off
# guests-1 | macvtap, vhost on
# guests-2 | bridge, vhost off
# guests-2 | bridge, vhost on
# guests-2 | macvtap, vhost off
# guests-2 | macvtap, vhost on"
[ "$(grep -c '^plot ' grid.gp)" -eq 8 ] || fail "not four pairs of panels"
[ "$(grep '^set xrange' grid.gp | sort -u | wc -l)" -eq 1 ] || fail "loads have several ranges"
[ "$(grep '^set yrange' grid.gp | sort -u | wc -l)" -eq 2 ] || fail "panels differ in their ranges"
[ "$(grep -c "^set xlabel" grid.gp)" -eq 2 ] || fail "not one label below each column"
[ "$(grep -o ">guests-[12]<" grid.svg | sort | uniq -c | awk '{ print $1 }' | xargs)" = "1 1" ] ||
	fail "not one legend for all panels"
grep -q "macvtap, vhost on" grid.svg || fail "a panel has no title"

# The same numbers stand in one pair of panels, if that is asked for.
expect 0 flat.svg "$tplot" compare guests-1 guests-2 --dir out/grid --no-facets -o flat.svg
cmp <(grep '^[0-9]' grid.dat | sort) <(grep '^[0-9]' flat.dat | sort) ||
	fail "a grid has other numbers"
[ "$(grep -c '^plot ' flat.gp)" -eq 2 ] || fail "--no-facets makes panels"
blocks flat.dat | grep -qx "# guests-2, macvtap, vhost on" || fail "the legend does not say what differs"

# Rows and columns by name; what is in none of them is in the legend.
expect 0 given.svg "$tplot" compare grid --facets interface,guests -o given.svg
is given.dat "# vhost off | bridge, 1 guest
# vhost off | bridge, 2 guests
# vhost on | bridge, 1 guest
# vhost on | bridge, 2 guests
# vhost off | macvtap, 1 guest
# vhost off | macvtap, 2 guests
# vhost on | macvtap, 1 guest
# vhost on | macvtap, 2 guests"
expect 2 "did you mean 'interface'?" "$tplot" compare grid --facets interfaces,
expect 2 "ROWS,COLUMNS" "$tplot" compare grid --facets a,b,c
expect 2 "mutually exclusive" "$tplot" compare grid --no-facets --facets vhost,
expect 2 "give at least" "$tplot" compare grid --facets interface,guests --height 300
expect 2 "give at least" "$tplot" compare grid --facets ,interface+guests+vhost --width 500

# An overview: one folder, all its series.
expect 0 overview-grid.svg "$tplot" overview grid
[ "$(blocks overview-grid.dat | sort -u | wc -l)" -eq 8 ] || fail "an overview lacks series"
blocks overview-grid.dat | grep -qx "# 2 guests | macvtap, vhost on" || fail "an overview says the folder's name"
expect 0 all.svg "$tplot" overview out/matrix/all -o all.svg
is all.dat "# vhost off
# vhost on"
expect 2 "unexpected argument 'slow'; expected NAME" "$tplot" overview grid slow
expect 2 "expected NAME" "$tplot" overview
expect 1 nosuch "$tplot" overview nosuch
# Single loads are points all the same.
expect 0 even.svg "$tplot" overview even -o even.svg
grep -q "loss (%)" even.svg || fail "a single load is not drawn"

# Loads: measured, or as they were intended. The trials offer exactly what was intended.
grep -q "offered load (kpps)" grid.svg || fail "the axis does not say which load"
expect 0 x.svg "$tplot" compare slow fast --x nominal -o x.svg
grep -q "nominal load (kpps)" x.svg || fail "the axis does not say nominal"
grep -q "using 1:3 " x.gp || fail "--x nominal draws another column"
expect 0 o.svg "$tplot" compare slow fast -o o.svg
grep -q "using 2:3 " o.gp || fail "the offered load is not drawn"
cmp x.dat o.dat || fail "--x changes the data"
expect 2 "--x: invalid value 'y'; expected offered, nominal" "$tplot" compare slow --x y
expect 2 "expected nearest, linear" "$tplot" compare slow --quantile cubic
expect 2 "expected exact, autotest" "$tplot" compare slow --loss some
# Another rule gives other percentiles, of about the same size.
expect 0 l.svg "$tplot" compare slow fast --quantile linear -o l.svg
grep -q "percentiles by the linear rule" l.svg || fail "the rule is not said"
paste <(grep '^[0-9]' o.dat) <(grep '^[0-9]' l.dat) |
	awk '{ for (i = 3; i <= 6; i++) { d = $(i + 16) / $i; bad += d < 0.98 || d > 1.02; other += d != 1 } }
		END { exit bad > 0 || other == 0 }' || fail "--quantile linear has other percentiles"
# autotest's metric of our own logs: at 8 kpps 3 of 4 Mbit/s, whatever the packets say.
expect 0 a.svg "$tplot" compare slow fast --loss autotest -o a.svg
grep -q "autotest's metric" a.gp || fail "the axis does not say whose loss it is"
awk '$1 == 8000 { print $12; exit }' a.dat | grep -qx "0.25" || fail "the metric is not autotest's"
awk '$1 == 8000 { print $12; exit }' o.dat | grep -qx "0.24[0-9]*" || fail "the exact loss is not"
finish
