# SPDX-License-Identifier: BSD-3-Clause
if(NOT TSIM_SANITIZE) # its engine is in unit.sim_worker, its table in unit.sim_report
	tsim_script(eal books 120)
endif()
