# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_test(unit sim_options sim_commands)
	tsim_test(unit sim_search_options sim_commands)
endif()
tsim_test(unit analyze_option analyze_show)
tsim_test(unit analyze_ini analyze_base)
