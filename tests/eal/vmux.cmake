# SPDX-License-Identifier: BSD-3-Clause
tsim_test(eal vmux_switch simcore)
tsim_script(eal vmux 300)
