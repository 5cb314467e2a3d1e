/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/compare_pairs.h"

#include <string.h>

#include "analyze/base/text.h"
#include "analyze/base/error.h"
#include "analyze/contract/trial_environment.h"
#include "analyze/results/result_find.h"

enum { VALUES_SHOWN = 3 };

static const result_combination *combination_at(const result_set *r, guint i)
{
	return g_ptr_array_index(r->combinations, i);
}

/* The values of a parameter, as a set. */
static GHashTable *values_of(const result_set *r, const char *name)
{
	GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < r->combinations->len; i++)
		g_hash_table_add(values, result_parameter(&combination_at(r, i)->params, name));
	return values;
}

static guint count_common(GHashTable *a, GHashTable *b)
{
	GHashTableIter i;
	gpointer value;
	guint nb = 0;

	g_hash_table_iter_init(&i, a);
	while (g_hash_table_iter_next(&i, &value, NULL))
		nb += g_hash_table_contains(b, value) != FALSE;
	return nb;
}

static gboolean are_equal(GHashTable *a, GHashTable *b)
{
	return g_hash_table_size(a) == g_hash_table_size(b) &&
	       count_common(a, b) == g_hash_table_size(a);
}

/* "x, y, z and 2 more" */
static char *values_text(GHashTable *values)
{
	GList *sorted = g_list_sort(g_hash_table_get_keys(values), (GCompareFunc)strcmp);
	GString *text = g_string_new(NULL);
	guint nb = 0;

	for (const GList *l = sorted; l != NULL; l = l->next, nb++) {
		const char *value = l->data;

		if (nb < VALUES_SHOWN)
			g_string_append_printf(text, "%s%s", nb > 0 ? " or " : "",
				*value != '\0' ? value : "none");
	}
	if (nb > VALUES_SHOWN)
		g_string_append_printf(text, " or %u more", nb - VALUES_SHOWN);
	g_list_free(sorted);
	return g_string_free(text, FALSE);
}

static void add_difference(GPtrArray *differs, const char *name, GHashTable *a, GHashTable *b)
{
	g_autofree char *x = values_text(a), *y = values_text(b);

	g_ptr_array_add(differs, g_strdup_printf("%s: A %s, B %s", name, x, y));
}

/*
 * Names of the parameters that pairs have in common. The mix is none: two of equal parameters with
 * different mixes are a pair that must not be compared, not two without partner.
 */
static GPtrArray *common_parameters(const result_set *a, const result_set *b, GPtrArray *differs)
{
	/* A sweep over these is what pairs are made along. */
	static const char *const swept[] = { "rate", "guests", "size", NULL };
	const char *const *names = result_parameter_names();
	GPtrArray *common = g_ptr_array_new();

	for (guint i = 0; names[i] != NULL; i++) {
		g_autoptr(GHashTable) x = values_of(a, names[i]);
		g_autoptr(GHashTable) y = values_of(b, names[i]);
		gboolean single = g_hash_table_size(x) == 1 && g_hash_table_size(y) == 1;

		if (strcmp(names[i], "mix") == 0
				? !are_equal(x, y)
				: count_common(x, y) == 0 &&
					  (single || !g_strv_contains(swept, names[i])))
			add_difference(differs, names[i], x, y);
		else if (strcmp(names[i], "mix") != 0)
			g_ptr_array_add(common, (gpointer)names[i]);
	}
	return common;
}

static char *key_of(const result_combination *c, const GPtrArray *common)
{
	GString *key = g_string_new(NULL);

	for (guint i = 0; i < common->len; i++) {
		g_autofree char *value = result_parameter(&c->params, g_ptr_array_index(common, i));
		g_autofree char *quoted = g_strescape(value, NULL);

		g_string_append_printf(key, "%s\n", quoted);
	}
	return g_string_free(key, FALSE);
}

/* Two of one side that belong to the same key: only the reader can say which is meant. */
static void fail_ambiguous(
	const char *side, const result_combination *x, const result_combination *y, GError **error)
{
	const char *const *names = result_parameter_names();

	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *v = result_parameter(&x->params, names[i]);
		g_autofree char *w = result_parameter(&y->params, names[i]);

		if (strcmp(v, w) == 0)
			continue;
		g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s has %s '%s' and '%s' for the same partner; select one of them, such as "
			"%s-%s",
			side, names[i], v, w, names[i], v);
		return;
	}
	g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
		"%s has two equal combinations, %s and %s; name the directory of one of them", side,
		x->infix, y->infix);
}

/* Key -> combination; NULL and error if two have one key. */
static GHashTable *by_key(
	const result_set *r, const char *side, const GPtrArray *common, GError **error)
{
	g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < r->combinations->len; i++) {
		const result_combination *c = combination_at(r, i), *before;
		char *key = key_of(c, common);

		before = g_hash_table_lookup(found, key);
		if (before != NULL) {
			fail_ambiguous(side, before, c, error);
			g_free(key);
			return NULL;
		}
		g_hash_table_insert(found, key, (gpointer)c);
	}
	return g_steal_pointer(&found);
}

/* What one that says when it began is, wherever it lies: a copy is the same trial. NULL: it does not. */
static char *known_identity(const trial *t)
{
	return *result_started(t) != '\0' ? result_identity(t) : NULL;
}

/* Places and identities of all trials of a set. */
static GHashTable *names_of_trials(const result_set *r)
{
	GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) trials = result_trials(r);

	for (guint i = 0; i < trials->len; i++) {
		const trial *t = g_ptr_array_index(trials, i);
		char *identity = known_identity(t);

		if (t->path != NULL)
			g_hash_table_add(all, g_strdup(t->path));
		if (identity != NULL)
			g_hash_table_add(all, identity);
	}
	return all;
}

