# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the lint tests.
set -u
: "${SOURCE:?}" "${BIN:?}" "${BUILD:?}"
cd "$SOURCE" || exit 1

# project_files FIND-TEST...: files of the project, without build folders and results; NUL ends each.
project_files()
{
	find . \( -path './.git' -o -path './build*' -o -path './out' \) -prune -o \
		-type f "$@" -print0 | LC_ALL=C sort -z
}

c_files()
{
	project_files \( -name '*.c' -o -name '*.h' \)
}

# fail TEXT: counts; finish ends the test.
failures=0
fail()
{
	echo "$*"
	failures=$((failures + 1))
}

finish()
{
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}
