/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/check.h"

#include <math.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/base/file.h"
#include "analyze/base/format.h"
#include "analyze/results/merged_set.h"
#include "analyze/statistics/statistics.h"

enum {
	REPETITIONS_MIN = 4, /* a side, for a verdict at 5 % */
	DUPLICATE_MIN = 10,  /* latencies: fewer may be equal by chance */
};
static const double DRIFT_MAX = 0.01, OFF_NOMINAL_MAX = 0.1, LATE_MAX = 0.001, CONFIDENCE = 0.95;

struct checking {
	GPtrArray *findings;
	const struct check_options *options;
	const result_combination *c; /* at hand */
};

static void finding_free(gpointer data)
{
	struct check_finding *f = data;

	g_free(f->where);
	g_free(f->text);
	g_free(f);
}

static char *where_of(const result_combination *c, const trial *t)
{
	if (c == NULL)
		return g_strdup("");
	return t == NULL ? g_strdup_printf("%s %s", c->params.label, c->infix)
			 : g_strdup_printf(
				   "%s %s rep %u", c->params.label, c->infix, t->params.repetition);
}

/* t NULL: of the combination. */
G_GNUC_PRINTF(5, 6)
static void add_finding(struct checking *k, gboolean error, const char *kind, const trial *t,
	const char *format, ...)
{
	struct check_finding *f = g_new0(struct check_finding, 1);
	va_list args;

	f->error = error;
	f->kind = kind;
	f->where = where_of(k->c, t);
	va_start(args, format);
	f->text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(k->findings, f);
}

gboolean check_has_errors(const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		if (((const struct check_finding *)g_ptr_array_index(findings, i))->error)
			return TRUE;
	}
	return FALSE;
}

static void drift_of(struct checking *k, const trial *t, const char *what, const double *x,
	const double *y, size_t n)
{
	double drift = statistics_drift(x, y, n);

	if (fabs(drift) > DRIFT_MAX)
		add_finding(k, FALSE, "drift", t,
			"%s %s by %.1f %% between the first and the last second: use a longer "
			"warm-up, or see 'tplot timeline'",
			what, drift > 0 ? "rises" : "falls", 100 * fabs(drift));
}

/* The first and the last second are not whole: traffic starts and stops in them. */
static void check_seconds(struct checking *k, const trial *t)
{
	guint rows = trial_sending_rows(t), nb = rows > 2 ? rows - 2 : 0, nb_p50 = 0;
	g_autofree double *x = g_new(double, nb + 1), *rate = g_new(double, nb + 1);
	g_autofree double *at = g_new(double, nb + 1), *p50 = g_new(double, nb + 1);

	/* With a ramp both are meant to change. */
	if (t->params.extra != NULL && strstr(t->params.extra, "--ramp=") != NULL)
		return;
	for (guint i = 0; i < nb; i++) {
		const struct trial_second *s = &g_array_index(
			t->seconds, struct trial_second, i + 1);
		double length = s->time_s -
				g_array_index(t->seconds, struct trial_second, i).time_s;

		x[i] = s->time_s;
		rate[i] = length > 0 ? (double)s->forwarded / length : 0;
		if (s->p50_ns == 0)
			continue;
		at[nb_p50] = s->time_s;
		p50[nb_p50++] = (double)s->p50_ns;
	}
	drift_of(k, t, "forwarded rate", x, rate, nb);
	drift_of(k, t, "median latency", at, p50, nb_p50);
}

static void on_trial(const trial *t, guint index, void *user)
{
	(void)index;
	if (t != NULL)
		check_seconds(user, t);
}

static void check_trust(struct checking *k)
{
	for (guint i = 0; i < k->c->trials->len; i++) {
		const trial *t = g_ptr_array_index(k->c->trials, i);

		for (guint n = 0; n < t->reasons->len; n++) {
			const char *reason = g_ptr_array_index(t->reasons, n);
			gboolean note = g_str_has_prefix(reason, "note: ");

			add_finding(k, !t->trustworthy && !note, "reason", t, "%s",
				note ? reason + strlen("note: ") : reason);
		}
		for (guint n = 0; t->moongen != NULL && n < t->moongen->oddities->len; n++)
			add_finding(k, FALSE, "files", t, "%s",
				(const char *)g_ptr_array_index(t->moongen->oddities, n));
	}
}

