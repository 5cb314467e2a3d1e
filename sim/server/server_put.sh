# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# PATH MODE BYTES: what a connection cut short is not taken for the file.
to=$1 mode=$2 bytes=$3
temporary=$to.tsim-$$.tmp
trap 'rm -f -- "$temporary"' EXIT
[ ! -d "$to" ] || { echo 'is a folder' >&2; exit 1; }
case $to in */*) mkdir -p -- "${to%/*}/" || exit 1 ;; esac
cat >"$temporary" || exit 1
[ "$(wc -c <"$temporary")" -eq "$bytes" ] || { echo 'cut short' >&2; exit 1; }
chmod -- "$mode" "$temporary" && mv -f -- "$temporary" "$to"
