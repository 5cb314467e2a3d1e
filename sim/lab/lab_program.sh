# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# NAME: the sum and the path of that program, whatever links lead to it.
path=$(command -v -- "$1") && path=$(readlink -f -- "$path") && exec sha256sum -- "$path"
