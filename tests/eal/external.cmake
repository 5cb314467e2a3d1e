# SPDX-License-Identifier: BSD-3-Clause
tsim_script(eal external_named 120 TWICE COMPANY)
if(NOT TSIM_SANITIZE)
	tsim_script(eal external_testpmd 180)
	tsim_script(eal front 120)
	tsim_script(eal two_answer 120)
	tsim_script(eal jumbo 120)
endif()
