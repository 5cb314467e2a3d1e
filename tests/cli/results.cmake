# SPDX-License-Identifier: BSD-3-Clause
# Of tanalyze and tplot together.
if(NOT TSIM_SANITIZE) # the programs' parts have unit tests
	tsim_script(cli results_told_apart 120)
endif()
