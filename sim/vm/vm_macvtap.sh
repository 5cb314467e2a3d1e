# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Opens the character device $1 as descriptors 3 and up, $2 times, and becomes the rest of its words.
# A descriptor of more than one digit is none to every sh.
device=$1 queues=$2
shift 2
exec 3<>"$device" || exit 1
[ "$queues" -lt 2 ] || exec 4<>"$device" || exit 1
[ "$queues" -lt 3 ] || exec 5<>"$device" || exit 1
[ "$queues" -lt 4 ] || exec 6<>"$device" || exit 1
[ "$queues" -lt 5 ] || exec 7<>"$device" || exit 1
[ "$queues" -lt 6 ] || exec 8<>"$device" || exit 1
[ "$queues" -lt 7 ] || exec 9<>"$device" || exit 1
exec "$@"
