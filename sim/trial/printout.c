/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/printout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/base/table.h"
#include "analyze/contract/guest_rank.h"
#include "analyze/results/result_columns.h"
#include "sim/datapath/fabric.h"
#include "traffic/rate.h"

enum { GUESTS_SHOWN = 3 }; /* of the best, and of the worst */

/* What is said of some frames, in text and CSV. */
struct line {
	const char *name;
	const struct trial_counts *c;
	gboolean one_way;
	struct table_time q[4]; /* p50, p99, p99.9, max */
	const char *state;      /* NULL: nothing to say */
};

/* Over what was offered: lost frames are larger than all others. The maximum is of those that came back. */
static struct line line_of(const char *name, const struct trial_counts *c,
	const struct trial_dist *d, gboolean one_way, const char *state)
{
	static const double q[] = { 0.5, 0.99, 0.999 };
	struct line l = { name, c, one_way, { { d->max_ns, FALSE, FALSE } }, state };

	l.q[3] = l.q[0];
	for (size_t i = 0; i < G_N_ELEMENTS(q); i++) {
		if (trial_dist_quantile(d, q[i], &l.q[i].ns, &l.q[i].bound) != 0)
			l.q[i].ns = 0;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(l.q); i++)
		l.q[i].known = !one_way && (c->forwarded != 0 || l.q[i].bound);
	return l;
}

/* A guest with the latencies of all its sizes. */
struct guest_row {
	const struct trial_guest *g;
	struct line l;
};

static struct guest_row guest_row_of(const struct trial_guest *g)
{
	g_autoptr(hist) sum = hist_new();
	struct trial_dist latency = { .hist = sum };

	for (uint32_t k = 0; k < g->nb_sizes; k++)
		trial_dist_add(&latency, &g->sizes[k].latency);
	return (struct guest_row){ g, line_of(NULL, &g->c, &latency,
					      trial_interface_is_one_way(g->interface), g->state) };
}

/* NAN: nothing was offered, or nothing can come back. */
static double loss_of(const struct line *l)
{
	return l->one_way || l->c->offered == 0 ? NAN : (double)l->c->lost / (double)l->c->offered;
}

static void add_line(GString *s, const struct line *l)
{
	const struct trial_counts *c = l->c;
	g_autofree char *loss = isnan(loss_of(l)) ? g_strdup("-") : format_percent(loss_of(l));
	g_autofree char *lost = l->one_way ? g_strdup("-")
					   : g_strdup_printf("%" G_GUINT64_FORMAT, c->lost);

	g_string_append_printf(s,
		"  %-13s %10" G_GUINT64_FORMAT " %10" G_GUINT64_FORMAT
		" %8s %8s %6" G_GUINT64_FORMAT " %6" G_GUINT64_FORMAT,
		l->name, c->offered, c->forwarded, lost, loss, c->duplicated, c->reordered);
	for (size_t i = 0; i < G_N_ELEMENTS(l->q); i++) {
		g_autofree char *text = l->q[i].known ? format_ns_bound(l->q[i].ns, l->q[i].bound)
						      : g_strdup("-");
		int pad = 10 - (int)g_utf8_strlen(text, -1);

		g_string_append_printf(s, "%*s%s", MAX(pad, 1), "", text);
	}
	g_string_append_printf(
		s, "%s%s\n", l->state == NULL ? "" : "  ", l->state == NULL ? "" : l->state);
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
		.offered = row->l.one_way ? 0 : row->g->c.offered,
		.lost = row->g->c.lost,
		.p99_ns = row->l.q[1].ns,
		.p99_bound = row->l.q[1].bound };
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
	struct line l = row->l;

	l.name = name;
	l.state = g_str_equal(row->g->state, "ok") ? NULL : row->g->state;
	add_line(s, &l);
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

		rows[i] = guest_row_of(&t->guests[i]);
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
		const struct line l = line_of(
			name, &row->c, &row->latency, trial_is_one_way(t), NULL);

		add_line(s, &l);
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
	add_within(s, "departures within 64, 128, 256, 512 ns of schedule:          ",
		(const uint64_t[]){
			d->within_64ns, d->within_128ns, d->within_256ns, d->within_512ns },
		d->frames);
	add_within(s, "inter-departure gaps within 64, 128, 256, 512 ns of schedule:",
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
		struct line l;

		trial_group_dist(t, i, FALSE, &latency);
		l = line_of(name, &g->c, &latency, trial_interface_is_one_way(g->interface), NULL);
		add_line(s, &l);
		trial_dist_clear(&latency);
	}
}

