# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Behind journal_fence: DIR TOKEN <JOURNAL
cat >"$1/journal.new" && sync "$1/journal.new" &&
mv -f -- "$1/journal.new" "$1/journal"
