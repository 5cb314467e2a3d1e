# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore)
	tsim_test(unit sim_server simcore)
	tsim_test(unit sim_process simcore)
endif()
