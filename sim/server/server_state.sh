# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2015,SC2174
# One question for all kinds: where it is, and that it is ours. A link could lead anywhere.
d=${TSIM_STATE_DIR-}
while [ "$d" != "${d%/}" ]; do d=${d%/}; done
if [ -z "$d" ]; then
	if [ "$(id -u)" -eq 0 ]; then d=/run/tsim; else d=/tmp/tsim-$(id -u); fi
fi
[ ! -L "$d" ] || { echo "$d is a symbolic link" >&2; exit 1; }
mkdir -p -m 700 -- "$d" || exit
[ ! -L "$d" ] && [ -O "$d" ] ||
	{ echo "$d is owned by another user" >&2; exit 1; }
chmod 700 -- "$d" && cd -- "$d" && pwd -P