/* Numbers of repetitions that are missing below the highest. */
static void check_numbering(struct checking *k)
{
	GString *missing = g_string_new(NULL);
	uint32_t next = 0;
	guint nb = 0;

	for (guint i = 0; i < k->c->trials->len; i++) {
		const trial *t = g_ptr_array_index(k->c->trials, i);

		for (; next < t->params.repetition && nb < 10; next++, nb++)
			g_string_append_printf(missing, "%s%u", nb > 0 ? ", " : "", next);
		next = t->params.repetition + 1;
	}
	g_string_append(missing, nb > 1 ? " are" : " is");
	if (nb > 0)
		add_finding(k, FALSE, "repetitions", NULL,
			"repetition%s %s missing; rerun the same command to measure only those",
			nb > 1 ? "s" : "", missing->str);
	g_string_free(missing, TRUE);
}

/* most: of any combination of the label. */
static void check_repetitions(struct checking *k, guint most)
{
	guint nb = k->c->trials->len;

	check_numbering(k);
	if (nb < most)
		add_finding(k, FALSE, "repetitions", NULL,
			"%u repetition%s; others of this label have %u", nb, text_plural(nb), most);
	if (nb < REPETITIONS_MIN)
		add_finding(k, FALSE, "repetitions", NULL,
			"%u repetition%s: too few for a verdict (at least %d per side)", nb,
			text_plural(nb), REPETITIONS_MIN);
}

static void check_generator(struct checking *k)
{
	const result_combination *c = k->c;
	double offered = c->n.offered_pps, nominal = (double)c->params.rate_pps;
	double off = nominal > 0 && offered > 0 ? offered / nominal - 1 : 0;

	if (fabs(off) > k->options->tolerance)
		add_finding(k, fabs(off) > OFF_NOMINAL_MAX, "offered", NULL,
			"offered load is %.1f kpps, %.1f %% %s than the nominal %.10g; plot "
			"against the measured load (--x offered)",
			offered / 1e3, 100 * fabs(off), off > 0 ? "more" : "less", nominal / 1e3);
	if (c->n.c.not_sent > 0)
		add_finding(k, FALSE, "generator", NULL,
			"%" G_GUINT64_FORMAT " frame%s not sent: link saturated",
			(guint64)c->n.c.not_sent, text_plural(c->n.c.not_sent));
	if (c->n.c.unsent > 0)
		add_finding(k, FALSE, "generator", NULL,
			"%" G_GUINT64_FORMAT " frame%s not sent in time: generator overloaded",
			(guint64)c->n.c.unsent, text_plural(c->n.c.unsent));
	if ((double)c->n.c.late > LATE_MAX * (double)c->n.c.offered)
		add_finding(k, FALSE, "generator", NULL,
			"%.2g %% of frames departed late: generator overloaded; use dedicated "
			"cores or a lower rate",
			100 * (double)c->n.c.late / (double)c->n.c.offered);
}

static void check_samples(struct checking *k)
{
	static const double q[] = { 0.99, 0.999, 0.9999 };
	uint64_t n = k->c->n.latency.count + k->c->n.latency.censored, lo, hi;
	double coverage;

	for (guint i = 0; i < G_N_ELEMENTS(q); i++) {
		if (n == 0 || statistics_quantile_ranks(n, q[i], CONFIDENCE, &lo, &hi, &coverage))
			continue;
		add_finding(k, FALSE, "samples", NULL,
			"%" G_GUINT64_FORMAT " samples: too few for p%g (a 95 %% interval requires "
			"%.0f); measure longer",
			(guint64)n, 100 * q[i], ceil(log((1 - CONFIDENCE) / 2) / log(q[i])));
		return;
	}
}

/* Of one number of all repetitions that have it. */
static void outliers_of(struct checking *k, const char *what, const double *x, const guint *of,
	size_t n, gboolean is_time)
{
	g_autofree gboolean *apart = g_new0(gboolean, n + 1);

	statistics_outliers(x, n, apart);
	for (size_t i = 0; i < n; i++) {
		const trial *t = g_ptr_array_index(k->c->trials, of[i]);
		double median = apart[i] ? statistics_middle(x, n) : 0;
		g_autofree char *is = is_time ? format_ns((uint64_t)x[i]) : format_percent(x[i]);
		g_autofree char *usual = is_time ? format_ns((uint64_t)median)
						 : format_percent(median);

		if (apart[i])
			add_finding(k, FALSE, "outlier", t,
				"%s is %s, median of the repetitions is %s: outlier; kept in all "
				"results",
				what, is, usual);
	}
}

static void check_apart(struct checking *k)
{
	guint nb = k->c->trials->len;
	g_autofree double *x = g_new(double, nb + 1);
	g_autofree guint *of = g_new(guint, nb + 1);
	size_t n = 0;

	for (guint i = 0; i < nb; i++) {
		const trial *t = g_ptr_array_index(k->c->trials, i);
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(&t->latency, 0.5, &ns, &bound) == 0 && !bound) {
			x[n] = (double)ns;
			of[n++] = i;
		}
	}
	outliers_of(k, "median latency", x, of, n, TRUE);
	n = 0;
	for (guint i = 0; i < nb; i++) {
		const trial *t = g_ptr_array_index(k->c->trials, i);

		if (t->totals.offered > 0 && !trial_is_one_way(t)) {
			x[n] = (double)t->totals.lost / (double)t->totals.offered;
			of[n++] = i;
		}
	}
	outliers_of(k, "loss", x, of, n, FALSE);
}

