# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# A socket that only root may open; PATH.
if command -v socat >/dev/null; then exec socat - "UNIX-CONNECT:$1"; fi
exec nc -U -- "$1"
