# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Behind journal_fence: DIR TOKEN LINE COMMAND...: runs the command, then writes the line if it succeeded.
f=$1/journal l=$3
shift 3
[ $# -eq 0 ] || "$@" 9>&- || exit
printf '%s\n' "$l" >>"$f" || exit 174
