# SPDX-License-Identifier: BSD-3-Clause
if(TARGET plots_commands)
	tsim_fuzz(recipe plots_commands)
endif()
