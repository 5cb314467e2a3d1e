# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore)
	tsim_test(unit sim_vm simcore)
	tsim_test(unit sim_qmp simcore)
	tsim_test(unit sim_console simcore)
endif()
