#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# clang-tidy over every source that is compiled. What passed is not looked at again until the
# file, its compile command, any header of ours or .clang-tidy changes. (What CMake makes to compile
# each header alone is left to the headers test.)
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

passed=$BUILD/tidy
mkdir -p "$passed" || exit 1
common=$( (clang-tidy --version; cat .clang-tidy; project_files -name '*.h' | xargs -0 cat) | sha256sum)

tidy_one()
{
	local file=$1 key checks=()
	key=$( (printf '%s' "$common" "$2"; cat "$file") | sha256sum | cut -d ' ' -f 1)
	[ ! -e "$passed/$key" ] || return 0
	# The analyzer takes most of the time: it follows an eighth of the paths that it would follow by
	# itself. Tests are left to the sanitizers, under which they run.
	checks=(--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=max-nodes=30000)
	case "$file" in */tests/*) checks=(--checks=-clang-analyzer-*) ;; esac
	# gcc's own warning options are not clang's.
	if clang-tidy --quiet -p "$BUILD" "${checks[@]}" --extra-arg=-Wno-unknown-warning-option "$file" 2>&1 |
		grep -v -E '^[0-9]+ warnings? generated|^Suppressed |^Use -header-filter'; [ "${PIPESTATUS[0]}" -eq 0 ]; then
		: >"$passed/$key"
	else
		echo "clang-tidy: $file"
		return 1
	fi
}
export -f tidy_one
export common passed

# shellcheck disable=SC2016 # bash -c expands them
jq -j --arg build "$BUILD/" '.[] | select(.file | startswith($build) | not) | .file, "\u0000", (.command | gsub("\\s+"; " ")), "\u0000"' "$BUILD/compile_commands.json" |
	xargs -0 -r -n 2 -P "$(nproc)" bash -c 'tidy_one "$1" "$2"' tidy
