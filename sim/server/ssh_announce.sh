# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2086
# Before a command, its words: says first which group it is, with the start time of its leader (fields 5 and 22 of
# /proc/PID/stat), so that it can be killed, or nothing but the word if there is no such program.
# Without the word nothing ran: sudo wants a password, the user has no shell. On stdout the word
# ends what the login shell's start-up files print.
PATH=$PATH:/usr/sbin:/sbin
group_of() { group=$3; }
start_of() { shift 19; start=$1; }
read -r line <"/proc/$$/stat" && group_of ${line##*) }
read -r line <"/proc/$group/stat" && start_of ${line##*) }
command -v "$1" >/dev/null || { echo "tsim-group" >&2; exit 127; }
echo "tsim-group"
echo "tsim-group $group $start" >&2
