# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_file_lock analyze_show)
tsim_test(unit analyze_format analyze_show)
if(TARGET sim_commands)
	tsim_test(unit sim_stop sim_commands)
	tsim_test(unit sim_label_lock sim_commands)
	tsim_test(unit sim_progress sim_commands)
	tsim_test(unit sim_jsonl sim_commands)
endif()
