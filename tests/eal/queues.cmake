# SPDX-License-Identifier: BSD-3-Clause
tsim_script(eal vfio 240 TWICE)
if(TARGET sim_commands)
	add_executable(bad_queue eal/bad_queue.c)
	target_link_libraries(bad_queue PRIVATE tsim_options sim_commands)
	set_target_properties(bad_queue PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	tsim_script(eal bad_queue 120 TWICE)
endif()
