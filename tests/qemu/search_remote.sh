#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A search whose generator is reached by SSH: its result and trials come here, and go there again when it
# goes on, so that only what is lost is measured.
# shellcheck source=tests/qemu/lib.sh
. "${SOURCE:?}/tests/qemu/lib.sh" || exit 1
alone
# shellcheck source=tests/qemu/campaign_lib.sh
. "$SOURCE/tests/qemu/campaign_lib.sh"
ssh_server generator

cat >far.conf <<END
[loadgen]
fqdn = generator
ssh_config = $TMP/ssh/config
tsim_dir = $TMP/there
END
cat >far.cfg <<'END'
[far]
machines = process
interfaces = null
search = quick; loss=90%,initial=200ms,final=200ms,sum=1s
tsim_args = --max-load=5kpps --retries=0
END
state()
{
	find out -name 'trial_*.json' -printf '%P %T@ %i\n' | LC_ALL=C sort
}
tsim 0 upload --config far.conf
matrix --config far.conf far.cfg
state >first
[ "$(wc -l <first)" -ge 2 ] || fail "no trials: $(cat stderr)"
result=$(find out -name 'search_*.json')
same "trials" "$(jq -r '.trials[].file' "$result" | LC_ALL=C sort)" "$(cut -d' ' -f1 first | sed 's,.*/,,')"
[ -z "$(find /run/tsim/out -type f)" ] || fail "left there: $(find /run/tsim/out -type f)"

# As if it had been killed before its last trial.
last=out/far/search-0/$(jq -r '.trials[-1].file' "$result")
rm "$result" "$last"
state >killed
matrix --config far.conf far.cfg
for file in "$last" "$result"; do
	[ -e "$file" ] || fail "it has not gone on, $file: $(cat stderr)"
done
state >after
same "what was there, untouched" "$(comm -12 killed after | wc -l)" "$(wc -l <killed)"
