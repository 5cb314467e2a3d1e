# SPDX-License-Identifier: BSD-3-Clause
tsim_script(cli install 60)
