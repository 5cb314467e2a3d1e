# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_suite analyze_show)
if(TARGET sim_search)
	tsim_test(unit sim_rfc2544 sim_search)
endif()
