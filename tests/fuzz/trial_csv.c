/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as the CSV files beside a trial; the first byte chooses which. */
#include <stdint.h>
#include <string.h>

#include "analyze/contract/guest_timeline.h"
#include "analyze/contract/trial_bins.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/contract/trial_log.h"

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
	t->ipdv = (struct trial_ipdv){ .recorded = TRUE,
		.pairs = 3,
		.min_ns = -5,
		.max_ns = 7,
		.sum_ns = 2,
		.abs_sum_ns = 12 };
	for (uint32_t i = 0; i < 2; i++) {
		t->guests[i].guest = i;
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

/* What is read of a guest's time line and written again reads the same. */
static void guest_rows(trial *t, const char *text, size_t len)
{
	g_autoptr(GArray) rows = guest_timeline_parse(t, "fuzz", text, len, NULL);
	g_autoptr(GArray) again = NULL;
	g_autoptr(GString) csv = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	if (rows == NULL)
		return;
	g_array_append_vals(t->guest_seconds, rows->data, rows->len);
	guest_timeline_append(csv, t);
	again = guest_timeline_parse(t, "fuzz", csv->str, csv->len, &error);
	/* Times closer than a microsecond become one. */
	if (again == NULL && strstr(error->message, "does not increase") == NULL)
		g_error("what was written is not read: %s", error->message);
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
	if (data[0] == 'g') {
		guest_rows(t, text, len);
		return 0;
	}
	if (data[0] == 'i' || data[0] == 'j') {
		(void)trial_ipdv_bins_read(
			&t->ipdv, "fuzz", text, len, data[0] == 'i' ? TRIAL_BINS_ONE : 1, NULL);
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
