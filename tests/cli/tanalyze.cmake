# SPDX-License-Identifier: BSD-3-Clause
# BUILD/tests/fake_trials and fake_search make input for the tests of tanalyze and tplot.
foreach(fake fake_trials fake_search)
	add_executable(${fake} cli/${fake}.c)
	target_link_libraries(${fake} PRIVATE tsim_options analyze_show m)
	set_target_properties(${fake} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()

tsim_script(cli tanalyze 60)
tsim_script(cli tanalyze_merge 240)
if(NOT TSIM_SANITIZE) # Open MPI under it takes minutes; statistics have unit tests
	tsim_script(cli tanalyze_compare 120)
	tsim_script(cli tanalyze_ranks 600)
	tsim_script(cli tanalyze_merge_again 120) # files; what parses them has unit tests
endif()
tsim_script(cli tanalyze_bad_input 60)
tsim_script(cli tanalyze_schema 60)
tsim_script(cli tanalyze_autotest 120)
tsim_script(cli tanalyze_tables 120)
tsim_script(cli tanalyze_check 120)
tsim_script(cli tanalyze_delay 60)
tsim_script(cli tanalyze_profile 60)
tsim_script(cli tanalyze_limits 60)
tsim_script(cli tanalyze_search 120)
