#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# All shell: by name, and by first line.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

scripts=()
while IFS= read -r -d '' file; do
	case "$file" in
	*.sh | *.bash) scripts+=("$file") ;;
	*) if head -c 64 "$file" | head -n 1 | tr -d '\0' | grep -qE '^#!.*\b(ba|da)?sh$'; then scripts+=("$file"); fi ;;
	esac
done < <(project_files)
shellcheck -x "${scripts[@]}"
