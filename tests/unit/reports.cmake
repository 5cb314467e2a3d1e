# SPDX-License-Identifier: BSD-3-Clause
# What tsim prints of a trial.
if(TARGET simcore)
	tsim_test(unit sim_report_guests simcore GSL::gsl)
endif()
