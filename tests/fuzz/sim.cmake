# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(frame traffic)
if(TARGET sim_commands)
	tsim_fuzz(fault_plan sim_commands)
	tsim_fuzz(testbed sim_commands)
	tsim_fuzz(matrix sim_commands)
	tsim_fuzz(vq sim_commands)
	tsim_fuzz(splitq sim_commands)
endif()
