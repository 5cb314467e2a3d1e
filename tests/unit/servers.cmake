# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_test(unit sim_server sim_commands)
	tsim_test(unit sim_process sim_commands)
endif()
