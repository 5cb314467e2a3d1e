/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/back_to_back.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct back_to_back {
	struct back_to_back_cfg cfg;
	GArray *values; /* uint64_t, one a test that is done */
	uint64_t asked; /* 0: all are done */
	uint32_t lost;  /* repetitions of asked that lost frames */
	/* Of this test: longest burst without loss, shortest with. */
	uint64_t lower, upper;
	gboolean has_lower, has_upper;
	uint64_t reach; /* of the next step away from the bound that is there */
};

static uint64_t step_at(const back_to_back *b, uint64_t frames)
{
	double step = b->cfg.step * (double)frames;

	return step > 1 ? (uint64_t)step : 1;
}

/* The first one ascends by doubling, the others leave their predecessor's result by a step. */
static void start_test(back_to_back *b)
{
	guint nb = b->values->len;
	uint64_t last = nb != 0 ? g_array_index(b->values, uint64_t, nb - 1) : 0;

	b->has_lower = b->has_upper = FALSE;
	b->lower = b->upper = 0;
	b->asked = nb == 0 ? b->cfg.first : MAX(last, 1);
	b->reach = nb == 0 ? b->asked : step_at(b, b->asked);
}

back_to_back *back_to_back_new(const struct back_to_back_cfg *cfg)
{
	back_to_back *b = g_new0(back_to_back, 1);

	assert(cfg->first > 0 && cfg->longest >= cfg->first && cfg->tests > 0);
	b->cfg = *cfg;
	b->values = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	start_test(b);
	return b;
}

void back_to_back_free(back_to_back *b)
{
	if (b == NULL)
		return;
	g_array_unref(b->values);
	g_free(b);
}

uint64_t back_to_back_next(const back_to_back *b)
{
	return b->asked;
}

uint32_t back_to_back_done(const back_to_back *b)
{
	return b->values->len;
}

static gboolean test_is_done(const back_to_back *b)
{
	if (b->has_lower && b->lower >= b->cfg.longest)
		return TRUE;
	return b->has_lower && b->has_upper && b->upper - b->lower <= step_at(b, b->upper);
}

static void choose_burst(back_to_back *b)
{
	if (!b->has_lower) {
		b->asked = b->upper > b->reach ? b->upper - b->reach : 0;
		b->has_lower = b->asked == 0; /* no frames, no loss */
	} else if (!b->has_upper) {
		b->asked = MIN(b->lower + b->reach, b->cfg.longest);
	}
	b->reach *= 2;
	if (b->has_lower && b->has_upper)
		b->asked = b->lower + (b->upper - b->lower) / 2;
}

void back_to_back_add(back_to_back *b, gboolean lossless)
{
	assert(b->asked != 0);
	if (!lossless && b->lost++ < b->cfg.retries)
		return;
	b->lost = 0;
	if (lossless) {
		b->lower = b->asked;
		b->has_lower = TRUE;
	} else {
		b->upper = b->asked;
		b->has_upper = TRUE;
	}
	if (!test_is_done(b))
		choose_burst(b);
	if (!test_is_done(b))
		return;
	g_array_append_val(b->values, b->lower);
	if (b->values->len < b->cfg.tests)
		start_test(b);
	else
		b->asked = 0;
}

static double deviation_of(const uint64_t *values, size_t nb, double mean)
{
	double sum = 0;

	for (size_t i = 0; i < nb; i++)
		sum += ((double)values[i] - mean) * ((double)values[i] - mean);
	return nb > 1 ? sqrt(sum / (double)(nb - 1)) : 0;
}

void back_to_back_report(const back_to_back *b, double throughput_pps, struct search_suite *s)
{
	const uint64_t *values = (const uint64_t *)(void *)b->values->data;
	double sum = 0;

	s->burst_longest = b->cfg.longest;
	s->burst_step = b->cfg.step;
	s->burst_retries = b->cfg.retries;
	s->bursts = b->values->len;
	if (s->bursts == 0)
		return;
	g_free(s->burst_values);
	s->burst_values = g_memdup2(values, s->bursts * sizeof(*values));
	s->burst_frames_min = s->burst_frames_max = values[0];
	for (uint32_t i = 0; i < s->bursts; i++) {
		sum += (double)values[i];
		s->burst_frames_min = MIN(s->burst_frames_min, values[i]);
		s->burst_frames_max = MAX(s->burst_frames_max, values[i]);
	}
	s->burst_frames = sum / s->bursts;
	s->burst_frames_sd = deviation_of(values, s->bursts, s->burst_frames);
	s->buffer_s = s->burst_frames / s->theoretical_pps;
	s->corrected_buffer_s = s->buffer_s * (1 - throughput_pps / s->theoretical_pps);
}