static void add_bin(uint64_t lo_ns, uint64_t hi_ns, uint64_t count, void *user)
{
	const uint64_t bin[] = { lo_ns, hi_ns, count };

	g_checksum_update(user, (const guchar *)bin, sizeof(bin));
}

/* Two runs that came out alike to the last latency are one run. */
static void check_duplicates(struct checking *k)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < k->c->trials->len; i++) {
		trial *t = g_ptr_array_index(k->c->trials, i);
		g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
		const trial *twin;

		if (t->latency.count < DUPLICATE_MIN || !trial_dist_has_bins(&t->latency))
			continue;
		trial_dist_each(&t->latency, add_bin, sum);
		twin = g_hash_table_lookup(seen, g_checksum_get_string(sum));
		if (twin != NULL)
			add_finding(k, TRUE, "duplicate", t,
				"same latencies as repetition %u: copy; remove one",
				twin->params.repetition);
		else
			g_hash_table_insert(seen, g_strdup(g_checksum_get_string(sum)), t);
	}
}

/* autotest accumulates once, and not again when repetitions are added. */
static void check_accumulated(struct checking *k)
{
	const trial *t = g_ptr_array_index(k->c->trials, 0);
	const exact *sum = k->c->n.latency.exact;
	g_autofree char *dir = NULL, *name = NULL, *path = NULL, *data = NULL;
	g_autoptr(exact) there = NULL;
	size_t len;

	if (sum == NULL || t->moongen == NULL || t->moongen->accumulated ||
		t->moongen->histogram == NULL)
		return;
	dir = g_path_get_dirname(t->moongen->histogram);
	name = merged_set_accumulated_name(t->moongen->histogram);
	path = g_build_filename(dir, name, NULL);
	data = file_read(path, &len, NULL);
	there = data != NULL ? exact_parse(path, data, len, NULL) : NULL;
	if (there == NULL || (there->nb == sum->nb &&
				     (sum->nb == 0 || memcmp(there->bins, sum->bins,
							      sum->nb * sizeof(*sum->bins)) == 0)))
		return;
	add_finding(k, TRUE, "accumulated", NULL,
		"%s has %" G_GUINT64_FORMAT " samples, its repetitions have %" G_GUINT64_FORMAT
		": stale; remove it and merge again",
		path, (guint64)there->count, (guint64)sum->count);
}

static void check_combination(struct checking *k, result_set *r, result_combination *c, guint most)
{
	g_autoptr(GError) error = NULL;

	k->c = c;
	check_trust(k);
	check_repetitions(k, most);
	check_generator(k);
	if (!result_load(r, c, on_trial, k, &error)) {
		add_finding(k, TRUE, "files", NULL, "%s", error->message);
		return;
	}
	check_samples(k);
	check_apart(k);
	check_duplicates(k);
	check_accumulated(k);
	result_unload(c);
}

static guint most_of_label(const result_set *r, const char *label)
{
	guint most = 0;

	for (guint i = 0; i < r->combinations->len; i++) {
		const result_combination *c = g_ptr_array_index(r->combinations, i);

		if (strcmp(c->params.label, label) == 0)
			most = MAX(most, c->trials->len);
	}
	return most;
}

GPtrArray *check_results(result_set *r, const struct check_options *options)
{
	struct checking k = { .findings = g_ptr_array_new_with_free_func(finding_free),
		.options = options };
	guint nb_warnings = r->warnings->len;

	for (guint i = 0; i < r->warnings->len; i++)
		add_finding(&k, TRUE, "files", NULL, "%s",
			(const char *)g_ptr_array_index(r->warnings, i));
	for (guint i = 0; i < r->notes->len; i++)
		add_finding(&k, FALSE, "files", NULL, "%s",
			(const char *)g_ptr_array_index(r->notes, i));
	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *c = g_ptr_array_index(r->combinations, i);

		check_combination(&k, r, c, most_of_label(r, c->params.label));
	}
	k.c = NULL;
	/* What turned out to be broken while it was loaded. */
	for (guint i = nb_warnings; i < r->warnings->len; i++)
		add_finding(&k, TRUE, "files", NULL, "%s",
			(const char *)g_ptr_array_index(r->warnings, i));
	return k.findings;
}
