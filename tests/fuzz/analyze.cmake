# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(trial_json analyze)
tsim_fuzz(trial_csv analyze)
tsim_fuzz(exact analyze)
tsim_fuzz(moongen_log analyze)
tsim_fuzz(moongen_csv analyze)
tsim_fuzz(names analyze)
tsim_fuzz(pcap_sizes analyze)
