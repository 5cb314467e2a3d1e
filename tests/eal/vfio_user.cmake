# SPDX-License-Identifier: BSD-3-Clause
foreach(client vfio_client bad_vfio_client)
	add_executable(${client} eal/${client}.c eal/vfio_guest.c)
	target_link_libraries(${client} PRIVATE tsim_options)
	set_target_properties(${client} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
tsim_script(eal vfio_user 400 ALL)
tsim_script(eal bad_vfio_client 240 ALL)
