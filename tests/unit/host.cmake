# SPDX-License-Identifier: BSD-3-Clause
# What the machine allows, and does to a trial.
if(TARGET simcore)
	tsim_test(unit sim_cgroup simcore)
	tsim_test(unit sim_limits simcore)
	tsim_test(unit sim_host_watch simcore)
	tsim_test(unit sim_presence simcore)
endif()
