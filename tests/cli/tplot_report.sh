#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tplot report: one page from trials, that needs nothing but itself.
# shellcheck source=tests/cli/tplot_lib.sh
. "$SOURCE/tests/cli/tplot_lib.sh"
command -v gnuplot >/dev/null || { echo "gnuplot is not installed"; exit 77; }
odd="<b>&\"' µ"

# fake LABEL OPTION...: trials in out/LABEL.
fake()
{
	"$BUILD/tests/fake_trials" out "$@" || exit 1
}

# page FILE FIGURES: what holds for every page.
page()
{
	local twice figures
	if command -v xmllint >/dev/null; then
		xmllint --noout "$1" 2>said || fail "$1 is not well-formed: $(head -3 said)"
	elif command -v python3 >/dev/null; then
		python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$1" 2>said ||
			fail "$1 is not well-formed: $(tail -1 said)"
	fi
	twice=$(grep -oE " id=\"[^\"]*\"" "$1" | sort | uniq -d)
	[ -z "$twice" ] || fail "$1: ids that are there twice: $twice"
	# What is referred to is there.
	comm -23 <(grep -oE '(href="#|url\(#|labelledby=")[^")]*' "$1" | sed 's/.*[#"]//' | tr ' ' '\n' | sort -u) \
		<(grep -oE ' id="[^"]*' "$1" | sed 's/.*"//' | sort -u) >missing
	[ ! -s missing ] || fail "$1 refers to $(tr '\n' ' ' <missing)"
	# Nothing from elsewhere, nothing that runs.
	grep -oE 'https?://[^" <]*' "$1" | grep -vx 'http://www.w3.org/2000/svg' >said &&
		fail "$1 names $(cat said)"
	grep -iE '<script|<link|<img|<iframe|@import| src=| on[a-z]+=|javascript:' "$1" >said &&
		fail "$1 has $(head -c 300 said)"
	figures=$(grep -c '^<figure>' "$1")
	[ "$figures" -eq "$2" ] || fail "$1: $figures figures, not $2"
	[ "$(grep -c '<svg .*role="img"' "$1")" -eq "$2" ] || fail "$1: figures without a role"
	# Headings in order, from one h1.
	grep -oE '<h[1-6]' "$1" | tr -d '<h' | awk '
		NR == 1 && $1 != 1 || NR > 1 && ($1 == 1 || $1 > before + 1) { bad = 1 }
		{ before = $1 }
		END { exit bad }' || fail "$1: headings out of order"
	hasnt "$1" "<th>"
	has "$1" '<html lang="en">'
	has "$1" 'prefers-color-scheme: dark'
	has "$1" '@media print'
}

# verdicts FILE: the sentences.
verdicts()
{
	sed -n '/^<ul class="verdicts">/,/^<\/ul>/p' "$1"
}

for rate in 100000 200000; do
	fake calm --reps 6 --rate $rate --guests 3
	fake lossy --reps 6 --rate $rate --guests 3 --seed 1000 --loss 0.05 --vhost
	fake "$odd" --reps 6 --rate $rate --guests 3 --seed 2000
done

# Several loads: curves; verdicts by what the trials are made of.
expect 0 report-calm-lossy.html "$tplot" report calm lossy
[ "$(cat said)" = report-calm-lossy.html ] || fail "more than the name is printed: $(cat said)"
page report-calm-lossy.html 3
has report-calm-lossy.html "<title>calm against lossy</title>"
has report-calm-lossy.html "Measured 2020-01-01: 12 trials of calm, 12 trials of lossy."
has report-calm-lossy.html "Late: departed later than --slack."
verdicts report-calm-lossy.html >sentences
has sentences "<li>Loss: lossy is worse than calm over all 2 loads (p = "
[ "$(grep -c '^<li>' sentences)" -eq 3 ] || fail "not a sentence for each metric: $(cat sentences)"
has report-calm-lossy.html "vhost: A off, B on"
has report-calm-lossy.html '<tr><th scope="row">vhost</th><td>differs</td><td>off</td><td>on</td></tr>'
has report-calm-lossy.html "tanalyze compare calm lossy"
has report-calm-lossy.html "tplot report calm lossy"
expect 0 turned.html "$tplot" report lossy calm -o turned.html --title "Turned & round"
verdicts turned.html >sentences
has sentences "<li>Loss: calm is better than lossy over all 2 loads (p = "
has turned.html "<h1>Turned &amp; round</h1>"
# --script: what draws the figures of the page, and no page.
expect 0 ./alone-1.gp "$tplot" report calm lossy --script -o alone.html
cp said scripts
[ "$(wc -l <scripts)" -eq 3 ] || fail "not a script for each figure of the page: $(cat scripts)"
[ -z "$(ls alone.html alone-*.svg 2>/dev/null)" ] || fail "--script draws: $(ls alone*)"
while read -r script; do
	gnuplot "$script" >said 2>&1 || fail "gnuplot $script: $(cat said)"
	[ -s "${script%.gp}.svg" ] || fail "$script draws no figure"
