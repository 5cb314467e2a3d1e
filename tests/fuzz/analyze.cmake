# SPDX-License-Identifier: BSD-3-Clause
tsim_fuzz(trial_json analyze_show)
tsim_fuzz(trial_csv analyze_show)
tsim_fuzz(exact analyze_show)
tsim_fuzz(moongen_log analyze_show)
tsim_fuzz(moongen_csv analyze_show)
tsim_fuzz(names analyze_show)
tsim_fuzz(pcap_sizes analyze_show)
