# SPDX-License-Identifier: BSD-3-Clause
tsim_script(eal external_named 120)
if(NOT TSIM_SANITIZE)
	tsim_script(eal external_testpmd 180)
endif()
