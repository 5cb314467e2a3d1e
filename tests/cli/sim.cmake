# SPDX-License-Identifier: BSD-3-Clause
if(TARGET sim_commands)
	tsim_script(cli tsim_bad_input 120)
	tsim_script(cli tsim_profile 60)
	tsim_script(cli tsim_matrix 120)
	tsim_script(cli vfio_user 60)
endif()
