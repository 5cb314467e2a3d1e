# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	add_executable(vmux lab/vmux.c)
	target_compile_definitions(vmux PRIVATE _GNU_SOURCE)
	target_link_libraries(vmux PRIVATE tsim_options)
	set_target_properties(vmux PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	tsim_script(qemu vmux 400)
endif()
