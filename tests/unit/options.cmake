# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore)
	tsim_test(unit sim_options simcore)
endif()
tsim_test(unit analyze_option analyze)
