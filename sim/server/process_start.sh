# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2154
# Behind process_functions: DIR NAME WORD... The inner script leads the session. A signal to its group is for the
# process: it stays to tell how that ended. One that has not recorded itself in time must not do
# so later.
shift 2
mkdir -p "$d" || exit 1
if runs; then echo "already running (PID $pid); stop it first" >&2; exit 1; fi
rm -f "$d/$name.pid" "$d/$name.exit"
: >"$d/$name.log" || exit 1
TSIM_PROCESS=$d/$name setsid sh -c '
d=$1 name=$2
shift 2
trap : HUP INT TERM
fields() { shift 19; start=$1; }
read -r line <"/proc/$$/stat"
fields ${line##*) }
echo "$$ $start $(cat /proc/sys/kernel/random/boot_id)" >"$d/$name.new" &&
mv "$d/$name.new" "$d/$name.pid" || exit
(exec "$@")
echo $? >"$d/$name.new"
mv "$d/$name.new" "$d/$name.exit"
' sh "$d" "$name" "$@" </dev/null >>"$d/$name.log" 2>&1 &
n=0
until [ -e "$d/$name.pid" ] || [ $n -ge 500 ]; do n=$((n + 1)); sleep 0.02; done
[ -e "$d/$name.pid" ] && exit
kill -KILL $! "-$!" 2>/dev/null
echo "not started after 10 s: $(tail -n 1 "$d/$name.log"); see $d/$name.log" >&2
exit 1
