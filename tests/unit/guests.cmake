# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_test(unit sim_vm sim_commands)
	tsim_test(unit sim_qmp sim_commands)
	tsim_test(unit sim_console sim_commands)
	tsim_test(unit sim_vhost_connector sim_commands)
endif()
