# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2154
# Behind process_functions: DIR NAME. One that has ended may have left others in its group.
if [ -e "$d/$name.exit" ]; then cat "$d/$name.exit"
elif runs; then echo running
elif [ -e "$d/$name.exit" ]; then cat "$d/$name.exit"
elif [ -e "$d/$name.pid" ]; then echo gone
else echo none; fi
