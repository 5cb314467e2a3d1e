# SPDX-License-Identifier: BSD-3-Clause
tsim_test(model analyze_tracker analyze_show)
