# SPDX-License-Identifier: BSD-3-Clause
# What tsim prints of a trial.
if(TARGET sim_commands)
	tsim_test(unit sim_report_guests sim_commands GSL::gsl)
endif()
