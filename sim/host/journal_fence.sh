# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2015
# What begins the scripts that change something: DIR TOKEN.
exec 9>>"$1/busy" && flock -w 60 9 || { echo "$1/busy is held" >&2; exit 175; }
t=; read -r t <"$1/lock"
[ "$t" = "$2" ] || { echo 'another tsim has taken this server' >&2; exit 175; }
