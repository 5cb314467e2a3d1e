#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# a_build_of_minutes_printed_nothing: quickstart's build shows how far it is; a failure shows its end.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"
# A cmake that configures nothing, and builds in 400 steps.
mkdir bin project
cat >bin/cmake <<'END'
#!/bin/sh
[ "$1" = --build ] || { echo "[1/2] not a step of a build"; exit 0; }
i=0
while [ $((i += 1)) -le 400 ]; do echo "[$i/400] Building C object x$i.o"; done
echo "[400/400] an error, perhaps"
exit "${FAKE_STATUS-0}"
END
chmod +x bin/cmake

build()
{
	PATH=$tmp/bin:$PATH ROOT=$tmp/project bash -uc '. "$SOURCE/conf/setup.sh"; preset_build release'
}

export progress=1
build >said 2>&1 || fail "fails: $(cat said)"
[ "$(wc -l <said)" -eq 10 ] || fail "not a line per tenth: $(cat said)"
head -n 1 said | grep -qxF '[40/400]' || fail "not the first tenth: $(cat said)"
[ "$(wc -l <project/build/build.log)" -eq 401 ] || fail "the log is not whole"
FAKE_STATUS=3 build >said 2>&1 && fail "a build that fails is not noticed"
grep -q 'an error, perhaps' said || fail "not why: $(cat said)"
# On a terminal each step replaces the one before.
if command -v script >/dev/null; then
	# script asks a shell that may not be bash: it is given a file, no function of ours.
	{ declare -f build && echo build; } >build.bash
	export tmp
	script -qec 'bash build.bash' /dev/null </dev/null >said
	[ "$(tr '\r' '\n' <said | grep -c '/400\] Building C object')" -eq 400 ] || fail "not every step: $(tail -c 300 said)"
fi
progress='' build >said 2>&1
[ ! -s said ] || fail "tests/run is not quiet: $(cat said)"
finish
