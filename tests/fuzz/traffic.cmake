# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(profile traffic)
tsim_fuzz(mix traffic)
tsim_fuzz(rate traffic)
tsim_fuzz(capture traffic)
