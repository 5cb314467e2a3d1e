# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by tests of programs: a folder of their own, and checks of what a command says.
set -u
: "${BIN:?}" "${BUILD:?}"
tmp=$(mktemp -d -t "tsim test.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failures=0

fail()
{
	echo "$*"
	failures=$((failures + 1))
}

# expect STATUS TEXT COMMAND...: exit status (kept in $got), and a text among what it says (in ./said).
expect()
{
	local want=$1 text=$2
	shift 2
	got=0
	"$@" >said 2>&1 </dev/null || got=$?
	if [ "$got" -ne "$want" ] || ! grep -qF -- "$text" said; then
		fail "$*: status $got, not $want, or no '$text' in: $(cat said)"
	fi
}

# lacks TEXT: it is not in what the last command said.
lacks()
{
	! grep -qF -- "$1" said || fail "'$1' is in: $(cat said)"
}

finish()
{
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

# autotest_results: sets all_results, folders of results of autotest: ours, and the paper's where
# they are.
autotest_results()
{
	local paper=$SOURCE/../shared/data/vmux
	[ -d autotest ] || python3 "$SOURCE/tests/cli/autotest_results.py" autotest || fail "no results of autotest"
	# shellcheck disable=SC2034
	all_results=("$PWD/autotest")
	[ ! -f "$paper/expected.csv" ] || all_results+=("$paper")
}
