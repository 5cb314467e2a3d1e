#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot, from trials to figures that gnuplot draws.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
"$BUILD/tests/tplot_trials" out || exit 1

# Sweeps: two panels.
expect 0 compare-slow-fast.svg "$tplot" compare slow fast
[ "$(cat said)" = compare-slow-fast.svg ] || fail "more than the name is printed: $(cat said)"
has compare-slow-fast.svg " µs<"
has compare-slow-fast.svg "load (kpps)"
has compare-slow-fast.svg "loss (%)"
has compare-slow-fast.svg "slow against fast"
has compare-slow-fast.svg "hollow: unreliable trial"
[ "$(grep -c '^[0-9]' compare-slow-fast.dat)" -eq 16 ] || fail "not 16 points"
same_again compare-slow-fast

# Names: selectors within a folder, a path, and one name whose trials differ.
expect 0 vhost "$tplot" compare vhost-on vhost-off --dir out/matrix
[ "$(grep -c '^[0-9]' compare-vhost-on-vhost-off.dat)" -eq 16 ] || fail "selectors: not 16 points"
expect 0 compare-all.svg "$tplot" compare out/matrix/all
has compare-all.gp "'vhost off'"
has compare-all.gp "'vhost on'"
# The same numbers, whatever they are called.
numbers()
{
	grep '^[0-9]' "$1" | sort
}
cmp <(numbers compare-vhost-on-vhost-off.dat) <(numbers compare-all.dat) ||
	fail "the same trials have other numbers by another name"

# One load: a distribution with the guests below.
expect 0 svg "$tplot" compare even uneven -o figures.svg
has figures.svg "p99.9"
has figures.svg "worst guest 17"
has figures.gp "with steps"
same_again figures

# Guests, in any order of the names; kinds of files; a name that gnuplot could take for its own.
expect 0 svg "$tplot" guests even uneven -o ./guests.svg
has guests.svg "sorted by 99th percentile"
[ "$(grep -c '^[0-9]' guests.dat)" -eq 128 ] || fail "not 128 guests"
same_again guests
expect 0 odd.png "$tplot" compare "it's 5 %_of \`µ\`" --title "50 % of 'it' {/Bold_x} \`date\` @" -o odd.png
head -c 8 odd.png | cmp - <(printf '\x89PNG\r\n\x1a\n') || fail "odd.png is no PNG"
expect 0 -odd.pdf "$tplot" compare "it's 5 %_of \`µ\`" -o -odd.pdf
head -c 5 ./-odd.pdf | grep -q '%PDF-' || fail "-odd.pdf is no PDF"
expect 0 svg "$tplot" compare even "it's 5 %_of \`µ\`" --linear --response --width 600 --height 700
grep -q "response time" ./compare-even*.svg || fail "--response is not said"

# Without gnuplot: what to do, and nothing lost.
mkdir none
cp -- "$tplot" none/
expect 1 "apt-get install gnuplot-nox" env PATH="$tmp/none" "$tplot" compare slow -o later.svg
{ [ -s later.gp ] && [ -s later.dat ]; } || fail "later.gp is not kept"
expect 0 only.gp env PATH="$tmp/none" "$tplot" compare slow --script -o only.svg
[ ! -e only.svg ] || fail "--script draws"
printf '#!/bin/sh\necho "line 3: boom" >&2\nexit 1\n' >none/gnuplot
chmod +x none/gnuplot
expect 1 "line 3: boom" env PATH="$tmp/none" "$tplot" compare slow -o later.svg

# Bad words.
expect 2 "expected NAME" "$tplot" compare
expect 2 "expected svg, png, pdf" "$tplot" compare slow --terminal gif
expect 2 "--output: extension of 'a.svg' contradicts --terminal png" \
	"$tplot" compare slow --terminal png --output a.svg
for name in a.jpg a a.b/c a.svg.gz a.gp a/; do
	for command in compare guests overview timeline sizes departures cdf box; do
		expect 2 "--output: expected a name ending in .svg, .png or .pdf, got '$name'" \
			"$tplot" $command slow --output $name
	done
	expect 2 "got '$name'" "$tplot" shift slow fast --output $name
	expect 2 "got '$name'" "$tplot" figure 4 --dir out --output $name
	expect 2 "got '$name'" "$tplot" compare slow --script --output $name
done
expect 2 "got 'a.jpg'" "$tplot" compare slow --terminal png --output a.jpg
[ -z "$(ls a a.* 2>/dev/null)" ] || fail "written in spite of it: $(ls a a.*)"
# Without an extension --terminal gives one.
mkdir a.b
expect 0 a.b/c.svg "$tplot" compare slow --terminal svg --output a.b/c
head -c 5 a.b/c.svg | grep -q '<?xml' || fail "not the kind that was asked for: $(head -c 5 a.b/c.svg)"
[ -e a.b/c.gp ] || fail "script: $(ls a.b)"
[ ! -e a.b/c ] || fail "a.b/c was written"
expect 2 "got 'a.b/'" "$tplot" compare slow --terminal svg --output a.b/
rm -r a.b
expect 2 "--height" "$tplot" compare slow --height 100
expect 2 "--width" "$tplot" compare slow --width 99999
expect 2 "did you mean" "$tplot" compere slow
expect 1 "nosuch" "$tplot" compare slow nosuch
expect 1 "no/such/folder" "$tplot" compare slow -o no/such/folder/a.svg
[ ! -e no ] || fail "a folder was made"

[ "$failures" -eq 0 ]
