# SPDX-License-Identifier: BSD-3-Clause
tsim_script(qemu vhost_user 120)
tsim_script(qemu e1000 180)
tsim_script(qemu load_limits 300)
