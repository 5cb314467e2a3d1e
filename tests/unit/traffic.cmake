# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit traffic_rate traffic)
tsim_test(unit traffic_apportion traffic)
tsim_test(unit traffic_profile traffic)
tsim_test(unit traffic_report traffic)
tsim_test(unit traffic_mix traffic)
tsim_test(unit traffic_arrival traffic)
tsim_test(unit traffic_link traffic)
