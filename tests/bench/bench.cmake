# SPDX-License-Identifier: BSD-3-Clause
tsim_script(bench rows 240)
