#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A campaign: bridge, vhost on and off, two repetitions, interleaved, killed and resumed; merged, its limit
# asked, compared in a figure.
# shellcheck source=tests/lab/lib.sh
. "${SOURCE:?}/tests/lab/lib.sh" || exit 1

cat >vhost.matrix <<'END'
[vhost]
machines = pcvm
interfaces = bridge
vhosts = on,off
reflectors = xdp
rates = 200pps
sizes = 60
runtimes = 2s
warm-up = 500ms
repetitions = 2
outputdir = out/vhost
END
# A guest that hangs costs a retry, of which there are three.
campaign=("$BIN/tsim" matrix --config wire.conf --order interleaved --retries 3 --connect-timeout 100s vhost.matrix)
"${campaign[@]}" >stdout 2>stderr &
children+=("$!")
until compgen -G 'out/vhost/trial_*.json' >/dev/null; do
	kill -0 "$!" || fail "it ended before it was killed: $(cat stdout stderr)"
	sleep 0.2
done
kill -KILL "$!"
wait "$!" 2>/dev/null
first=$(sha256sum out/vhost/trial_*.json)
"${campaign[@]}" >stdout 2>stderr
status=$?
[ "$status" = 0 ] || [ "$status" = 3 ] || fail "matrix: status $status: $(cat stdout stderr)"
sha256sum --quiet -c <<<"$first" || fail "what was measured is measured again"
same "trials" "$(find out -name 'trial_*.json' | wc -l)" 4
same "vhost on" "$(jq -s 'map(select(.parameters.vhost)) | length' out/vhost/trial_*.json)" 2
books vhost 400
as_before "a campaign"
"$BIN/tanalyze" merge out >stdout 2>stderr || [ $? = 3 ] || fail "merge: $(cat stderr)"
"$BIN/tanalyze" limit vhost-on vhost-off >stdout 2>stderr || [ $? = 3 ] || fail "limit: $(cat stderr)"
for vhost in on off; do
	grep -q "^vhost $vhost .* measured" stdout || fail "limit says nothing of vhost $vhost: $(cat stdout)"
done
"$BIN/tplot" compare vhost-on vhost-off -o compare.svg >stdout 2>stderr || fail "tplot: $(cat stderr)"
grep -q '</svg>' compare.svg || fail "tplot drew nothing"
