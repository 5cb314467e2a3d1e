/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/exact.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"
#include "analyze/numbers/histogram.h"

exact *exact_new(void)
{
	exact *e = g_new0(exact, 1);

	e->refs = 1;
	return e;
}

exact *exact_ref(exact *e)
{
	e->refs++;
	return e;
}

void exact_free(exact *e)
{
	if (e == NULL || --e->refs > 0)
		return;
	g_free(e->bins);
	g_free(e->before);
	g_free(e);
}

/* What follows from the bins, once they are settled; count is there. */
static void finish_sums(exact *e)
{
	uint64_t count = 0, sum_ns = 0;
	gboolean fits = TRUE;

	e->before = g_new(uint64_t, e->nb / EXACT_STEP + 1);
	for (size_t i = 0; i < e->nb; i++) {
		const struct exact_bin *bin = &e->bins[i];
		uint64_t product;

		if (i % EXACT_STEP == 0)
			e->before[i / EXACT_STEP] = count;
		count += bin->count;
		fits = fits && !__builtin_mul_overflow(bin->ns, bin->count, &product) &&
		       !__builtin_add_overflow(sum_ns, product, &sum_ns);
	}
	e->sum_ns = fits ? sum_ns : G_MAXUINT64;
}

/* What MoonGen and autotest write: digits,digits in each row. good turns FALSE at all else. */
struct plain_rows {
	exact *e;
	uint64_t number[2], next;
	size_t nb; /* fields of this row so far */
	gboolean good, sorted;
};

static void on_plain_field(void *text, size_t len, void *user)
{
	enum { DIGITS_SURE = 18 }; /* so many always fit */
	struct plain_rows *r = user;
	const unsigned char *digits = text;
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned digit = digits[i] - (unsigned)'0';

		r->good &= digit <= 9;
		v = 10 * v + digit;
	}
	r->good &= len > 0 && len <= DIGITS_SURE && r->nb < 2;
	r->number[r->nb++ & 1] = v;
}

static void on_plain_row(int end, void *user)
{
	struct plain_rows *r = user;
	const struct exact_bin bin = { r->number[0], r->number[1] };

	(void)end;
	r->e->count += bin.count;
	r->good &= r->nb == 2 && r->e->count <= G_MAXINT64;
	r->nb = 0;
	if (!r->good || bin.count == 0)
		return;
	r->sorted &= bin.ns >= r->next;
	r->next = bin.ns + 1;
	r->e->bins[r->e->nb++] = bin;
}

/*
 * FALSE for all that is not plain, which is left to csv_read: that makes a text of each field and
 * place, and takes five times as long; files have a million rows.
 */
static gboolean read_plain(exact *e, const char *data, size_t len, gboolean *sorted)
{
	struct plain_rows r = { .e = e, .good = TRUE, .sorted = TRUE };
	struct csv_parser parser;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return FALSE;
	e->bins = g_new(struct exact_bin, len / 4 + 1); /* a row has 4 bytes at least */
	r.good = csv_parse(&parser, data, len, on_plain_field, on_plain_row, &r) == len &&
		 csv_fini(&parser, on_plain_field, on_plain_row, &r) == 0 && r.good;
	csv_free(&parser);
	e->bins = g_renew(struct exact_bin, e->bins, e->nb + 1);
	*sorted = r.sorted;
	return r.good;
}

static int compare_bins(gconstpointer a, gconstpointer b)
{
	const struct exact_bin *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* Values that occur more than once become one. */
static void join_equal(exact *e)
{
	size_t to = 0;

	for (size_t i = 0; i < e->nb; i++) {
		if (to > 0 && e->bins[to - 1].ns == e->bins[i].ns)
			e->bins[to - 1].count += e->bins[i].count;
		else
			e->bins[to++] = e->bins[i];
	}
	e->nb = to;
}

/* The same again, slowly: it knows lines, and what to say. */
struct careful {
	exact *e;
	GArray *bins;
};

static gboolean careful_row(
	const char *where, char *const *field, size_t nb, void *user, GError **error)
{
	struct careful *c = user;
	struct exact_bin bin;

	if (nb != 2)
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: %zu fields, expected latency_ns,count; file is corrupt or has another "
			"format",
			where, nb);
	if (!csv_u64(where, "latency_ns", field[0], &bin.ns, error) ||
		!csv_u64(where, "count", field[1], &bin.count, error))
		return FALSE;
	c->e->count += bin.count; /* both are below 2^63 */
	if (c->e->count > G_MAXINT64)
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: sum of counts exceeds 2^63: file is corrupt; restore or remove it",
			where);
	if (bin.count > 0)
		g_array_append_val(c->bins, bin);
	return TRUE;
}

static gboolean read_carefully(
	exact *e, const char *name, const char *data, size_t len, GError **error)
{
	struct careful c = { e, g_array_new(FALSE, FALSE, sizeof(struct exact_bin)) };
	gboolean ok;

	g_free(e->bins);
	e->bins = NULL;
	e->nb = 0;
	e->count = 0;
	ok = csv_read(name, data, len, careful_row, &c, error);
	e->nb = c.bins->len;
	e->bins = (struct exact_bin *)(void *)g_array_free(c.bins, FALSE);
	return ok;
}

