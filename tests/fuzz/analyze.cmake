# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(trial_json analyze)
tsim_fuzz(trial_csv analyze)
