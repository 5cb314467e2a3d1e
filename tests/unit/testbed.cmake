# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore)
	tsim_test(unit sim_ini simcore)
	tsim_test(unit sim_journal simcore)
	tsim_test(unit sim_network simcore)
	tsim_test(unit sim_testbed simcore)
	tsim_test(unit sim_doctor simcore)
endif()
