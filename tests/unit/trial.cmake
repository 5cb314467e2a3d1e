# SPDX-License-Identifier: BSD-3-Clause
# Whole trials on virtual time: fake_run.c stands in for what sleeps, reads clocks and asks the machine.
if(TARGET sim_commands)
	foreach(name sim_measure sim_campaign)
		tsim_test(unit ${name} sim_commands)
		target_sources(test_unit_${name} PRIVATE unit/fake_run.c)
		foreach(function g_usleep g_get_monotonic_time clock_pair_now clock_hz_since
				rte_eal_remote_launch rte_eal_wait_lcore rte_mbuf_dynfield_register
				host_watch_new host_watch_start host_watch_tick host_watch_second
				host_watch_end eal_start fabric_open fabric_free cores_assign
				fleet_death fleet_stood_still_s fleet_report fleet_cpu_time fleet_cost
				fleet_pids fleet_processes fleet_shares fleet_poll fleet_watch_start
				fleet_watch_second)
			target_link_options(test_unit_${name} PRIVATE -Wl,--wrap=${function})
		endforeach()
	endforeach()
	tsim_test(unit sim_cpu_time sim_commands)
endif()
