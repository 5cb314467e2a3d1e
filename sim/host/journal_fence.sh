# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2015
# What begins the scripts that change something: DIR TOKEN.
exec 9>>"$1/busy" && flock -w 60 9 ||
	{ echo "$1/busy: locked by a command of an ended tsim; stop it (fuser -v $1/busy)" >&2; exit 175; }
t=; read -r t <"$1/lock"
[ "$t" = "$2" ] ||
	{ echo "taken over by another tsim: $(tail -n 1 "$1/lock"); wait for it, or stop it" >&2; exit 175; }
