# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(frame traffic)
if(TARGET simcore)
	tsim_fuzz(fault_plan simcore)
	tsim_fuzz(testbed simcore)
	tsim_fuzz(matrix simcore)
	tsim_fuzz(vq simcore)
	tsim_fuzz(splitq simcore)
endif()
