# SPDX-License-Identifier: BSD-3-Clause
tsim_test(model traffic_draws traffic)
tsim_test(model traffic_schedule traffic)
tsim_test(model traffic_arrival traffic)
tsim_test(model traffic_link traffic)
