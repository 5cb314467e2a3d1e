#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Each header compiles alone, with only what its library promises to those who use it.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

cmake --build "$BUILD" --target all_verify_interface_header_sets >"$BUILD/headers.log" 2>&1 && exit 0
grep -v '^\[[0-9/]*\] Building' "$BUILD/headers.log" | head -n 60
exit 1
