# SPDX-License-Identifier: BSD-3-Clause
# BUILD/tests/ssh_server does by SSH what tests/cli/ssh.sh tells it to.
if(TARGET sim_commands)
	add_executable(ssh_server ${CMAKE_CURRENT_LIST_DIR}/ssh_server.c)
	target_link_libraries(ssh_server PRIVATE tsim_options sim_commands)
	set_target_properties(ssh_server PROPERTIES RUNTIME_OUTPUT_DIRECTORY
		${CMAKE_BINARY_DIR}/tests)
	tsim_script(cli ssh 300 TWICE)
endif()
