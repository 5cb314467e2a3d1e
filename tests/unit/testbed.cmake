# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_test(unit sim_journal sim_commands)
	tsim_test(unit sim_network sim_commands)
	tsim_test(unit sim_testbed sim_commands)
	tsim_test(unit sim_doctor sim_commands)
endif()