static void add_stamps(GString *s, const struct trial_probes *p)
{
	g_autofree char *error = format_ns(p->stamp_error_ns);

	g_string_append_printf(
		s, "  probe time stamps: receive %s, transmit %s", p->rx_stamps, p->tx_stamps);
	if (p->stamp_error_ns != 0)
		g_string_append_printf(s, "; clock of the NIC within %s of the TSC", error);
	if (p->c.unsent != 0)
		g_string_append_printf(s, "; unsent %" G_GUINT64_FORMAT, p->c.unsent);
	if (p->set_aside != 0)
		g_string_append_printf(s, "; set aside %" G_GUINT64_FORMAT, p->set_aside);
	g_string_append_c(s, '\n');
}

static void add_probes(GString *s, const trial *t)
{
	const struct line l = line_of(
		"timer worker", &t->probes.c, &t->probes.latency, trial_is_one_way(t), NULL);

	if (!t->probes.used)
		return;
	add_header(s, "probes");
	add_line(s, &l);
	add_stamps(s, &t->probes);
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
	const struct line lines[] = {
		line_of("all", &t->totals, &t->latency, trial_is_one_way(t), NULL),
		line_of("from schedule", &t->totals, &t->response, trial_is_one_way(t), NULL),
	};

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
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		add_line(s, &lines[i]);
	add_probes(s, t);
	add_groups(s, t);
	add_sizes(s, t);
	add_guests(s, t, all_guests);
	add_verdict(s, t);
	return g_string_free(s, FALSE);
}

/* A row of the CSV: of all guests or one. */
struct csv_row {
	struct trial_params p; /* borrowed */
	const char *infix, *guest, *trustworthy, *state;
	double measured_s, loss;
	struct trial_counts c;
	struct table_time q[4]; /* p50, p99, p99.9, max */
};

/* Nine digits are in these files, where other tables have twelve. */
static void short_cell(table *t, const void *row, const struct table_column *column)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
	double v = G_STRUCT_MEMBER(double, row, column->at);

	table_string(t, isfinite(v) ? g_ascii_formatd(text, sizeof(text), "%.9g", v) : text);
}

#define AT(member_) .at = offsetof(struct csv_row, member_)

static const struct table_column before_counts[] = {
	{ "label", NULL, TABLE_TEXT, AT(p.label) },
	{ "infix", NULL, TABLE_TEXT, AT(infix) },
	{ "interface", NULL, TABLE_TEXT, AT(p.interface) },
	{ "profile", NULL, TABLE_TEXT, AT(p.profile) },
	{ "arrival", NULL, TABLE_TEXT, AT(p.arrival) },
	{ "rate_pps", NULL, TABLE_COUNT, AT(p.rate_pps) },
	{ "seed", NULL, TABLE_COUNT, AT(p.seed) },
	{ "repetition", NULL, TABLE_NUMBER, AT(p.repetition) },
	{ "measured_s", NULL, AT(measured_s), .cell = short_cell },
	{ "guest", NULL, TABLE_TEXT, AT(guest) },
};
static const struct table_column after_counts[] = {
	{ "loss_ratio", NULL, AT(loss), .cell = short_cell },
	{ "p50_ns", NULL, TABLE_TIME, AT(q[0]) },
	{ "p99_ns", NULL, TABLE_TIME, AT(q[1]) },
	{ "p999_ns", NULL, TABLE_TIME, AT(q[2]) },
	{ "max_ns", NULL, TABLE_TIME, AT(q[3]) },
	{ "trustworthy", NULL, TABLE_TEXT, AT(trustworthy) },
	{ "state", NULL, TABLE_TEXT, AT(state) },
};

static void add_csv_row(table *to, const trial *t, const struct line *l)
{
	g_autofree char *infix = trial_infix(&t->params);
	struct csv_row row = { t->params, infix, l->name, t->trustworthy ? "yes" : "no", l->state,
		t->measured_s, loss_of(l), *l->c, { { 0 } } };

	memcpy(row.q, l->q, sizeof(row.q));
	table_add(to, &row);
}

char *printout_csv(const trial *t, gboolean header)
{
	g_autoptr(table) to = table_new();
	struct line l = line_of("all", &t->totals, &t->latency, trial_is_one_way(t), "");
	g_autofree char *text = NULL;

	table_columns(to, before_counts, G_N_ELEMENTS(before_counts));
	result_counts_columns(to, offsetof(struct csv_row, c));
	table_columns(to, after_counts, G_N_ELEMENTS(after_counts));
	add_csv_row(to, t, &l);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		g_autofree char *guest = g_strdup_printf("%u", t->guests[i].guest);

		l = guest_row_of(&t->guests[i]).l;
		l.name = guest;
		add_csv_row(to, t, &l);
	}
	text = table_csv(to);
	return g_strdup(header ? text : strchr(text, '\n') + 1);
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
