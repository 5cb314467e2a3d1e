# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_file_lock analyze)
tsim_test(unit analyze_format analyze)
if(TARGET simcore)
	tsim_test(unit sim_stop simcore)
	tsim_test(unit sim_label_lock simcore)
	tsim_test(unit sim_progress simcore)
endif()
