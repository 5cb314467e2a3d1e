# SPDX-License-Identifier: BSD-3-Clause
tsim_script(qemu vhost_user 120)
