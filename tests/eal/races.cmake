# SPDX-License-Identifier: BSD-3-Clause
if(TSIM_SANITIZE MATCHES thread)
	tsim_script(eal races 300)
	include(${CMAKE_CURRENT_SOURCE_DIR}/eal/vfio_user.cmake)
endif()
