/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/printout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/base/csv.h"
#include "analyze/base/format.h"
#include "analyze/contract/guest_rank.h"
#include "sim/datapath/fabric.h"
#include "traffic/rate.h"

enum { GUESTS_SHOWN = 3 }; /* of the best, and of the worst */

struct quantiles {
	uint64_t ns[4];
	gboolean bound[4];
};

static const double quantile_of[4] = { 0.5, 0.99, 0.999, 1 };

/* Over what was offered: lost frames are larger than all others. The maximum is of those that came back. */
static struct quantiles quantiles(const struct trial_dist *d)
{
	struct quantiles q = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(quantile_of); i++) {
		if (quantile_of[i] == 1)
			q.ns[i] = d->max_ns;
		else if (trial_dist_quantile(d, quantile_of[i], &q.ns[i], &q.bound[i]) != 0)
			q.ns[i] = 0;
	}
	return q;
}

/* A guest with the latencies of all its sizes. */
struct guest_row {
	const struct trial_guest *g;
	struct trial_dist latency;
	struct quantiles q;
};

static void guest_row_init(struct guest_row *row, const struct trial_guest *g)
{
	row->g = g;
	row->latency = (struct trial_dist){ .hist = hist_new() };
	for (uint32_t k = 0; k < g->nb_sizes; k++)
		trial_dist_add(&row->latency, &g->sizes[k].latency);
	row->q = quantiles(&row->latency);
	hist_free(g_steal_pointer(&row->latency.hist));
}

/* NAN: nothing was offered. */
static double loss_of(const struct trial_counts *c)
{
	return c->offered == 0 ? NAN : (double)c->lost / (double)c->offered;
}

static void add_row(GString *s, const char *name, const struct trial_counts *c, gboolean one_way,
	const struct quantiles *q, const char *state)
{
	gboolean nothing = one_way || c->offered == 0;
	g_autofree char *loss = nothing ? g_strdup("-") : format_percent(loss_of(c));
	g_autofree char *lost = one_way ? g_strdup("-")
					: g_strdup_printf("%" G_GUINT64_FORMAT, c->lost);

	g_string_append_printf(s,
		"  %-13s %10" G_GUINT64_FORMAT " %10" G_GUINT64_FORMAT
		" %8s %8s %6" G_GUINT64_FORMAT " %6" G_GUINT64_FORMAT,
		name, c->offered, c->forwarded, lost, loss, c->duplicated, c->reordered);
	for (size_t i = 0; i < G_N_ELEMENTS(q->ns); i++) {
		g_autofree char *text = one_way || (c->forwarded == 0 && !q->bound[i])
						? g_strdup("-")
						: format_ns_bound(q->ns[i], q->bound[i]);
		int pad = 10 - (int)g_utf8_strlen(text, -1);

		g_string_append_printf(s, "%*s%s", MAX(pad, 1), "", text);
	}
	g_string_append_printf(s, "%s%s\n", state == NULL ? "" : "  ", state == NULL ? "" : state);
}

static void add_header(GString *s, const char *what)
{
	g_string_append_printf(s, "  %-13s %10s %10s %8s %8s %6s %6s%10s%10s%10s%10s\n", what,
		"offered", "forwarded", "lost", "loss", "dup", "reord", "p50", "p99", "p99.9",
		"max");
}

static struct guest_rank rank_of(const struct guest_row *row)
{
	return (struct guest_rank){ .guest = row->g->guest,
		.ok = g_str_equal(row->g->state, "ok"),
		.offered = trial_interface_is_one_way(row->g->interface) ? 0 : row->g->c.offered,
		.lost = row->g->c.lost,
		.p99_ns = row->q.ns[1],
		.p99_bound = row->q.bound[1] };
}

/* Worst first; those without a rank last. */
static int compare_guests(gconstpointer a, gconstpointer b)
{
	const struct guest_rank x = rank_of(a), y = rank_of(b);

	if (guest_rank_has(&x) != guest_rank_has(&y))
		return guest_rank_has(&x) ? -1 : 1;
	return guest_rank_compare(&x, &y);
}

static void add_guest(GString *s, const struct guest_row *row)
{
	g_autofree char *name = g_strdup_printf("guest %u", row->g->guest);

	add_row(s, name, &row->g->c, trial_interface_is_one_way(row->g->interface), &row->q,
		g_str_equal(row->g->state, "ok") ? NULL : row->g->state);
}

