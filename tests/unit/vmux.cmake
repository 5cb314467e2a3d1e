# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_test(unit sim_vmux sim_commands)
endif()
