# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of tanalyze: trials to read.
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"
# shellcheck disable=SC2034
tanalyze=$BIN/tanalyze
# shellcheck disable=SC2034
fake=$BUILD/tests/fake_trials
