# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands AND NOT TSIM_SANITIZE)
	tsim_script(cli testbed_user 60)
endif()
