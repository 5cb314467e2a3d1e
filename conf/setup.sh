# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by quickstart and tests/run, which are bash scripts of this project and set ROOT.

# show_steps: of a build's output, how far it is: [n/m] of each step on a terminal, else of each tenth.
show_steps()
{
	local terminal=
	[ ! -t 1 ] || terminal=1
	awk -F '[][/]' -v terminal="$terminal" '
		!/^\[[0-9]+\/[0-9]+\] / { next }
		terminal { printf "\r\033[K%s", substr($0, 1, 79); shown = 1 }
		!terminal && int(10 * $2 / $3) > shown { shown = int(10 * $2 / $3); print "[" $2 "/" $3 "]" }
		{ fflush() }
		END { if (terminal && shown) print "" }'
}

# run_logged LOG COMMAND...: quiet if it works, but for show_steps where progress is set; if not, the
# end of what it said.
run_logged()
{
	local log=$1 status=0
	shift
	mkdir -p "$(dirname "$log")"
	if [ -n "${progress-}" ]; then
		"$@" 2>&1 </dev/null | tee "$log" | show_steps
		status=${PIPESTATUS[0]}
	else
		"$@" >"$log" 2>&1 </dev/null || status=$?
	fi
	if [ "$status" -ne 0 ]; then
		printf '%s: failed: %s\n' "${0##*/}" "$*" >&2
		tail -n 30 "$log" >&2
		printf '%s: full log: %s\n' "${0##*/}" "$log" >&2
	fi
	return "$status"
}

# packages_of SECTION...: the packages of conf/packages.txt that these sections list.
packages_of()
{
	awk -v want=" $* " '
		/^#/ || NF == 0 { next }
		/^\[/ { on = index(want, " " substr($1, 2, length($1) - 2) " "); next }
		on { print $1 }' "$ROOT/conf/packages.txt"
}

# packages_install SECTION...: installs what is missing. Without root it prints the one line that
# an administrator has to run, and stops.
packages_install()
{
	local -a wanted missing
	mapfile -t wanted < <(packages_of "$@")
	if ! command -v dpkg-query >/dev/null; then
		echo "${0##*/}: not Debian: assuming that these packages are installed: ${wanted[*]}" >&2
		return 0
	fi
	# dpkg-query says nothing on stdout about packages it does not know.
	mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | LC_ALL=C sort) \
		<(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
			sed -n 's/^installed //p' | LC_ALL=C sort))
	[ "${#missing[@]}" -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "${0##*/}: packages are missing; run this command, then start again:" >&2
		echo "sudo apt-get install --no-install-recommends ${missing[*]}"
		exit 1
	fi
	echo "Installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	local log
	log=$(mktemp -t tsim-setup.XXXXXX)
	run_logged "$log" apt-get -q -o DPkg::Lock::Timeout=300 update || exit 1
	run_logged "$log" apt-get -q -y -o DPkg::Lock::Timeout=300 \
		--no-install-recommends install "${missing[@]}" || exit 1
	rm -f "$log"
}

# preset_build PRESET [CMAKE OPTION...]: configures and builds it, into build/ or build-PRESET/.
preset_build()
{
	local preset=$1 dir=$ROOT/build
	[ "$preset" = release ] || dir=$ROOT/build-$preset
	shift
	# A build folder that was copied or moved knows the wrong paths.
	if [ -f "$dir/CMakeCache.txt" ] &&
		! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$dir/CMakeCache.txt"; then
		rm -rf "$dir"
	fi
	(cd "$ROOT" && progress='' run_logged "$dir/configure.log" cmake --preset "$preset" "$@" &&
		run_logged "$dir/build.log" cmake --build --preset "$preset")
}
