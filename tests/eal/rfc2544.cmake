# SPDX-License-Identifier: BSD-3-Clause
tsim_script(eal rfc2544 300 TWICE)
