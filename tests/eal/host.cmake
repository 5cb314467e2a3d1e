# SPDX-License-Identifier: BSD-3-Clause
if(NOT TSIM_SANITIZE) # limits that sanitizers would meet first
	tsim_script(eal limits 180 COMPANY)
	tsim_script(eal hugepages 120 COMPANY)
	tsim_script(eal stopped 120)
	tsim_script(eal cgroups 120 COMPANY)
endif()
