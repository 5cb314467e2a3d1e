# SPDX-License-Identifier: BSD-3-Clause
# Two minutes; what is tsim's own in it is under sanitizers in unit.analyze_part and unit.sim_generators.
if(NOT TSIM_SANITIZE)
	tsim_script(eal ranks 400 COMPANY)
endif()