static void add_best_and_worst(GString *s, const struct guest_row *rows, uint32_t nb)
{
	gboolean all = nb <= 2 * GUESTS_SHOWN;

	if (nb > 0)
		add_header(s, all ? "guests" : "worst guests");
	for (uint32_t i = 0; i < (all ? nb : GUESTS_SHOWN); i++)
		add_guest(s, &rows[i]);
	if (all)
		return;
	add_header(s, "best guests");
	for (uint32_t i = nb; i-- > nb - GUESTS_SHOWN;)
		add_guest(s, &rows[i]);
}

static void add_guests(GString *s, const trial *t, gboolean all)
{
	g_autofree struct guest_row *rows = g_new0(struct guest_row, t->nb_guests);
	uint32_t ranked = 0, nb_silent = 0;

	if (t->nb_guests < 2)
		return;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct guest_rank rank;

		guest_row_init(&rows[i], &t->guests[i]);
		rank = rank_of(&rows[i]);
		ranked += guest_rank_has(&rank) != FALSE;
		nb_silent += t->guests[i].c.offered == 0;
	}
	if (all || t->nb_guests <= 2 * GUESTS_SHOWN) {
		add_header(s, "guests");
		for (uint32_t i = 0; i < t->nb_guests; i++)
			add_guest(s, &rows[i]);
	} else {
		qsort(rows, t->nb_guests, sizeof(rows[0]), compare_guests);
		add_best_and_worst(s, rows, ranked);
	}
	if (nb_silent > 0) {
		g_autofree char *silent = guest_rank_silent_text(nb_silent);

		g_string_append_printf(s, "  %s\n", silent);
	}
}

/* A size class over all guests: classes with the same bounds are one. */
struct size_row {
	uint32_t lo, hi;
	struct trial_counts c;
	struct trial_dist latency;
};

static struct size_row *size_row_of(GArray *rows, const struct trial_size *z)
{
	struct size_row fresh = { .lo = z->frame_len_lo, .hi = z->frame_len_hi };

	for (guint i = 0; i < rows->len; i++) {
		struct size_row *row = &g_array_index(rows, struct size_row, i);

		if (row->lo == fresh.lo && row->hi == fresh.hi)
			return row;
	}
	fresh.latency.hist = hist_new();
	g_array_append_val(rows, fresh);
	return &g_array_index(rows, struct size_row, rows->len - 1);
}

static int compare_sizes(gconstpointer a, gconstpointer b)
{
	const struct size_row *x = a, *y = b;

	return x->lo != y->lo ? (x->lo < y->lo ? -1 : 1) : (x->hi < y->hi ? -1 : x->hi > y->hi);
}

static void add_sizes(GString *s, const trial *t)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct size_row));

	for (uint32_t i = 0; i < t->nb_guests; i++) {
		for (uint32_t k = 0; k < t->guests[i].nb_sizes; k++) {
			const struct trial_size *z = &t->guests[i].sizes[k];
			struct size_row *row = size_row_of(rows, z);

			trial_counts_add(&row->c, &z->c);
			trial_dist_add(&row->latency, &z->latency);
		}
	}
	g_array_sort(rows, compare_sizes);
	add_header(s, "frame size");
	for (guint i = 0; i < rows->len; i++) {
		struct size_row *row = &g_array_index(rows, struct size_row, i);
		g_autofree char *name = row->lo == row->hi
						? g_strdup_printf("%u B", row->lo)
						: g_strdup_printf("%u-%u B", row->lo, row->hi);

		struct quantiles q = quantiles(&row->latency);

		add_row(s, name, &row->c, trial_is_one_way(t), &q, NULL);
		trial_dist_clear(&row->latency);
	}
}

/* Bytes are those of the very frames, with FCS: no mean of a profile comes in. */
static void add_rate(GString *s, const char *what, uint64_t frames, double bytes, double measured_s)
{
	double pps = measured_s > 0 ? (double)frames / measured_s : 0;
	double mean_len = frames > 0 ? bytes / (double)frames : 0;
	g_autofree char *p = rate_format_pps(pps);
	g_autofree char *l2 = rate_format_bps(rate_l2_bps(pps, mean_len));
	g_autofree char *l1 = rate_format_bps(rate_l1_bps(pps, mean_len));

	g_string_append_printf(s,
		"  %-10s %12s  %12s L2  %12s L1  %12" G_GUINT64_FORMAT " frames\n", what, p, l2, l1,
		frames);
}

static void add_verdict(GString *s, const trial *t)
{
	g_string_append_printf(s, "verdict: %s%s\n",
		t->trustworthy ? "trustworthy" : "NOT TRUSTWORTHY",
		t->interrupted ? ", interrupted" : "");
	for (guint i = 0; i < t->reasons->len; i++)
		g_string_append_printf(s, "  %s\n", (const char *)g_ptr_array_index(t->reasons, i));
}

