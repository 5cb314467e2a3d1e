# SPDX-License-Identifier: BSD-3-Clause
tsim_script(cli treflect_xdp 60)
