# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# DIR TOKEN HOLDER: says "locked", or "again" if TOKEN was the last one that had it, and
# holds it until its input ends, with an output that stays open until then. What held it may just be
# dying, hence the two seconds. busy is held by the last command of a tsim that died.
exec 8>>"$1/lock" 9>>"$1/busy" || exit 1
flock -w 2 8 || { echo "busy $(tail -n 1 "$1/lock")"; exit 1; }
flock -w 60 9 || { echo "busy a command of an ended one still runs (fuser -v $1/busy)"; exit 1; }
t= && read -r t <"$1/lock"
printf '%s\n%s\n' "$2" "$3" >"$1/lock" || exit 1
exec 9>&-
if [ "$t" = "$2" ]; then echo again; else echo locked; fi
exec cat
