# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# PATH MODE BYTES: a part of it, of a connection that ended, is not taken for the file.
to=$1 mode=$2 bytes=$3
temporary=$to.tsim-$$.tmp
trap 'rm -f -- "$temporary"' EXIT
[ ! -d "$to" ] || { echo 'is a directory; remove it' >&2; exit 1; }
case $to in */*) mkdir -p -- "${to%/*}/" || exit 1 ;; esac
cat >"$temporary" || exit 1
got=$(wc -c <"$temporary")
[ "$got" -eq "$bytes" ] || { echo "truncated: $got of $bytes bytes arrived; run again" >&2; exit 1; }
chmod -- "$mode" "$temporary" && mv -f -- "$temporary" "$to"
