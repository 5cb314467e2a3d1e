# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_books analyze traffic)
if(TARGET simcore)
	tsim_test(unit sim_worker simcore)
	tsim_test(unit sim_report simcore)
	tsim_test(unit sim_engine simcore)
endif()
