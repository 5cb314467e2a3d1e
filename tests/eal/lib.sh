# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the eal tests: a folder of their own, tsim, and checks that say what they saw.
set -u
: "${BIN:?}"
TMP=$(mktemp -d) || exit 1
children=()
cleanup()
{
	[ "${#children[@]}" -eq 0 ] || kill -9 "${children[@]}" 2>/dev/null
	rm -rf "$TMP"
}
trap cleanup EXIT
cd "$TMP" || exit 1

fail()
{
	echo "FAILED: $*"
	exit 1
}

# need PROGRAM PACKAGE: skip where a peer is missing.
need()
{
	command -v "$1" >/dev/null || { echo "skipped: $1 is missing (package $2)"; exit 77; }
}

# tsim STATUSES ARGUMENT...: run it; its exit status is one of "0 3" and the like. Whether the
# machine is quiet enough for a trustworthy verdict (0) or not (3) is not what these tests are about.
tsim()
{
	local statuses=$1 status
	shift
	"$BIN/tsim" "$@" >"$TMP/stdout" 2>"$TMP/stderr"
	status=$?
	case " $statuses " in
	*" $status "*) return 0 ;;
	esac
	cat "$TMP/stdout" "$TMP/stderr"
	fail "tsim $*: status $status, not $statuses"
}

# until_said FILE REGEX [SECONDS]: waits until a line of the file matches; fails after so long (60).
until_said()
{
	local n
	for ((n = 0; n < 20 * ${3-60}; n++)); do
		! grep -q -- "$2" "$1" 2>/dev/null || return 0
		sleep 0.05
	done
	fail "$1 does not say '$2': $(cat "$1")"
}

# trial FILTER: the filter's result on the one trial's JSON.
trial()
{
	jq -r "$1" "$TMP"/out/*/trial_*.json
}

# same WHAT GOT WANTED
same()
{
	[ "$2" = "$3" ] || fail "$1: $2, not $3"
}

# holds WHAT FILTER: the filter is true of the trial.
holds()
{
	same "$1" "$(trial "$2")" true
}

# readme_command PROGRAM: the first command of conf/README.md that begins with it, all of its lines.
readme_command()
{
	awk -v begin="    $1 " 'index($0, begin) == 1 { on = 1 } on { print } on && !/\\$/ { exit }' "$SOURCE/conf/README.md"
}
