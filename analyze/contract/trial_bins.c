/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_bins.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"
#include "analyze/contract/trial_rows.h"

/* What stands in frame_bytes for size i of a guest. */
static char *size_key(const struct trial_guest *g, uint32_t i)
{
	const struct trial_size *s = &g->sizes[i];
	unsigned same = 1;
	GString *key = g_string_new(NULL);

	g_string_printf(key, "%u", s->frame_len_lo);
	if (s->frame_len_hi != s->frame_len_lo)
		g_string_append_printf(key, "-%u", s->frame_len_hi);
	for (uint32_t j = 0; j < i; j++)
		same += g->sizes[j].frame_len_lo == s->frame_len_lo &&
			g->sizes[j].frame_len_hi == s->frame_len_hi;
	if (same > 1)
		g_string_append_printf(key, "/%u", same);
	return g_string_free(key, FALSE);
}

static uint64_t bin_of(const struct trial_dist *d, uint32_t index)
{
	return d->hist != NULL ? hist_get(d->hist, index) : 0;
}

void trial_bins_append_guest(GString *to, const struct trial_guest *g, const char *prefix)
{
	for (uint32_t j = 0; j < g->nb_sizes; j++) {
		const struct trial_size *s = &g->sizes[j];
		g_autofree char *key = size_key(g, j);

		if (s->latency.hist == NULL && s->response.hist == NULL)
			continue;
		for (uint32_t k = 0; k < HIST_BUCKETS; k++) {
			uint64_t latency = bin_of(&s->latency, k),
				 response = bin_of(&s->response, k);

			if (latency == 0 && response == 0)
				continue;
			g_string_append_printf(to, "%s%u,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
				prefix, g->guest, key, hist_bucket_mid(k), latency, response);
		}
	}
}

void trial_bins_append(GString *to, const trial *t, const char *prefix)
{
	for (uint32_t i = 0; i < t->nb_guests; i++)
		trial_bins_append_guest(to, &t->guests[i], prefix);
}

void trial_bins_histogram(GString *to, const hist *h, const char *prefix)
{
	for (uint32_t i = 0; h != NULL && i < HIST_BUCKETS; i++) {
		uint64_t count = hist_get(h, i);

		if (count > 0)
			g_string_append_printf(to, "%s%" PRIu64 ",%" PRIu64 "\n", prefix,
				hist_bucket_mid(i), count);
	}
}

struct reading {
	trial *t;
	struct trial_size *size;     /* of the row before: rows of one size stand together */
	char *guest_text, *key_text; /* its fields */
};

static struct trial_size *find_size(const trial *t, uint64_t guest, const char *key)
{
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		if (g->guest != guest)
			continue;
		for (uint32_t j = 0; j < g->nb_sizes; j++) {
			g_autofree char *own = size_key(g, j);

			if (strcmp(own, key) == 0)
				return &g->sizes[j];
		}
	}
	return NULL;
}

static gboolean select_size(struct reading *r, const char *where, const char *guest_text,
	const char *key, GError **error)
{
	uint64_t guest;

	if (r->size != NULL && strcmp(r->guest_text, guest_text) == 0 &&
		strcmp(r->key_text, key) == 0)
		return TRUE;
	if (!csv_u64(where, "guest", guest_text, &guest, error))
		return FALSE;
	r->size = find_size(r->t, guest, key);
	if (r->size == NULL) {
		g_autofree char *shown = g_utf8_make_valid(key, -1);

		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: trial has no guest %s with %s-byte frames; file belongs to another "
			"trial: measure again",
			where, guest_text, shown);
	}
	g_free(r->guest_text);
	g_free(r->key_text);
	r->guest_text = g_strdup(guest_text);
	r->key_text = g_strdup(key);
	return TRUE;
}

/* Counts of one file cannot overflow a histogram that is checked against its summary later. */
static gboolean record_bin(
	struct trial_dist *d, const char *where, uint64_t ns, uint64_t count, GError **error)
{
	if (count == 0)
		return TRUE;
	if (d->hist == NULL)
		d->hist = hist_new();
	if (count > d->count || ctr_get(&d->hist->count) > d->count - count)
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: more frames than the %" PRIu64
			" of the trial; file is corrupt: measure again",
			where, d->count);
	hist_record_many(d->hist, ns, count);
	return TRUE;
}

static gboolean on_row(const char *where, char *const *field, void *user, GError **error)
{
	struct reading *r = user;
	uint64_t ns, latency, response;

	return select_size(r, where, field[0], field[1], error) &&
	       csv_u64(where, "latency_ns", field[2], &ns, error) &&
	       csv_u64(where, "count", field[3], &latency, error) &&
	       csv_u64(where, "response_count", field[4], &response, error) &&
	       record_bin(&r->size->latency, where, ns, latency, error) &&
	       record_bin(&r->size->response, where, ns, response, error);
}

/* The exact values go into the histogram, if the bins can be theirs. */
static gboolean settle_dist(
	struct trial_dist *d, const char *name, const char *place, GError **error)
{
	hist *h = d->hist;
	uint64_t count = h != NULL ? ctr_get(&h->count) : 0;

	if (count != d->count)
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: %s: bins have %" PRIu64 " frames, the trial has %" PRIu64
			"; file is corrupt: measure again",
			name, place, count, d->count);
	if (h == NULL)
		return TRUE;
	if (hist_index(d->min_ns) != hist_index(ctr_get(&h->min_ns)) ||
		hist_index(d->max_ns) != hist_index(ctr_get(&h->max_ns)))
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: %s: lowest or highest bin differs from the trial's minimum or "
			"maximum; file is corrupt: measure again",
			name, place);
	ctr_set(&h->min_ns, d->min_ns);
	ctr_set(&h->max_ns, d->max_ns);
	ctr_set(&h->sum_ns, d->sum_ns);
	return TRUE;
}

gboolean trial_bins_read(
	trial *t, const char *name, const char *data, size_t len, int column, GError **error)
{
	struct reading r = { .t = t };
	const struct trial_rows rows = { "guest,frame_bytes,latency_ns,count,response_count",
		column, .row = on_row, .user = &r };
	gboolean ok = trial_rows_read(&rows, name, data, len, NULL, error);

	g_free(r.guest_text);
	g_free(r.key_text);
	for (uint32_t i = 0; ok && i < t->nb_guests; i++) {
		struct trial_guest *g = &t->guests[i];

		for (uint32_t j = 0; ok && j < g->nb_sizes; j++) {
			struct trial_size *s = &g->sizes[j];
			g_autofree char *place = g_strdup_printf(
				"guest %u, %u-byte frames", g->guest, s->frame_len_lo);

			ok = settle_dist(&s->latency, name, place, error) &&
			     settle_dist(&s->response, name, place, error);
		}
	}
	return ok;
}

static gboolean on_probe_row(const char *where, char *const *field, void *user, GError **error)
{
	uint64_t ns, count;

	return csv_u64(where, "latency_ns", field[0], &ns, error) &&
	       csv_u64(where, "count", field[1], &count, error) &&
	       record_bin(user, where, ns, count, error);
}

gboolean trial_probe_bins_read(
	trial *t, const char *name, const char *data, size_t len, int column, GError **error)
{
	const struct trial_rows rows = { "latency_ns,count", column, .bare = TRUE,
		.row = on_probe_row, .user = &t->probes.latency };

	return trial_rows_read(&rows, name, data, len, NULL, error) &&
	       settle_dist(&t->probes.latency, name, "probes", error);
}
