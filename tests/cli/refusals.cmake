# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore)
	tsim_script(cli refusals 60)
endif()
