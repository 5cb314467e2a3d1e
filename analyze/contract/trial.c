/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/contract/accumulated.h"
#include "analyze/contract/trial_fields.h"

trial *trial_new(void)
{
	trial *t = g_new0(trial, 1);

	t->trustworthy = TRUE;
	t->reasons = g_ptr_array_new_with_free_func(g_free);
	t->seconds = g_array_new(FALSE, TRUE, sizeof(struct trial_second));
	t->guest_seconds = g_array_new(FALSE, TRUE, sizeof(struct trial_guest_second));
	t->log = g_string_new(NULL);
	return t;
}

unsigned trial_cause_rank(const char *cause)
{
	static const char *const ranks[] = { "", TRIAL_CAUSE_CLOCK, TRIAL_CAUSE_SUT,
		TRIAL_CAUSE_GUESTS, TRIAL_CAUSE_TESTER };
	unsigned rank = G_N_ELEMENTS(ranks) - 1;

	while (rank > 0 && g_strcmp0(cause, ranks[rank]) != 0)
		rank--;
	return rank;
}

struct trial_moongen *trial_moongen_new(void)
{
	struct trial_moongen *m = g_new0(struct trial_moongen, 1);

	m->oddities = g_ptr_array_new_with_free_func(g_free);
	return m;
}

void trial_moongen_free(struct trial_moongen *m)
{
	if (m == NULL)
		return;
	g_free(m->log);
	g_free(m->histogram);
	g_free(m->throughput);
	exact_free(m->kept);
	accumulated_free(m->of);
	g_ptr_array_unref(m->oddities);
	g_free(m);
}

void trial_free(trial *t)
{
	if (t == NULL)
		return;
	trial_record_clear(&trial_fields, t);
	g_array_unref(t->seconds);
	g_array_unref(t->guest_seconds);
	g_string_free(t->log, TRUE);
	g_free(t->path);
	trial_moongen_free(t->moongen);
	g_free(t);
}

guint trial_sending_rows(const trial *t)
{
	guint nb = t->seconds->len;

	return nb > 0 && g_array_index(t->seconds, struct trial_second, nb - 1).drain ? nb - 1 : nb;
}

void trial_set_guests(trial *t, uint32_t nb, const uint32_t *nb_sizes)
{
	g_return_if_fail(t->guests == NULL);
	t->nb_guests = nb;
	t->guests = g_new0(struct trial_guest, nb);
	for (uint32_t i = 0; i < nb; i++) {
		t->guests[i].guest = i;
		t->guests[i].nb_sizes = nb_sizes[i];
		t->guests[i].sizes = g_new0(struct trial_size, nb_sizes[i]);
	}
}

void trial_params_copy(struct trial_params *to, const struct trial_params *from)
{
	*to = *from;
	for (size_t i = 0; i < trial_params_fields.nb; i++) {
		const struct trial_field *f = &trial_params_fields.rows[i];

		if (f->kind == TRIAL_TEXT)
			*(char **)G_STRUCT_MEMBER_P(to, f->offset) = g_strdup(
				*(char *const *)G_STRUCT_MEMBER_P(from, f->offset));
	}
}

void trial_params_clear(struct trial_params *p)
{
	trial_record_clear(&trial_params_fields, p);
	memset(p, 0, sizeof(*p));
}

/* An option that was not given has no text. */
static char *quoted_or_default(const char *text)
{
	return *text == '\0' ? g_strdup("default") : g_strdup_printf("'%s'", text);
}

static char *value_text(const struct trial_field *f, const struct trial_params *p)
{
	if (f->kind == TRIAL_TEXT)
		return quoted_or_default(trial_field_text(f, p));
	if (f->kind == TRIAL_U64) /* a double cannot tell all of them apart */
		return g_strdup_printf("%" PRIu64, trial_field_u64(f, p));
	return format_number(trial_field_number(f, p));
}

/* Of the first text, or of the first other parameter, that differs. */
static char *find_difference(
	const struct trial_params *is, const struct trial_params *wanted, gboolean text)
{
	for (size_t i = 0; i < trial_params_fields.nb; i++) {
		const struct trial_field *f = &trial_params_fields.rows[i];
		const char *blank = *f->unit != '\0' ? " " : "";
		const char *name = f->selector != NULL ? f->selector : f->key;
		g_autofree char *a = NULL, *b = NULL;

		if ((f->kind == TRIAL_TEXT) != text ||
			f->offset == offsetof(struct trial_params, mix_digest))
			continue;
		a = value_text(f, is);
		b = value_text(f, wanted);
		if (strcmp(a, b) != 0)
			return g_strdup_printf("%s %s%s%s, not %s%s%s",
				f->name != NULL ? f->name : name, a, blank, f->unit, b, blank,
				f->unit);
	}
	return NULL;
}

char *trial_params_difference(const struct trial_params *is, const struct trial_params *wanted)
{
	char *difference = find_difference(is, wanted, TRUE);

	/* A file of the same name: its digest would tell a reader nothing. */
	if (difference == NULL && g_strcmp0(is->mix_digest, wanted->mix_digest) != 0)
		difference = g_strdup_printf(
			"another '%s' (frame sizes, weights, order or shares differ)", is->profile);
	return difference != NULL ? difference : find_difference(is, wanted, FALSE);
}
