# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# DIR: files of it, and below it, that were not sent there, the newest last: so is the JSON of a trial,
# and of all that of a search.
[ -d "$1" ] && cd -- "$1" || exit 0
[ -e .tsim-sent ] && newer=.tsim-sent || newer=
find . -type f ! -path '*/.*' ${newer:+-newer $newer} -printf '%T@ %P\n' | LC_ALL=C sort -n | cut -d ' ' -f 2-
