# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_script(cli refusals 60)
endif()
