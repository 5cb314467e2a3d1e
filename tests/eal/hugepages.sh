#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Many vhost-user guests on hugepages: each page was a memory region, of which a guest has eight.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"

pages=/proc/sys/vm/nr_hugepages
had=$(cat "$pages")
put_back()
{
	echo "$had" >"$pages"
	cleanup
}
[ -w "$pages" ] || { echo "skipped: hugepages are root's to reserve"; exit 77; }
trap put_back EXIT
echo $((had + 400)) >"$pages"
[ "$(cat "$pages")" -eq $((had + 400)) ] || { echo "skipped: no memory for 400 hugepages"; exit 77; }

tsim "0 3" --hugepages --guests 64 --rate 20kpps --duration 100ms --warm-up 0s --drain 1s --quiet
same "errors" "$(cat stderr)" ""
holds "all guests answer" '(.guests | length) == 64 and all(.guests[]; .state | test("connected|killed|exited") | not)'
holds "frames came back" '.totals.forwarded > 0'
