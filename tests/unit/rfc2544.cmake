# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_suite analyze_show)
