# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_test(unit sim_matrix sim_commands)
	tsim_test(unit sim_matrix_run sim_commands)
	tsim_test(unit sim_search_files sim_commands)
endif()
