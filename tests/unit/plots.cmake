# SPDX-License-Identifier: BSD-3-Clause
if(TARGET plotcore)
	tsim_test(unit plots_gp plotcore)
	tsim_test(unit plots_figure plotcore)
	tsim_test(unit plots_facets plotcore)
	tsim_test(unit plots_strips plotcore)
	tsim_test(unit plots_report plotcore)
endif()
tsim_test(unit plots_box plotcore)
