/* SPDX-License-Identifier: BSD-3-Clause */
/* Mix files. What parses has 1 to 4096 guests whose shares add up to 1, and can be scheduled. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "traffic/frame.h"
#include "traffic/mix.h"
#include "traffic/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const mix *m)
{
	const struct schedule_cfg cfg = {
		.mix = m, .pps = 1e4, .span_ns = 1000000, .seed = 1, .max_departures = 100
	};
	g_autoptr(schedule) s = schedule_new(&cfg, NULL);
	g_autoptr(timeline) t = NULL;
	double sum = 0;
	size_t nb = 0;

	g_assert(m->nb_guests >= 1 && m->nb_guests <= FRAME_GUESTS_MAX && s != NULL);
	t = timeline_new(s, m, 0, 1);
	for (uint32_t i = 0; i < m->nb_guests; i++) {
		sum += m->guests[i].share;
		nb += s->guests[i].nb_due;
	}
	g_assert(fabs(sum - 1.0) < 1e-9);
	g_assert(t->nb == nb); /* a millisecond has no gap to be cut */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(mix) m = NULL;

	/* A fuzzer is not to open files: profiles that are paths, captures. */
	if (memchr(data, '/', len) != NULL || memmem(data, len, "trace:", strlen("trace:")) != NULL)
		return 0;
	m = mix_parse("fuzz.mix", (const char *)data, len, "cbr", 1518, &error);
	g_assert((m == NULL) == (error != NULL));
	if (m != NULL)
		check(m);
	else
		g_assert(g_utf8_validate(error->message, -1, NULL));
	return 0;
}