done <scripts
# The same again, byte for byte.
cp turned.html first.html
expect 0 turned.html "$tplot" report lossy calm -o turned.html --title "Turned & round"
cmp turned.html first.html || fail "the same trials make another page"

# One load: the distribution, and the guests. Names that are none of HTML's.
for label in calm "$odd"; do
	cp -r "out/$label" .
	rm "$label"/*200kpps*
done
expect 0 odd.html "$tplot" report ./calm "./$odd" -o odd.html
page odd.html 3
has odd.html "&lt;b&gt;&amp;&quot;&#39; µ"
hasnt odd.html "<b>"
has odd.html "tplot report ./calm &#39;./&lt;b&gt;&amp;&quot;&#39;\\&#39;&#39; µ&#39;"
has odd.html "Latency distribution"
expect 0 odd.html "$tplot" report ./calm "./$odd" --response --linear -o odd.html
page odd.html 3
has odd.html "response time"
has odd.html "tplot guests --response --linear ./calm"
# A name that is not UTF-8.
mkdir -p bad
bad=bad/$(printf 'a\xff\xfeb')
cp -r calm "$bad"
sed -i 's/\("label" *: *\)"calm"/\1"bad"/' "$bad"/trial_*.json
expect 0 raw.html "$tplot" report ./calm "$bad" -o raw.html
page raw.html 3
iconv -f UTF-8 -t UTF-8 raw.html >/dev/null || fail "raw.html is not UTF-8"

# More than two: each against the first. One alone: no verdict, all the rest.
expect 0 three.html "$tplot" report calm lossy "$odd" -o three.html
page three.html 3
has three.html "<h3>lossy against calm</h3>"
has three.html "&#39; µ against calm</h3>"
expect 0 one.html "$tplot" report calm -o one.html
page one.html 3
hasnt one.html "Verdict"

# Too few repetitions; unreliable trials; different mixes.
fake few --reps 3 --rate 100000 --guests 3 --seed 3000
expect 0 few.html "$tplot" report ./calm few -o few.html
verdicts few.html >sentences
has sentences "no verdict: too few repetitions (6 of calm, 3 of few)"
fake doubt --reps 6 --rate 100000 --guests 3 --seed 4000 --untrusted
expect 3 "tplot: unreliable trials; 'doubt.html' lists them" "$tplot" report ./calm doubt -o doubt.html
page doubt.html 3
has doubt.html " (unreliable)</td>"
has doubt.html "<th scope=\"row\">doubt</th><td class=\"n\">6</td><td>0.5 % of the frames left late</td>"
cp -r out/few other
sed -i 's/0123abcd/fedc0123/; s/\("label" *: *\)"few"/\1"other"/' other/trial_*.json
expect 0 mixes.html "$tplot" report few ./other -o mixes.html
page mixes.html 2
has mixes.html '<p class="doubt">few and other not compared:'
[ -z "$(verdicts mixes.html)" ] || fail "a verdict about different mixes"
expect 0 mixes.html "$tplot" report few ./other -o mixes.html --different-mix
[ -n "$(verdicts mixes.html)" ] || fail "no sentence although different mixes were allowed"
has mixes.html "tanalyze compare --different-mix few ./other"

# Results of autotest say neither when nor how they were measured.
autotest_results
for real in "${all_results[@]}"; do
	expect 3 real.html "$tplot" report --dir "$real" vhost-off vhost-on -o real.html
	page real.html 1
	has real.html "<p>Files last modified "
	has real.html "vhost-off: command line not recorded."
	has real.html "vhost: A off, B on"
done

# Bad words, and what is missing.
expect 2 "expected NAME" "$tplot" report
for name in a.svg a a.html/b; do
	expect 2 "--output: expected a name ending in .html, got '$name'" "$tplot" report calm -o $name
	expect 2 "ending in .html" "$tplot" report calm --script -o $name
done
[ -z "$(ls a a.* a-1.* 2>/dev/null)" ] || fail "written in spite of it: $(ls a a.* a-1.*)"
expect 2 "--terminal" "$tplot" report calm --terminal png
expect 1 nosuch "$tplot" report calm nosuch -o no.html
expect 1 "no/such/folder" "$tplot" report calm -o no/such/folder/a.html
[ ! -e no ] || fail "a folder was made"
mkdir none
expect 1 "apt-get install gnuplot-nox" env PATH="$tmp/none" "$tplot" report calm -o no.html
[ ! -e no.html ] || fail "a page is left of what failed"

# No temporary directory stays, and that of a tplot which was killed goes with the next report.
mkdir temporary killing
printf '#!/bin/sh\nkill -KILL $PPID\n' >killing/gnuplot && chmod +x killing/gnuplot
(TMPDIR=$tmp/temporary PATH="$tmp/killing:$PATH" "$tplot" report calm -o no.html) >said 2>&1
[ -n "$(ls temporary)" ] || fail "nothing was left by the tplot that was killed: $(cat said)"
expect 0 "" env TMPDIR="$tmp/temporary" "$tplot" report calm -o yes.html
[ -z "$(ls -A temporary)" ] || fail "temporary directories are left: $(ls -A temporary)"
finish
