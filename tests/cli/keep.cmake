# SPDX-License-Identifier: BSD-3-Clause
if(NOT TSIM_SANITIZE) # of scripts, or of processes that are killed: sanitizers have nothing to say
	tsim_script(cli quickstart 60)
endif()
tsim_script(cli readers 60)
