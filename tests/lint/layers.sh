#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Who may know whom: traffic <- analyze <- sim, analyze <- plots; only sim knows DPDK and SSH.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

# forbid FOLDER HEADER-REGEX: no file of the folder includes such a header.
forbid()
{
	local found
	[ -d "$1" ] || fail "no folder $1"
	found=$(grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$1")
	[ -z "$found" ] || fail "$1/ may not know: $found"
}

outside='rte_|libssh/|bpf/|linux/if_|linux/vhost'
forbid traffic "$outside|(\.\./)?(analyze|sim|plots)/|sys/socket|netinet/|arpa/|sys/un|netdb|pthread|threads|time\.h|sys/time|poll|sys/epoll|gio/"
forbid analyze "$outside|(\.\./)?(sim|plots)/|sys/socket|netinet/|sys/un|pthread|threads"
forbid plots "$outside|(\.\./)?sim/|sys/socket|netinet/|sys/un|pthread|threads|gsl/"
forbid sim '(\.\./)?plots/'

# What is linked tells the same.
for program in tanalyze tplot; do
	linked=$(readelf -d "$BIN/$program") || { fail "$program is not built"; continue; }
	grep -E 'NEEDED.*(librte_|libssh)' <<<"$linked" && fail "$program is linked with the above"
done
finish
