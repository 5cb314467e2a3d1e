# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_fuzz(qmp sim_commands)
endif()