static void add_within(GString *s, const char *what, const uint64_t within[4], uint64_t of)
{
	g_string_append_printf(s, "  %s", what);
	for (unsigned i = 0; i < 4; i++)
		g_string_append_printf(
			s, " %5.1f %%", of == 0 ? 0 : (double)within[i] / (double)of * 100);
	g_string_append_c(s, '\n');
}

static void add_departures(GString *s, const trial *t)
{
	const struct trial_departure *d = &t->departure;
	g_autofree char *p50 = format_ns(d->self_delay_p50_ns),
			*p99 = format_ns(d->self_delay_p99_ns);
	double all = (double)d->frames / 100;

	if (d->frames == 0)
		return;
	add_within(s, "departures within 64, 128, 256, 512 ns of schedule:",
		(const uint64_t[]){
			d->within_64ns, d->within_128ns, d->within_256ns, d->within_512ns },
		d->frames);
	add_within(s, "gaps between two of a worker, likewise:            ",
		(const uint64_t[]){ d->inter_within_64ns, d->inter_within_128ns,
			d->inter_within_256ns, d->inter_within_512ns },
		d->inter_frames);
	g_string_append_printf(s,
		"  generator's own delay: p50 %s, p99 %s; late %" G_GUINT64_FORMAT
		", in bursts %.1f %%\n",
		p50, p99, t->totals.late, (double)d->bursts / all);
}

static void add_groups(GString *s, const trial *t)
{
	if (t->nb_groups < 2)
		return;
	add_header(s, "groups");
	for (uint32_t i = 0; i < t->nb_groups; i++) {
		const struct trial_group *g = &t->groups[i];
		gboolean same = g->group[0] == '\0' || g_str_equal(g->group, g->interface);
		g_autofree char *name = same ? g_strdup(g->interface)
					     : g_strdup_printf("%s %s", g->group, g->interface);
		struct trial_dist latency;
		struct quantiles q;

		trial_group_dist(t, i, FALSE, &latency);
		q = quantiles(&latency);
		add_row(s, name, &g->c, trial_interface_is_one_way(g->interface), &q, NULL);
		trial_dist_clear(&latency);
	}
}

static void add_probes(GString *s, const trial *t)
{
	struct quantiles q = quantiles(&t->probes.latency);

	if (!t->probes.used)
		return;
	add_header(s, "probes");
	add_row(s, "timer worker", &t->probes.c, trial_is_one_way(t), &q, NULL);
}

/* "host 812": nothing where there was none, or nobody counted. */
static void add_cycles(
	GString *s, const char *who, const trial *t, const struct trial_cpu_part *part)
{
	double cycles = trial_cpu_cycles(&t->cpu, part);

	if (!isnan(cycles))
		g_string_append_printf(
			s, "%s%s %.0f", s->str[s->len - 1] == ':' ? " " : ", ", who, cycles);
}

static void add_cpu(GString *s, const trial *t)
{
	if (!t->cpu.known || t->cpu.frames == 0)
		return;
	g_string_append(s, "  cycles per frame forwarded:");
	add_cycles(s, "generator", t, &t->cpu.generator);
	add_cycles(s, "host", t, &t->cpu.host);
	add_cycles(s, "guests", t, &t->cpu.guests);
	g_string_append_c(s, '\n');
}

/* The books: intended = offered + not sent + unsent. */
static void add_rates(GString *s, const trial *t)
{
	const struct trial_counts *c = &t->totals;
	double not_sent, unsent, offered = (double)c->offered_bytes;

	trial_absent_bytes(t, &not_sent, &unsent);
	add_rate(s, "intended", c->intended, offered + not_sent + unsent, t->measured_s);
	add_rate(s, "offered", c->offered, offered, t->measured_s);
	add_rate(s, "forwarded", c->forwarded, (double)c->forwarded_bytes, t->measured_s);
	if (c->not_sent != 0)
		add_rate(s, "not sent", c->not_sent, not_sent, t->measured_s);
	if (c->unsent != 0)
		add_rate(s, "unsent", c->unsent, unsent, t->measured_s);
}

