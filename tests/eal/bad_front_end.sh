#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A vhost-user front end sends nonsense to one guest's socket while others are measured: tsim lives,
# the others lose nothing by it, and all accounts balance. So if guests connect to tsim, and if tsim
# connects to guests; whether workers are in its queues or mediators.
# shellcheck source=tests/eal/lib.sh
. "$SOURCE/tests/eal/lib.sh"
seed=${TSIM_SEED:-1}
echo "seed $seed"
common=(-g 4 -r 20kpps --warm-up 500ms --cores 1 --connect-timeout 3s -q)

# balanced STATUS: what tsim measured with guest 3 bad.
balanced()
{
	case "$1" in
	0 | 3) ;;
	*) fail "status $1: $(cat "$TMP/stderr")" ;;
	esac
	holds "offered = forwarded + lost" '.totals.offered == .totals.forwarded + .totals.lost'
	holds "of each guest, too" '[.guests[] | .offered == .forwarded + .lost] | all'
	holds "the others answered" '[.guests[0:3][] | .forwarded > 0.9 * .offered] | all'
	holds "the bad one returned nothing of ours" '.guests[3].forwarded == 0'
	rm -r out
}

mkdir "$TMP/bin"
for interface in vhost-user vmux-virtio; do
	rm -rf "$TMP/sockets"
	mkdir "$TMP/sockets"
	"$BIN/tsim" --machine external --socket-dir "$TMP/sockets" -i "$interface" "${common[@]}" -d 8s >"$TMP/stdout" 2>"$TMP/stderr" &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -S "$TMP/sockets/guest-3.sock" ] || break
		sleep 0.1
	done
	"$BIN/treflect" --vhost-user "$TMP/sockets/guest-0.sock" --vhost-user "$TMP/sockets/guest-1.sock" \
		--vhost-user "$TMP/sockets/guest-2.sock" --core 0 --give-way >"$TMP/treflect.log" 2>&1 &
	children=($!)
	"$BUILD/tests/bad_front_end" "$TMP/sockets/guest-3.sock" twice || fail "two connections: $(cat "$TMP/stderr")"
	"$BUILD/tests/bad_front_end" "$TMP/sockets/guest-3.sock" shrinks || fail "memory that goes: $(cat "$TMP/stderr")"
	"$BUILD/tests/bad_front_end" "$TMP/sockets/guest-3.sock" "$seed" 9 || fail "the bad front end: $?"
	wait "$pid"
	balanced "$?"

	# A tsim whose treflect is this script: guest 3, a process of its own, is the bad front end.
	cp -f "$BIN/tsim" "$TMP/bin/tsim"
	cat >"$TMP/bin/treflect" <<END
#!/usr/bin/env bash
case " \$* " in
*" --first-guest=3 "*) exec "$BUILD/tests/bad_front_end" "$TMP/sockets/guest-3.sock" "$seed" 30 listen ;;
esac
exec "$BIN/treflect" "\$@"
END
	chmod +x "$TMP/bin/treflect"
	"$TMP/bin/tsim" --socket-dir "$TMP/sockets" -i "$interface" --guest-driver builtin --guests-per-process 1 "${common[@]}" \
		-d 5s >"$TMP/stdout" 2>"$TMP/stderr"
	balanced "$?"
done
