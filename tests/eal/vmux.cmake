# SPDX-License-Identifier: BSD-3-Clause
tsim_test(eal vmux_switch sim_commands)
tsim_script(eal vmux 300)
tsim_script(eal vmux_virtio 300)
