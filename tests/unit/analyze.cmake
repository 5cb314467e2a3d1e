# SPDX-License-Identifier: BSD-3-Clause
tsim_test(unit analyze_trial analyze)
tsim_test(unit analyze_histogram analyze)
tsim_test(unit analyze_tracker analyze)
tsim_test(unit analyze_result analyze)
tsim_test(unit analyze_ranks analyze)
tsim_test(unit analyze_autotest analyze)
tsim_test(unit analyze_exact analyze GSL::gsl)
tsim_test(unit analyze_guest_timeline analyze)
