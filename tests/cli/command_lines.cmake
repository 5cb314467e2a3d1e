# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_script(cli command_lines 60)
	if(NOT TSIM_SANITIZE)
		tsim_script(cli completion 60)
	endif()
endif()
