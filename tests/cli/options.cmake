# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore AND NOT TSIM_SANITIZE)
	tsim_script(cli option_rules 120)
	tsim_script(cli documented_lines 180)
endif()
