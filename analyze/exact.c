/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/exact.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <csv.h>

#include "analyze/csv.h"
#include "analyze/error.h"
#include "analyze/histogram.h"

exact *exact_new(void)
{
	return g_new0(exact, 1);
}

exact *exact_copy(const exact *e)
{
	exact *copy = exact_new();

	*copy = *e;
	copy->bins = g_memdup2(e->bins, e->nb * sizeof(*e->bins));
	return copy;
}

void exact_free(exact *e)
{
	if (e == NULL)
		return;
	g_free(e->bins);
	g_free(e);
}

static void count_sum(exact *e, const struct exact_bin *bin)
{
	uint64_t product;

	if (__builtin_mul_overflow(bin->ns, bin->count, &product) ||
		__builtin_add_overflow(e->sum_ns, product, &e->sum_ns))
		e->sum_ns = G_MAXUINT64;
}

/* What is read; a file has a million rows, and all but the damaged ones go through here. */
struct reading {
	GArray *bins;
	uint64_t field[2];
	uint64_t total;
	guint nb; /* fields of the row so far */
	gboolean comment, odd;
	gboolean sorted;
};

static gboolean parse_digits(const char *text, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	/* 18 digits always fit; the careful reader looks at longer ones. */
	if (len == 0 || len > 18)
		return FALSE;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9)
			return FALSE;
		v = 10 * v + digit;
	}
	*out = v;
	return TRUE;
}

static void on_field(void *text, size_t len, void *user)
{
	struct reading *r = user;

	if (r->nb == 0 && len > 0 && *(const char *)text == '#')
		r->comment = TRUE;
	if (!r->comment && (r->nb >= 2 || !parse_digits(text, len, &r->field[r->nb])))
		r->odd = TRUE;
	r->nb++;
}

static void add_row(struct reading *r)
{
	struct exact_bin bin = { r->field[0], r->field[1] };

	if (__builtin_add_overflow(r->total, bin.count, &r->total) || r->total > G_MAXINT64)
		r->odd = TRUE;
	if (bin.count == 0)
		return;
	if (r->bins->len > 0 &&
		bin.ns <= g_array_index(r->bins, struct exact_bin, r->bins->len - 1).ns)
		r->sorted = FALSE;
	g_array_append_val(r->bins, bin);
}

static void on_row(int end, void *user)
{
	struct reading *r = user;

	(void)end;
	if (!r->comment && r->nb != 2)
		r->odd = TRUE;
	if (!r->comment && !r->odd)
		add_row(r);
	r->nb = 0;
	r->comment = FALSE;
}

static int compare_bins(gconstpointer a, gconstpointer b)
{
	const struct exact_bin *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* Values that occur more than once become one. */
static void settle(exact *e)
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

	if (nb != 2) {
		g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
			"%s: %zu fields instead of latency_ns,count; the file is damaged or of "
			"another program",
			where, nb);
		return FALSE;
	}
	if (!csv_u64(where, "latency_ns", field[0], &bin.ns, error) ||
		!csv_u64(where, "count", field[1], &bin.count, error))
		return FALSE;
	c->e->count += bin.count; /* both are below 2^63 */
	if (c->e->count > G_MAXINT64) {
		g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: the counts add up to 2^63 or more; no measurement has so many: "
			"restore the file, or remove it",
			where);
		return FALSE;
	}
	if (bin.count > 0)
		g_array_append_val(c->bins, bin);
	return TRUE;
}

static gboolean read_carefully(
	struct reading *r, const char *name, const char *data, size_t len, GError **error)
{
	g_autoptr(exact) e = exact_new();
	struct careful c = { e, r->bins };

	g_array_set_size(r->bins, 0);
	r->sorted = FALSE;
	if (!csv_read(name, data, len, careful_row, &c, error))
		return FALSE;
	r->total = e->count;
	return TRUE;
}

exact *exact_parse(const char *name, const char *data, size_t len, GError **error)
{
	g_autoptr(GArray) bins = g_array_sized_new(
		FALSE, FALSE, sizeof(struct exact_bin), (guint)(len / 12 + 1));
	struct reading r = { .bins = bins, .sorted = TRUE };
	g_autoptr(exact) e = exact_new();
	struct csv_parser parser;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		g_set_error(
			error, ANALYZE_ERROR, ANALYZE_ERROR_IO, "%s: libcsv does not start", name);
		return NULL;
	}
	/* Quotes and zero bytes have no business here: who has them is read with more care. */
	r.odd = memchr(data, '"', len) != NULL || memchr(data, '\0', len) != NULL ||
		csv_parse(&parser, data, len, on_field, on_row, &r) != len ||
		csv_fini(&parser, on_field, on_row, &r) != 0 || r.odd;
	csv_free(&parser);
	if (r.odd && !read_carefully(&r, name, data, len, error))
		return NULL;
	if (!r.sorted)
		g_array_sort(bins, compare_bins);
	e->count = r.total;
	e->nb = bins->len;
	e->bins = (struct exact_bin *)(void *)g_array_free(g_steal_pointer(&bins), FALSE);
	if (!r.sorted)
		settle(e);
	for (size_t i = 0; i < e->nb; i++)
		count_sum(e, &e->bins[i]);
	return g_steal_pointer(&e);
}

/* Ends at buf + 20; returns where it begins. */
static char *digits(char *end, uint64_t v)
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
		at = digits(at, e->bins[i].count);
		*--at = ',';
		at = digits(at, e->bins[i].ns);
		g_string_append_len(text, at, buf + sizeof(buf) - at);
	}
	return g_string_free(text, FALSE);
}

gboolean exact_add(exact *into, const exact *from)
{
	size_t i = 0, k = 0, to = 0;
	struct exact_bin *bins;
	uint64_t count;

	if (__builtin_add_overflow(into->count, from->count, &count) || count > G_MAXINT64)
		return FALSE;
	bins = g_new(struct exact_bin, into->nb + from->nb + 1);
	while (i < into->nb || k < from->nb) {
		if (k == from->nb || (i < into->nb && into->bins[i].ns < from->bins[k].ns)) {
			bins[to++] = into->bins[i++];
		} else if (i == into->nb || from->bins[k].ns < into->bins[i].ns) {
			bins[to++] = from->bins[k++];
		} else {
			bins[to] = into->bins[i++];
			bins[to++].count += from->bins[k++].count;
		}
	}
	g_free(into->bins);
	into->bins = g_renew(struct exact_bin, bins, to + 1);
	into->nb = to;
	into->count = count;
	if (into->sum_ns == G_MAXUINT64 ||
		__builtin_add_overflow(into->sum_ns, from->sum_ns, &into->sum_ns))
		into->sum_ns = G_MAXUINT64;
	return TRUE;
}

/* The value of that rank, counting from 0. */
static uint64_t at_rank(const exact *e, uint64_t rank)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < e->nb; i++) {
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
