# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# DEVICE NUMBER: so many virtual functions, of which the host's own drivers take none (an old kernel
# has no such choice). A device that is gone has none.
[ -e "$1/sriov_numvfs" ] || exit 0
probe=$1/sriov_drivers_autoprobe
[ -e "$probe" ] || probe=
[ -z "$probe" ] || [ "$2" -eq 0 ] || echo 0 >"$probe"
if echo "$2" >"$1/sriov_numvfs"; then status=0; else status=1; fi
[ -z "$probe" ] || echo 1 >"$probe"
exit "$status"
