# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# make|undo PATH...: removes these sockets. What is no socket stays; it is an error for make.
how=$1
shift
for path; do
	if [ -S "$path" ]; then
		rm -f -- "$path" || exit
	elif [ "$how" = make ] && [ -e "$path" ]; then
		echo "$path exists and is no socket: remove it, or set another vmux_socket_path in [host]" >&2
		exit 1
	fi
done
