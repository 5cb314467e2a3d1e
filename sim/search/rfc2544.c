/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/rfc2544.h"

#include <math.h>

#include "analyze/base/format.h"
#include "sim/base/error.h"
#include "sim/search/back_to_back.h"
#include "sim/search/loss_curve.h"
#include "sim/search/throughput.h"
#include "traffic/rate.h"

#define NULL_NS 1000000000U        /* the generator alone */
#define BURST_DRAIN_NS 2000000000U /* after a burst at least: RFC 9004, section 5.2 */
enum { BURST_RETRIES = 1 };        /* loss verification */

/* One frame length. */
struct sweep {
	struct offer *offer;
	const struct search_options *o;
	struct progress *progress;
	search *result;
	gboolean full_spoilt; /* the trial of the loss curve at the theoretical rate */
};

static void free_size(gpointer data)
{
	struct search_options *o = data;

	mix_free(o->run.traffic);
	g_array_unref(o->latency_at_);
	g_free(o);
}

static gboolean add_size(
	GPtrArray *sizes, const struct search_options *o, uint32_t frame_len, GError **error)
{
	g_autofree char *spec = g_strdup_printf("fixed:%u", frame_len);
	struct search_options *one = g_memdup2(o, sizeof(*o));
	const double all = 1;
	gboolean has_all = FALSE;

	one->latency_at_ = g_array_copy(o->latency_at_);
	for (guint i = 0; i < o->latency_at_->len; i++)
		has_all |= g_array_index(o->latency_at_, double, i) >= all;
	if (!has_all)
		g_array_append_val(one->latency_at_, all);
	one->run.traffic = mix_new(spec, o->run.guests, o->run.share, o->run.arrival, 0, error);
	g_ptr_array_add(sizes, one);
	return one->run.traffic != NULL && search_options_set_loads(one, error);
}

GPtrArray *rfc2544_sizes(const struct search_options *o, GError **error)
{
	g_autoptr(GPtrArray) sizes = g_ptr_array_new_with_free_func(free_size);

	for (guint i = 0; i < o->lengths->len; i++)
		if (!add_size(sizes, o, g_array_index(o->lengths, uint32_t, i), error))
			return NULL;
	return g_steal_pointer(&sizes);
}

static struct offer_ask ask_for(
	const struct sweep *w, enum search_use use, uint64_t rate_pps, uint64_t duration_ns)
{
	return (struct offer_ask){ .use = use,
		.rate_pps = rate_pps,
		.duration_ns = duration_ns,
		.warm_up_ns = w->o->run.warm_up_ns,
		.drain_ns = w->o->run.drain_ns };
}

/* Of --link, else what the generator sends at rate max when frames go nowhere. */
static gboolean find_theoretical(struct sweep *w, GError **error)
{
	struct search_suite *suite = &w->result->suite;
	struct offer_ask ask = ask_for(w, SEARCH_THEORETICAL, 0, NULL_NS);
	struct search_trial *t;
	g_autofree char *rate = NULL;

	suite->theoretical_is_link = w->o->run.link_bps > 0;
	if (suite->theoretical_is_link) {
		suite->theoretical_pps = rate_line_pps(
			w->o->run.link_bps, w->result->mean_frame_len);
		return TRUE;
	}
	ask.on_null = TRUE;
	if (!offer_trial(w->offer, &ask, &t, NULL, error))
		return FALSE;
	suite->theoretical_pps = t->offered_pps;
	rate = format_pps(t->offered_pps);
	progress_say(
		w->progress, "theoretical rate: %spps, what the generator sends on null", rate);
	return suite->theoretical_pps >= 1 ||
	       sim_fail(error, SIM_ERROR_GUEST, "no frame was sent on null; use --link");
}

