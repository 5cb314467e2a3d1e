#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A treflect on a vhost-user socket ends with its tsim: nothing would come from there any more.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh" || exit 1
export XDG_RUNTIME_DIR=$TMP

for i in 1 2; do # the next tsim has the same sockets
	"$BIN/tsim" --machine external --socket-dir "$TMP/s" --guests 2 --rate 2kpps --duration 200ms --warm-up 100ms \
		--drain 100ms --label "l$i" >stdout 2>stderr &
	tsim=$!
	children+=("$tsim")
	for _ in $(seq 300); do [ -S s/guest-1.sock ] && break; sleep 0.1; done
	"$BIN/treflect" --vhost-user s/guest-0.sock --vhost-user s/guest-1.sock --give-way >account 2>log &
	treflect=$!
	children+=("$treflect")
	wait "$tsim"
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "tsim: status $status: $(cat stderr)"
	wait "$treflect"
	same "status of treflect" "$?" 0
	grep -qx 'treflect: every tsim has exited: nothing left to reflect on' log || fail "no word of it: $(cat log)"
	! grep -q 'Failed' log || fail "complaints: $(cat log)"
	same "guests that reflected" "$(jq '[.guests[] | select(.received > 0 and .sent > 0)] | length' account)" 2
done
