/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as the CSV files beside a trial; the first byte chooses which. */
#include <stdint.h>
#include <string.h>

#include "analyze/trial_bins.h"
#include "analyze/trial_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Two guests, of which the second has two classes of equal lengths; a few frames each. */
static trial *small_trial(void)
{
	static const uint32_t nb_sizes[] = { 1, 2 };
	trial *t = trial_new();

	trial_set_guests(t, 2, nb_sizes);
	t->probes.used = TRUE;
	t->probes.latency = (struct trial_dist){
		.count = 3, .min_ns = 10, .max_ns = 5000, .sum_ns = 6000
	};
	for (uint32_t i = 0; i < 2; i++) {
		for (uint32_t j = 0; j < nb_sizes[i]; j++) {
			struct trial_size *s = &t->guests[i].sizes[j];

			s->frame_len_lo = 64;
			s->frame_len_hi = i == 0 ? 64 : 128;
			s->latency = (struct trial_dist){
				.count = 3, .min_ns = 10, .max_ns = 5000, .sum_ns = 6000
			};
			s->response = s->latency;
		}
	}
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autoptr(trial) t = small_trial();
	const char *text = len > 0 ? (const char *)data + 1 : "";

	if (len == 0)
		return 0;
	len--;
	if (data[0] == 'p') {
		(void)trial_probe_bins_read(t, "fuzz", text, len, TRIAL_BINS_ONE, NULL);
		return 0;
	}
	if (data[0] == 'q') {
		(void)trial_probe_bins_read(t, "fuzz", text, len, 1, NULL);
		return 0;
	}
	switch (data[0] % 3) {
	case 0:
		(void)trial_bins_read(t, "fuzz", text, len, TRIAL_BINS_ONE, NULL);
		break;
	case 1:
		(void)trial_bins_read(t, "fuzz", text, len, 1, NULL);
		break;
	default:
		if (trial_timeline_read(t, "fuzz", text, len, NULL)) {
			g_autofree char *csv = trial_timeline_csv(t);

			if (!trial_timeline_read(t, "fuzz", csv, strlen(csv), NULL))
				g_error("what was written is not read: %s", csv);
		}
		break;
	}
	return 0;
}
