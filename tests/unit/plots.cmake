# SPDX-License-Identifier: BSD-3-Clause
if(TARGET plots_commands)
	tsim_test(unit plots_gp plots_commands)
	tsim_test(unit plots_figure plots_commands)
	tsim_test(unit plots_facets plots_commands)
	tsim_test(unit plots_strips plots_commands)
	tsim_test(unit plots_report plots_commands)
endif()
tsim_test(unit plots_box plots_commands)
