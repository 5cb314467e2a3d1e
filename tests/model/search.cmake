# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_search)
	tsim_test(model sim_mlr sim_search)
endif()
