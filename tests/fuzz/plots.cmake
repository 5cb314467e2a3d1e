# SPDX-License-Identifier: BSD-3-Clause
if(TARGET plotcore)
	tsim_fuzz(recipe plotcore)
endif()
