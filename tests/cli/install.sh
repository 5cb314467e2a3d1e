#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What cmake --install puts where, and that it works from anywhere, knowing nothing of the source.
set -u
tmp=$(mktemp -d -t "tsim install.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
prefix=$tmp/usr

cmake --install "$BUILD" --prefix "$prefix" >"$tmp/log" 2>&1 || { tail -n 8 "$tmp/log"; exit 1; }

failures=0
for file in bin/tsim bin/treflect bin/treflect-xdp bin/tanalyze bin/tplot \
	share/man/man1/tsim.1 share/man/man1/treflect.1 share/man/man1/treflect-xdp.1 share/man/man1/tanalyze.1 share/man/man1/tplot.1 \
	share/bash-completion/completions/tsim share/bash-completion/completions/tanalyze \
	share/bash-completion/completions/tplot share/bash-completion/completions/treflect \
	share/bash-completion/completions/treflect-xdp \
	share/tsim/conf/guest-image share/tsim/conf/guest-init share/tsim/conf/figures/4.conf share/tsim/profiles/imix.csv share/tsim/plots/style.gp share/tsim/plots/report.css share/man/man7/tsim.7; do
	[ -f "$prefix/$file" ] || { echo "not installed: $file"; failures=1; }
done
# Libraries and headers are the programs' own.
for folder in lib include; do
	[ ! -e "$prefix/$folder" ] || { echo "installed, but nobody's business: $folder"; failures=1; }
done

# needs_only PROGRAM PATTERN: what goes into guests asks for no library but those (and sanitizers).
needs_only()
{
	local libraries others
	libraries=$(readelf -d "$prefix/bin/$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
	others=$(grep -vE "^lib(asan|ubsan|tsan|$2)[.-]" <<<"$libraries")
	[ -n "$libraries" ] && [ -z "$others" ] && return
	echo "$1 should need lib($2) alone, and needs ${libraries//$'\n'/ }"
	failures=1
}
needs_only treflect 'rte_[a-z_]*|glib|c'
needs_only treflect-xdp 'glib|c'

mkdir "$tmp/elsewhere" && cd "$tmp/elsewhere" || exit 1
try()
{
	env -i PATH=/usr/bin:/bin "$@" >"$tmp/out" 2>&1 && return 0
	echo "failed: $*"
	cat "$tmp/out"
	failures=1
}
try "$prefix/bin/tsim" profile imix
try "$prefix/bin/tsim" --version
try "$prefix/bin/treflect-xdp" --version
try "$prefix/bin/tanalyze" --version
try "$prefix/bin/tplot" --version
# Its recipes are found: only the data is not there.
"$prefix/bin/tplot" figure 4 --dir . 2>&1 | grep -q "figure 4: no trial in" || {
	echo "no recipe of figure 4"
	failures=1
}
exit $failures
