/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures. What is read has frames that can be sent, at times that do not decrease. */
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "traffic/capture.h"
#include "traffic/frame.h"
#include "traffic/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const capture *c)
{
	g_autoptr(profile) p = profile_from_capture(c);
	double sum = 0;

	g_assert(c->nb >= 2 && c->at_ns[0] == 0 && c->period_ns > (double)c->at_ns[c->nb - 1]);
	for (uint32_t i = 0; i < c->nb; i++) {
		const struct profile_class *class = &p->classes[p->sequence[i]];

		g_assert(i == 0 || c->at_ns[i] >= c->at_ns[i - 1]);
		g_assert(c->frame_len[i] >= class->frame_len_lo);
		g_assert(c->frame_len[i] <= class->frame_len_hi);
	}
	for (uint32_t i = 0; i < p->nb_classes; i++)
		sum += p->classes[i].share;
	g_assert(p->nb_classes >= 1 && p->nb_classes <= FRAME_CLASSES_MAX);
	g_assert(sum > 1 - 1e-9 && sum < 1 + 1e-9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(capture) c = capture_parse("fuzz.pcap", data, len, &error);

	g_assert((c == NULL) == (error != NULL));
	if (c != NULL)
		check(c);
	else
		g_assert(g_utf8_validate(error->message, -1, NULL));
	return 0;
}