exact *exact_parse(const char *name, const char *data, size_t len, GError **error)
{
	g_autoptr(exact) e = exact_new();
	gboolean sorted = TRUE;

	if (!read_plain(e, data, len, &sorted)) {
		sorted = FALSE;
		if (!read_carefully(e, name, data, len, error))
			return NULL;
	}
	if (!sorted && e->nb > 0) {
		qsort(e->bins, e->nb, sizeof(*e->bins), compare_bins);
		join_equal(e);
	}
	finish_sums(e);
	return g_steal_pointer(&e);
}

/* Ends at buf + 20; returns where it begins. */
static char *put_digits(char *end, uint64_t v)
{
	do {
		*--end = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	return end;
}

char *exact_text(const exact *e)
{
	GString *text = g_string_sized_new(16 * e->nb + 1);
	char buf[48];

	for (size_t i = 0; i < e->nb; i++) {
		char *at = buf + sizeof(buf);

		*--at = '\n';
		at = put_digits(at, e->bins[i].count);
		*--at = ',';
		at = put_digits(at, e->bins[i].ns);
		g_string_append_len(text, at, buf + sizeof(buf) - at);
	}
	return g_string_free(text, FALSE);
}

/* Those of both; count is not set yet. */
static exact *join_bins(const exact *a, const exact *b)
{
	exact *sum = exact_new();
	size_t i = 0, k = 0, to = 0;

	sum->bins = g_new(struct exact_bin, a->nb + b->nb + 1);
	while (i < a->nb && k < b->nb) {
		if (a->bins[i].ns < b->bins[k].ns) {
			sum->bins[to++] = a->bins[i++];
		} else if (b->bins[k].ns < a->bins[i].ns) {
			sum->bins[to++] = b->bins[k++];
		} else {
			sum->bins[to] = a->bins[i++];
			sum->bins[to++].count += b->bins[k++].count;
		}
	}
	while (i < a->nb)
		sum->bins[to++] = a->bins[i++];
	while (k < b->nb)
		sum->bins[to++] = b->bins[k++];
	sum->nb = to;
	return sum;
}

/* By halves: each value is moved log2 of nb times. */
static exact *add_up(exact *const *parts, size_t nb)
{
	g_autoptr(exact) a = NULL;
	g_autoptr(exact) b = NULL;

	if (nb == 1)
		return exact_ref(parts[0]);
	a = add_up(parts, nb / 2);
	b = add_up(parts + nb / 2, nb - nb / 2);
	return join_bins(a, b);
}

exact *exact_total(exact *const *parts, size_t nb)
{
	uint64_t count = 0;
	exact *sum;

	for (size_t i = 0; i < nb; i++) {
		count += parts[i]->count; /* both are below 2^63 */
		if (count > G_MAXINT64)
			return NULL;
	}
	sum = nb > 0 ? add_up(parts, nb) : exact_new();
	if (sum->before == NULL) {
		sum->count = count;
		finish_sums(sum);
	}
	return sum;
}

/* The value of that rank, counting from 0. */
static uint64_t at_rank(const exact *e, uint64_t rank)
{
	size_t lo = 0, hi = e->nb / EXACT_STEP + (e->nb % EXACT_STEP > 0);
	uint64_t seen;

	/* The last step that begins at this rank or below. */
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (e->before[mid] <= rank)
			lo = mid;
		else
			hi = mid;
	}
	seen = e->before[lo];
	for (size_t i = lo * EXACT_STEP; i < e->nb; i++) {
		seen += e->bins[i].count;
		if (seen > rank)
			return e->bins[i].ns;
	}
	return e->bins[e->nb - 1].ns;
}

int exact_quantile(const exact *e, double q, uint64_t *out)
{
	if (e->count == 0)
		return -ENODATA;
	*out = at_rank(e, hist_rank(q, e->count) - 1);
	return 0;
}

int exact_linear(const exact *e, double q, double *out)
{
	double index, part, lo;
	uint64_t rank;

	if (e->count == 0)
		return -ENODATA;
	index = q * (double)(e->count - 1);
	rank = MIN((uint64_t)index, e->count - 1);
	part = index - (double)rank;
	lo = (double)at_rank(e, rank);
	/* The form of GSL, so that both are equal to the last digit. */
	*out = rank + 1 < e->count ? (1 - part) * lo + part * (double)at_rank(e, rank + 1) : lo;
	return 0;
}

int exact_mean(const exact *e, double *out)
{
	long double sum = 0;

	if (e->count == 0)
		return -ENODATA;
	for (size_t i = 0; i < e->nb; i++)
		sum += (long double)e->bins[i].ns * (long double)e->bins[i].count;
	*out = (double)(sum / (long double)e->count);
	return 0;
}

int exact_stddev(const exact *e, double *out)
{
	long double squares = 0;
	double mean;

	if (exact_mean(e, &mean) != 0)
		return -ENODATA;
	for (size_t i = 0; i < e->nb; i++) {
		long double d = (long double)e->bins[i].ns - (long double)mean;

		squares += d * d * (long double)e->bins[i].count;
	}
	*out = e->count < 2 ? 0 : (double)sqrtl(squares / (long double)(e->count - 1));
	return 0;
}
