/* SPDX-License-Identifier: BSD-3-Clause */
/* How a trial did by a goal. */
#include "analyze/verdict/goal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/results/result_numbers.h"
#include "analyze/verdict/goal_private.h"

static const char *const too_few = "too few frames";

/* How one part of the frames did by a bound. */
struct finding {
	gboolean met;
	double value; /* ratio or ns; INFINITY: lost frames are in the way, or there are too few */
	const char *fault; /* instead of the value; NULL: that says it */
	uint64_t frames;   /* that there are, of latencies */
	int64_t guest;     /* whose it is; -1: nobody's */
};

/* All frames of the scope, or of one guest of it. */
struct part {
	const trial *t;
	const struct goal_bound *b;
	int64_t guest; /* -1: those that b says */
};

static gboolean has_guest(const struct part *p, const struct trial_guest *g)
{
	if (p->guest >= 0)
		return g->guest == (uint64_t)p->guest;
	return p->b->scope == GOAL_GUEST   ? g->guest == p->b->number
	       : p->b->scope == GOAL_GROUP ? g_strcmp0(g->group, p->b->group) == 0
					   : TRUE;
}

static gboolean has_size(const struct part *p, const struct trial_size *s)
{
	return p->b->scope != GOAL_SIZE ||
	       (p->b->number >= s->frame_len_lo && p->b->number <= s->frame_len_hi);
}

static void add_frames(
	const struct part *p, uint64_t *offered, uint64_t *lost, struct trial_dist *sum)
{
	for (uint32_t i = 0; i < p->t->nb_guests; i++) {
		const struct trial_guest *g = &p->t->guests[i];

		for (uint32_t j = 0; has_guest(p, g) && j < g->nb_sizes; j++) {
			const struct trial_size *s = &g->sizes[j];

			if (!has_size(p, s))
				continue;
			*offered += s->c.offered;
			*lost += s->c.lost;
			if (sum != NULL)
				(void)trial_dist_add(sum, &s->response);
		}
	}
}

static void find_loss(const struct part *p, struct finding *out)
{
	uint64_t offered = 0, lost = 0;

	add_frames(p, &offered, &lost, NULL);
	out->value = offered > 0 ? (double)lost / (double)offered : INFINITY;
	out->fault = offered > 0 ? NULL : "no frames were offered";
	out->met = out->value <= p->b->limit;
}

static void find_latency(const struct part *p, struct finding *out)
{
	g_autoptr(hist) bins = hist_new();
	struct trial_dist sum = { .hist = bins };
	uint64_t offered = 0, lost = 0, ns = 0;
	gboolean bound = FALSE;

	add_frames(p, &offered, &lost, &sum);
	out->frames = sum.count + sum.censored;
	out->value = INFINITY;
	if (ctr_get(&bins->count) != sum.count ||
		trial_dist_quantile(&sum, p->b->quantile, &ns, &bound) != 0)
		out->fault = out->frames > 0 ? "the latencies are not known"
					     : "no frames were offered";
	else if (out->frames < goal_needs_frames(p->b))
		out->fault = too_few;
	else if (bound)
		out->fault = "among the lost frames";
	else
		out->value = (double)ns;
	out->met = out->value <= p->b->limit;
}

static void find_part(const struct part *p, struct finding *out)
{
	out->guest = p->guest;
	if (p->b->measure == GOAL_LOSS)
		find_loss(p, out);
	else
		find_latency(p, out);
}

/* Of the guests that something was scheduled for, the one that did worst. */
static void find_worst_guest(const trial *t, const struct goal_bound *b, struct finding *out)
{
	gboolean found = FALSE;

	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct part p = { t, b, t->guests[i].guest };
		struct finding one = { 0 };

		if (t->guests[i].c.intended == 0)
			continue;
		find_part(&p, &one);
		if (!found || one.value > out->value)
			*out = one;
		found = TRUE;
	}
	if (!found)
		*out = (struct finding){
			.value = INFINITY, .fault = "no frames were offered", .guest = -1
		};
}

