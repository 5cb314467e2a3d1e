# SPDX-License-Identifier: BSD-3-Clause
if(TARGET simcore)
	tsim_fuzz(qmp simcore)
endif()
