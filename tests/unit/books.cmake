# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_books analyze_show traffic)
if(TARGET sim_commands)
	tsim_test(unit sim_worker sim_commands)
	tsim_test(unit sim_report sim_commands)
	tsim_test(unit sim_engine sim_commands)
	tsim_test(unit sim_probe_ptp sim_commands)
endif()
