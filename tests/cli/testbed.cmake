# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	add_executable(testbed_net cli/testbed_net.c)
	target_link_libraries(testbed_net PRIVATE tsim_options sim_commands)
	set_target_properties(testbed_net PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	tsim_script(cli testbed_net 240 TWICE)
endif()
tsim_script(cli testbed_dry 60)