static gboolean find_loss_curve(struct sweep *w, GError **error)
{
	const struct goal *goal = g_ptr_array_index(w->o->goals, 0);
	double loss[LOSS_CURVE_MAX];
	unsigned percent;

	for (size_t nb = 0; (percent = loss_curve_next(loss, nb)) != 0; nb++) {
		double pps = w->result->suite.theoretical_pps * percent / 100;
		struct offer_ask ask = ask_for(w, SEARCH_LOSS_CURVE, (uint64_t)MAX(llround(pps), 1),
			(uint64_t)llround(goal->final_s * 1e9));
		g_autofree char *text = NULL;
		struct search_trial *t;

		if (!offer_until_good(w->offer, &ask, &t, NULL, error))
			return FALSE;
		loss[nb] = t->spoilt ? NAN : t->loss;
		w->full_spoilt = nb == 0 ? t->spoilt : w->full_spoilt;
		text = t->spoilt ? g_strdup("spoiled by the generator") : format_percent(t->loss);
		progress_say(w->progress, "%3u  frame loss rate at %u %%: %s", w->result->nb_trials,
			percent, text);
		offer_tell_spoilt(w->offer, t);
	}
	return TRUE;
}

/* Why there is nothing to look for; NULL: there is. */
static const char *why_no_bursts(const struct sweep *w)
{
	if (w->result->goals[0].lower_pps >= (uint64_t)w->result->suite.theoretical_pps)
		return "throughput is the theoretical rate";
	return w->full_spoilt ? "the generator cannot offer the theoretical rate" : NULL;
}

static gboolean send_burst(
	struct sweep *w, back_to_back *b, uint64_t frames, gboolean *spoilt, GError **error)
{
	uint64_t pps = (uint64_t)MAX(llround(w->result->suite.theoretical_pps), 1);
	struct offer_ask ask = ask_for(w, SEARCH_BACK_TO_BACK, pps,
		(uint64_t)MAX(llround((double)frames * 1e9 / (double)pps), 1));
	struct search_trial *t;

	/* Into buffers that are empty, and until they are again. */
	ask.warm_up_ns = 0;
	ask.drain_ns = MAX(ask.drain_ns, BURST_DRAIN_NS);
	if (!offer_until_good(w->offer, &ask, &t, NULL, error))
		return FALSE;
	*spoilt = t->spoilt;
	progress_say(w->progress,
		"%3u  back-to-back frames, test %u of %u: %" G_GUINT64_FORMAT " frames, %s",
		w->result->nb_trials, back_to_back_done(b) + 1, (unsigned)w->o->bursts, frames,
		t->spoilt     ? "spoiled by the generator"
		: t->loss > 0 ? "lossy"
			      : "lossless");
	offer_tell_spoilt(w->offer, t);
	if (!t->spoilt)
		back_to_back_add(b, t->loss <= 0);
	return TRUE;
}

static gboolean find_bursts(struct sweep *w, GError **error)
{
	search *s = w->result;
	const struct goal *goal = g_ptr_array_index(w->o->goals, 0);
	uint64_t longest = (uint64_t)MAX(s->suite.theoretical_pps * BACK_TO_BACK_LONGEST_S, 1);
	const struct back_to_back_cfg cfg = { .first = MIN(BACK_TO_BACK_FIRST, longest),
		.longest = longest,
		.step = goal->width,
		.tests = (uint32_t)w->o->bursts,
		.retries = BURST_RETRIES };
	g_autoptr(back_to_back) b = back_to_back_new(&cfg);
	const char *why = why_no_bursts(w);
	gboolean spoilt = FALSE;
	uint64_t frames;

	while (why == NULL && !spoilt && (frames = back_to_back_next(b)) != 0)
		if (!send_burst(w, b, frames, &spoilt, error))
			return FALSE;
	if (spoilt && back_to_back_done(b) == 0)
		why = "bursts were spoiled by the generator";
	if (why == NULL)
		back_to_back_report(b, (double)s->goals[0].lower_pps, &s->suite);
	g_free(s->suite.burst_why);
	s->suite.burst_why = g_strdup(why == NULL ? "" : why);
	return TRUE;
}

gboolean rfc2544_search(struct offer *f, const struct search_options *o, struct progress *progress,
	search *result, GError **error)
{
	struct sweep w = { .offer = f, .o = o, .progress = progress, .result = result };

	result->suite.used = TRUE;
	progress_say(progress, "%.0f bytes", result->mean_frame_len);
	return find_theoretical(&w, error) && throughput_search(f, o, progress, result, error) &&
	       find_loss_curve(&w, error) && find_bursts(&w, error);
}
