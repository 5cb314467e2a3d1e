# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Behind journal_fence: DIR TOKEN COMMAND...: what a process begins as, which may be later than its
# tsim lives.
shift 2
exec "$@" 9>&-
