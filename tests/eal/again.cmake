# SPDX-License-Identifier: BSD-3-Clause
if(NOT TSIM_SANITIZE)
	tsim_script(eal matrix_verdict 60 COMPANY)
	tsim_script(eal matrix_search 240 COMPANY)
endif()
tsim_script(eal back_end_gone 60 TWICE)
tsim_script(eal calls 60 TWICE)
