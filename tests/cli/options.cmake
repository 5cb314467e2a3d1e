# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands AND NOT TSIM_SANITIZE)
	tsim_script(cli option_rules 120)
	tsim_script(cli documented_lines 180)
endif()
