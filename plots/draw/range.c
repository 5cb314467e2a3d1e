/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/range.h"

#include <math.h>

#include "analyze/base/format.h"
#include "plots/draw/gp.h"

/* A bound that is nearer to what was measured than this factor has room on a linear axis. */
static const double near_factor = 4;
/* Length of an arrow: a factor of its beginning, or a part of a linear axis. */
static const double arrow_factor = 1.35, arrow_part = 0.07;

struct range range_new(gboolean linear)
{
	return (struct range){ .lo = HUGE_VAL, .bound_lo = HUGE_VAL, .linear = linear };
}

void range_include(struct range *r, double ns, gboolean bound)
{
	if (!(ns > 0))
		return;
	if (bound) {
		r->bound_lo = MIN(r->bound_lo, ns);
		r->bound_hi = MAX(r->bound_hi, ns);
	} else {
		r->lo = MIN(r->lo, ns);
		r->hi = MAX(r->hi, ns);
	}
}

void range_include_latency(struct range *r, const struct figure_latency *latency)
{
	range_include(r, latency->ns, latency->bound);
}

void range_include_spread(struct range *r, const struct figure_spread *spread)
{
	range_include(r, spread->lo, spread->lo_bound);
	range_include(r, spread->hi, spread->hi_bound);
}

void range_close(struct range *r)
{
	if (!(r->hi > 0) && range_has_bounds(r)) {
		r->lo = r->bound_lo;
		r->hi = r->bound_hi;
	}
	if (!(r->hi > 0)) {
		/* Not one frame came back: any axis will do. */
		r->lo = 1e6;
		r->hi = 1e9;
	}
	if (range_has_bounds(r)) {
		if (!r->linear || r->bound_hi < near_factor * r->hi)
			r->hi = MAX(r->hi, r->bound_hi);
		r->hi *= arrow_factor;
	}
	if (r->linear) {
		r->lo = 0;
		r->hi = gp_linear_top(r->hi);
	} else {
		gp_log_range(&r->lo, &r->hi);
	}
}

gboolean range_has_bounds(const struct range *r)
{
	return r->bound_hi > 0;
}

/* The arrow begins no later than where it still has room. */
void range_plot_arrow(const struct range *r, struct canvas *c, const struct range_arrow *a)
{
	struct gp_num latest = gp_num(
		r->linear ? (1 - 1.3 * arrow_part) * r->hi : r->hi / (1.05 * arrow_factor));
	g_autofree char *at = g_strdup_printf(
		"($%d < %s ? $%d : %s)", a->column, latest.text, a->column, latest.text);
	g_autofree char *length = r->linear ? g_strdup(gp_num(arrow_part * r->hi).text)
					    : g_strdup_printf(
						      "%s*%s", gp_num(arrow_factor - 1).text, at);
	g_autofree char *place = g_strdup_printf("(%s ? %s : NaN)", a->is_bound, at);

	canvas_plot(c,
		"data index %u using %s:%s:(%s):(%s) with vectors head filled size screen 0.008,22 "
		"lt %u lw %s",
		a->index, a->upwards ? a->other : place, a->upwards ? place : a->other,
		a->upwards ? "0" : length, a->upwards ? length : "0", a->linetype,
		gp_num(a->width).text);
}

void range_note(const struct range *r, GPtrArray *notes)
{
	if (!range_has_bounds(r))
		return;
	g_autofree char *lo = format_ns((uint64_t)llround(r->bound_lo));

	figure_remark(notes, "arrow: at least %s, among lost frames", lo);
}

void range_axis(const struct range *r, struct canvas *c, const char *axis, gboolean with_labels)
{
	g_string_append_printf(
		c->script, "set %srange [%s:%s]\n", axis, gp_num(r->lo).text, gp_num(r->hi).text);
	if (r->linear) {
		canvas_tics(c, axis, 0, r->hi, gp_latency_unit(r->hi / 3), with_labels);
		return;
	}
	g_string_append_printf(c->script, "set logscale %s\n", axis);
	gp_log_tics(c->script, axis, r->lo, r->hi, with_labels ? canvas_room(c, axis) : 0);
}
