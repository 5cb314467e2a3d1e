#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# All C is as .clang-format wants it.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

c_files | xargs -0 -r clang-format --dry-run -Werror 2>&1 | head -n 60
status=("${PIPESTATUS[@]}")
# head may end before clang-format does (141).
if [ "${status[1]}" -ne 0 ]; then
	echo "mend it with: clang-format -i FILE"
	exit 1
fi
