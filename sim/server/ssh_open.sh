# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# The end of its input is the end of the stream or of the connection, and of all the group.
exec 3<&0 4>&1
{ cat <&3; kill -KILL 0; } 4>&- | { exec 3<&-; "$@" >&4 4>&-; kill -KILL 0; }
