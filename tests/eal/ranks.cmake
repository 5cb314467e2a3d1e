# SPDX-License-Identifier: BSD-3-Clause
tsim_script(eal ranks 180)
