# SPDX-License-Identifier: BSD-3-Clause
if(NOT TSIM_SANITIZE) # processes that are killed tell a sanitizer nothing
	tsim_script(eal keep 180 COMPANY)
	tsim_script(eal kills 180 COMPANY)
endif()
