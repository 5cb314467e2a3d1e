# SPDX-License-Identifier: BSD-3-Clause
# What the machine allows, and does to a trial.
if(TARGET sim_commands)
	tsim_test(unit sim_cgroup sim_commands)
	tsim_test(unit sim_limits sim_commands)
	tsim_test(unit sim_pages sim_commands)
	tsim_test(unit sim_memory_fault sim_commands)
	tsim_test(unit sim_host_watch sim_commands)
	tsim_test(unit sim_presence sim_commands)
endif()