static gboolean share_no_trial(const result_set *a, const result_set *b, GError **error)
{
	g_autoptr(GHashTable) of_a = names_of_trials(a);
	g_autoptr(GPtrArray) trials = result_trials(b);

	for (guint i = 0; i < trials->len; i++) {
		const trial *t = g_ptr_array_index(trials, i);
		g_autofree char *identity = known_identity(t);

		if ((t->path != NULL && g_hash_table_contains(of_a, t->path)) ||
			(identity != NULL && g_hash_table_contains(of_a, identity)))
			return analyze_fail(error, ANALYZE_ERROR_CONTENT,
				"%s is in both A and B; choose names without common trials",
				t->path);
	}
	return TRUE;
}

static gboolean any_pair(const GArray *partners, const GPtrArray *differs, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < partners->len; i++) {
		const struct compare_partners *p = &g_array_index(
			partners, struct compare_partners, i);

		if (p->a != NULL && p->b != NULL)
			return TRUE;
	}
	for (guint i = 0; i < differs->len; i++)
		g_string_append_printf(text, "; %s", (const char *)g_ptr_array_index(differs, i));
	return analyze_fail(error, ANALYZE_ERROR_CONTENT,
		"no combination of A has a partner in B: no common rate or other varying "
		"parameter%s; 'tanalyze loss' lists both",
		text->str);
}

GArray *compare_pairs(const result_set *a, const result_set *b, GPtrArray *differs, GError **error)
{
	g_autoptr(GPtrArray) common = NULL;
	g_autoptr(GHashTable) of_a = NULL, of_b = NULL;
	g_autoptr(GArray) out = g_array_new(FALSE, TRUE, sizeof(struct compare_partners));

	if (!share_no_trial(a, b, error))
		return NULL;
	common = common_parameters(a, b, differs);
	of_a = by_key(a, "A", common, error);
	of_b = of_a != NULL ? by_key(b, "B", common, error) : NULL;
	if (of_b == NULL)
		return NULL;
	for (guint i = 0; i < a->combinations->len; i++) {
		result_combination *c = g_ptr_array_index(a->combinations, i);
		g_autofree char *key = key_of(c, common);
		struct compare_partners p = { c, g_hash_table_lookup(of_b, key) };

		g_array_append_val(out, p);
	}
	for (guint i = 0; i < b->combinations->len; i++) {
		result_combination *c = g_ptr_array_index(b->combinations, i);
		g_autofree char *key = key_of(c, common);
		struct compare_partners p = { NULL, c };

		if (!g_hash_table_contains(of_a, key))
			g_array_append_val(out, p);
	}
	return any_pair(out, differs, error) ? g_steal_pointer(&out) : NULL;
}

static char *mix_text(const struct trial_params *p)
{
	g_autofree char *digest = result_parameter(p, "mix");
	/* Profiles say the sizes of their frames; a single size has one of its own. */
	g_autofree char *size = p->frame_len > 0 ? g_strdup_printf(", %u-byte frames", p->frame_len)
						 : g_strdup("");

	return g_strdup_printf("%u guest%s, profile %s%s, mix %s", p->guests,
		text_plural(p->guests),
		p->profile != NULL && *p->profile != '\0' ? p->profile : "unknown", size,
		*digest != '\0' ? digest : "unknown");
}

gboolean compare_same_mix(const result_combination *a, const result_combination *b, GError **error)
{
	const struct trial_params *x = &a->params, *y = &b->params;
	const char *of_a = x->mix_digest != NULL ? x->mix_digest : "";
	const char *of_b = y->mix_digest != NULL ? y->mix_digest : "";
	gboolean same;
	g_autofree char *text_a = NULL, *text_b = NULL;

	/* autotest has no digest: one guest that gets one size has only one mix. */
	if (*of_a != '\0' && *of_b != '\0')
		same = strcmp(of_a, of_b) == 0;
	else
		same = x->frame_len != 0 && x->frame_len == y->frame_len &&
		       x->guests == y->guests && x->guests <= 1;
	if (same)
		return TRUE;
	text_a = mix_text(x);
	text_b = mix_text(y);
	return analyze_fail(error, ANALYZE_ERROR_MIX,
		"A and B have different mixes (A %s: %s; B %s: %s); use --different-mix to compare "
		"them anyway",
		x->label, text_a, y->label, text_b);
}

/* Into text -> set of values. */
static void add_value(const char *name, const char *text, void *user)
{
	GHashTable *all = user, *values = g_hash_table_lookup(all, name);

	if (values == NULL) {
		values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		g_hash_table_insert(all, g_strdup(name), values);
	}
	g_hash_table_add(values, g_strdup(text));
}

static GHashTable *environment_of(const result_set *r)
{
	GHashTable *all = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
	g_autoptr(GPtrArray) trials = result_trials(r);

	for (guint i = 0; i < trials->len; i++)
		trial_environment_each(g_ptr_array_index(trials, i), add_value, all);
	return all;
}

/* A member that only one side knows says nothing of a difference: versions add members. */
void compare_environments(const result_set *a, const result_set *b, GPtrArray *differs)
{
	g_autoptr(GHashTable) of_a = environment_of(a);
	g_autoptr(GHashTable) of_b = environment_of(b);
	GList *names = g_list_sort(g_hash_table_get_keys(of_a), (GCompareFunc)strcmp);

	for (const GList *l = names; l != NULL; l = l->next) {
		GHashTable *x = g_hash_table_lookup(of_a, l->data);
		GHashTable *y = g_hash_table_lookup(of_b, l->data);

		if (y != NULL && !are_equal(x, y))
			add_difference(differs, l->data, x, y);
	}
	g_list_free(names);
}
