# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit traffic_frame traffic)
tsim_test(unit sim_nic_clock PkgConfig::GLIB)
if(TARGET simcore)
	tsim_test(unit sim_words simcore)
	tsim_test(unit sim_verdict simcore)
	tsim_test(unit sim_vq simcore)
	tsim_test(unit sim_qpair simcore)
endif()
