# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of tplot.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"
# shellcheck disable=SC2034
tplot=$BIN/tplot

# same_again NAME: the script alone draws the figure again, byte for byte, from anywhere.
same_again()
{
	cp "$1.svg" first.svg
	rm "$1.svg"
	(cd / && LC_ALL=C.UTF-8 gnuplot "$tmp/$1.gp" 2>&1) >said || fail "gnuplot $1.gp: $(cat said)"
	[ ! -s said ] || fail "gnuplot $1.gp says $(cat said)"
	cmp "$1.svg" first.svg || fail "$1.svg: another figure"
	rm -f first.svg
}

# has FILE TEXT, hasnt FILE TEXT
has()
{
	grep -qF -- "$2" "$1" || fail "$1 has no '$2'"
}
hasnt()
{
	! grep -qF -- "$2" "$1" || fail "$1 has '$2'"
}
