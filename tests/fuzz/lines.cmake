# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(line_tanalyze analyzecore)
if(TARGET plotcore)
	tsim_fuzz(line_tplot plotcore)
endif()
if(TARGET simcore)
	tsim_fuzz(line_tsim simcore)
endif()