char *printout_text(const trial *t, gboolean all_guests)
{
	GString *s = g_string_new(NULL);
	g_autofree char *infix = trial_infix(&t->params);
	struct quantiles latency = quantiles(&t->latency), response = quantiles(&t->response);

	g_string_append_printf(s, "%s  repetition %u\n", infix, t->params.repetition);
	add_rates(s, t);
	add_departures(s, t);
	add_cpu(s, t);
	if (t->totals.refused + t->totals.corrupt + t->totals.foreign != 0)
		g_string_append_printf(s,
			"  refused by full queues %" G_GUINT64_FORMAT ", corrupt %" G_GUINT64_FORMAT
			", foreign %" G_GUINT64_FORMAT "\n",
			t->totals.refused, t->totals.corrupt, t->totals.foreign);
	add_header(s, "latency");
	add_row(s, "all", &t->totals, trial_is_one_way(t), &latency, NULL);
	add_row(s, "from schedule", &t->totals, trial_is_one_way(t), &response, NULL);
	add_probes(s, t);
	add_groups(s, t);
	add_sizes(s, t);
	add_guests(s, t, all_guests);
	add_verdict(s, t);
	return g_string_free(s, FALSE);
}

static void csv_count(GString *s, uint64_t v)
{
	g_string_append_printf(s, "%" G_GUINT64_FORMAT ",", v);
}

static void csv_number(GString *s, double v)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (isfinite(v))
		g_string_append(s, g_ascii_formatd(text, sizeof(text), "%.9g", v));
	g_string_append_c(s, ',');
}

/* What all rows of a trial begin with. */
static char *csv_head(const trial *t)
{
	const struct trial_params *p = &t->params;
	g_autofree char *infix = trial_infix(p);
	GString *s = g_string_new(NULL);

	csv_count(s, REPORT_CSV_SCHEMA);
	csv_append(s, p->label, ',');
	csv_append(s, infix, ',');
	csv_append(s, p->interface, ',');
	csv_append(s, p->profile, ',');
	csv_append(s, p->arrival, ',');
	csv_count(s, p->rate_pps);
	csv_count(s, p->seed);
	csv_count(s, p->repetition);
	csv_number(s, t->measured_s);
	return g_string_free(s, FALSE);
}

static void csv_row(GString *s, const trial *t, const char *who, const struct trial_counts *c,
	gboolean one_way, const struct quantiles *q, const char *state)
{
	const uint64_t counts[] = { c->intended, c->not_sent, c->unsent, c->offered, c->forwarded,
		c->lost, c->duplicated, c->reordered, c->corrupt, c->foreign, c->late, c->refused,
		c->offered_bytes, c->forwarded_bytes };

	csv_append(s, who, ',');
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		csv_count(s, counts[i]);
	csv_number(s, one_way ? NAN : loss_of(c));
	for (size_t i = 0; i < G_N_ELEMENTS(q->ns); i++) {
		if (!one_way && (c->forwarded != 0 || q->bound[i]))
			g_string_append_printf(
				s, "%s%" G_GUINT64_FORMAT, q->bound[i] ? ">=" : "", q->ns[i]);
		g_string_append_c(s, ',');
	}
	g_string_append(s, t->trustworthy ? "yes," : "no,");
	csv_append(s, state, '\n');
}

char *printout_csv(const trial *t, gboolean header)
{
	GString *s = g_string_new(NULL);
	g_autofree char *head = csv_head(t);
	struct quantiles all = quantiles(&t->latency);

	if (header)
		g_string_append(s,
			"schema,label,infix,interface,profile,arrival,rate_pps,seed,repetition,"
			"measured_s,guest,intended,not_sent,unsent,offered,forwarded,lost,"
			"duplicated,reordered,corrupt,foreign,late,refused,offered_bytes,"
			"forwarded_bytes,loss_ratio,p50_ns,p99_ns,p999_ns,max_ns,trustworthy,"
			"state\n");
	g_string_append(s, head);
	csv_row(s, t, "all", &t->totals, trial_is_one_way(t), &all, "");
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		g_autofree char *who = g_strdup_printf("%u", t->guests[i].guest);
		struct guest_row row;

		guest_row_init(&row, &t->guests[i]);
		g_string_append(s, head);
		csv_row(s, t, who, &t->guests[i].c,
			trial_interface_is_one_way(t->guests[i].interface), &row.q,
			t->guests[i].state);
	}
	return g_string_free(s, FALSE);
}

void printout_trial(const trial *t, enum cli_format format, gboolean all_guests, gboolean first)
{
	g_autofree char *text = NULL;

	text = format == CLI_CSV    ? printout_csv(t, first)
	       : format == CLI_JSON ? trial_to_json(t)
				    : printout_text(t, all_guests);
	fputs(text, stdout);
	if (format == CLI_JSON && !g_str_has_suffix(text, "\n"))
		putchar('\n');
	fflush(stdout);
}
