# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Behind journal_fence: DIR TOKEN LINE COMMAND...: writes the line, then runs the command.
printf '%s\n' "$3" >>"$1/journal" && sync "$1/journal" || exit 174
shift 3
[ $# -eq 0 ] || "$@" 9>&-