/* What guests got back of what they were offered: Jain's index of it, or the least. */
static void find_fairness(const trial *t, const struct goal_bound *b, struct finding *out)
{
	g_autofree double *got = g_new(double, MAX(t->nb_guests, 1));
	struct result_fairness fairness;
	double least = INFINITY;
	size_t nb = 0;

	out->guest = -1;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		if (g->c.intended == 0)
			continue;
		got[nb] = g->c.offered > 0 ? (double)g->c.forwarded / (double)g->c.offered : 0;
		if (got[nb] < least) {
			least = got[nb];
			out->guest = b->measure == GOAL_MIN_SHARE ? (int64_t)g->guest : -1;
		}
		nb++;
	}
	result_fairness_of(got, nb, &fairness);
	out->value = b->measure == GOAL_MIN_SHARE ? least : fairness.jain;
	if (!isfinite(out->value))
		out->fault = nb > 0 ? "no frames returned" : "no frames were offered";
	out->met = isfinite(out->value) && out->value >= b->limit;
}

static void find_bound(const trial *t, const struct goal_bound *b, struct finding *out)
{
	const struct part all = { t, b, -1 };

	if (b->measure == GOAL_JAIN || b->measure == GOAL_MIN_SHARE)
		find_fairness(t, b, out);
	else if (b->scope == GOAL_EVERY_GUEST)
		find_worst_guest(t, b, out);
	else
		find_part(&all, out);
}

static char *value_text(const struct goal_bound *b, double v)
{
	if (b->measure == GOAL_LATENCY)
		return format_ns((uint64_t)llround(v));
	return b->measure == GOAL_LOSS ? format_percent(v) : g_strdup_printf("%.3g", v);
}

/* Where three digits hide that a value is beyond the limit, six do not. */
static char *precise_text(const struct goal_bound *b, double v)
{
	if (b->measure == GOAL_LATENCY)
		return g_strdup_printf("%.0f ns", v);
	return b->measure == GOAL_LOSS ? g_strdup_printf("%.6g %%", v * 100)
				       : g_strdup_printf("%.6g", v);
}

/* "p99 of guest 3: 812 us, limit 500 us", "loss 0.31 %, limit 0.1 %". */
static char *miss_text(const struct goal_bound *b, const struct finding *f)
{
	g_autofree char *limit = value_text(b, b->limit);
	g_autofree char *value = isfinite(f->value) ? value_text(b, f->value) : g_strdup(f->fault);
	GString *s = g_string_new(NULL);

	if (strcmp(value, limit) == 0) {
		g_free(value);
		value = precise_text(b, f->value);
	}
	goal_append_measure(s, b);
	if (f->guest >= 0)
		g_string_append_printf(s, " of guest %" PRId64, f->guest);
	else if (b->scope == GOAL_GUEST)
		g_string_append_printf(s, " of guest %u", b->number);
	else if (b->scope == GOAL_GROUP)
		g_string_append_printf(s, " of group %s", b->group);
	else if (b->scope == GOAL_SIZE)
		g_string_append_printf(s, " of %u-byte frames", b->number);
	if (strchr(s->str, ' ') != NULL || f->fault != NULL)
		g_string_append_c(s, ':');
	g_string_append_printf(s, " %s", value);
	if (f->fault == too_few)
		g_string_append_printf(
			s, " (%" PRIu64 " of %" PRIu64 ")", f->frames, goal_needs_frames(b));
	else
		g_string_append_printf(s, ", limit %s", limit);
	return g_string_free(s, FALSE);
}

void goal_judge(const struct goal *g, const trial *t, struct search_mark *out)
{
	gboolean latency = FALSE;

	out->met = TRUE;
	out->value_ns = NAN;
	out->why = NULL;
	for (guint i = 0; i < g->bounds->len; i++) {
		const struct goal_bound *b = &g_array_index(g->bounds, struct goal_bound, i);
		struct finding f = { 0 };

		find_bound(t, b, &f);
		if (b->measure == GOAL_LATENCY && !latency) {
			latency = TRUE;
			out->value_ns = isfinite(f.value) ? f.value : NAN;
		}
		if (f.met)
			continue;
		out->met = FALSE;
		if (out->why == NULL)
			out->why = miss_text(b, &f);
	}
	if (out->why == NULL)
		out->why = g_strdup("");
}
