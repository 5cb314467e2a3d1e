# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	add_executable(vm_life qemu/vm_life.c)
	target_link_libraries(vm_life PRIVATE tsim_options sim_commands)
	set_target_properties(vm_life PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	tsim_script(qemu vm 240)
endif()
