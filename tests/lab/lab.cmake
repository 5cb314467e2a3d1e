# SPDX-License-Identifier: BSD-3-Clause
# tsim_lab(NAME SECONDS [LONG]): NAME.sh runs in the emulated machine, which the first one starts and
# lab.end ends. LONG: by tests/run --all only.
function(tsim_lab name seconds)
	set(test ${TSIM_TEST_PREFIX}lab.${name})
	add_test(NAME ${test} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lab/do ${seconds} ${name})
	# The machine may have to be downloaded and started before.
	math(EXPR timeout "${seconds} + 400")
	tsim_test_defaults(${test} lab ${timeout})
	set_tests_properties(${test} PROPERTIES FIXTURES_REQUIRED ${TSIM_TEST_PREFIX}lab)
	if("LONG" IN_LIST ARGN)
		set_tests_properties(${test} PROPERTIES LABELS "lab-long;all")
	endif()
endfunction()

if(TARGET tsim)
	tsim_lab(doctor 60)
	tsim_lab(pnic 120)
	tsim_lab(ptp 360)
	tsim_lab(bridge 300)
	tsim_lab(search 400 LONG)
	tsim_lab(macvtap 300)
	tsim_lab(pf 300)
	tsim_lab(vf 300)
	tsim_lab(vhost_user 300)
	tsim_lab(vmux_virtio 400)
	tsim_lab(campaign 600)
	tsim_lab(others 1200 LONG)
	add_test(NAME ${TSIM_TEST_PREFIX}lab.end COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lab/do end)
	tsim_test_defaults(${TSIM_TEST_PREFIX}lab.end lab 60)
	set_tests_properties(${TSIM_TEST_PREFIX}lab.end PROPERTIES
		FIXTURES_CLEANUP ${TSIM_TEST_PREFIX}lab)
endif()
