/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters by name: order of combinations, selectors, legends. */
#include "analyze/results/result_params.h"

#include <math.h>
#include <string.h>

#include "analyze/contract/trial_fields.h"
#include "traffic/frame.h"

enum { DIGEST_SHOWN = 8 };

#define IS(f, member) ((f)->offset == offsetof(struct trial_params, member))

/* In order of comparison: rate last, so that the rows of a sweep stand together. NULL: no more. */
static const struct trial_field *parameter_at(guint i)
{
	const struct trial_field *last = NULL;

	for (size_t k = 0; k < trial_params_fields.nb; k++) {
		const struct trial_field *f = &trial_params_fields.rows[k];

		if (IS(f, rate_pps))
			last = f;
		else if (f->selector != NULL && i-- == 0)
			return f;
	}
	return i == 0 ? last : NULL;
}

const char *const *result_parameter_names(void)
{
	static const char **names;

	if (g_once_init_enter(&names)) {
		const char **all = g_new0(const char *, trial_params_fields.nb + 1);
		const struct trial_field *f;

		for (guint i = 0; (f = parameter_at(i)) != NULL; i++)
			all[i] = f->selector;
		g_once_init_leave(&names, all);
	}
	return names;
}

/* Short where that is exact. */
static char *seconds_text(double v)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(buf, sizeof(buf), "%.9g", v);
	if (g_ascii_strtod(buf, NULL) < v || g_ascii_strtod(buf, NULL) > v)
		g_ascii_dtostr(buf, sizeof(buf), v);
	return g_strdup(buf);
}

static char *value_text(const struct trial_params *p, const struct trial_field *f)
{
	if (IS(f, rate_pps)) {
		g_autofree char *kpps = trial_kpps_text(p->rate_pps);

		return g_strconcat(kpps, p->rate_pps > 0 ? "kpps" : "", NULL);
	}
	if (IS(f, frame_len) && p->frame_len == 0)
		return g_strdup("mix");
	switch (f->kind) {
	case TRIAL_TEXT:
		return g_strdup(trial_field_text(f, p));
	case TRIAL_SWITCH:
		return g_strdup(trial_field_number(f, p) > 0 ? "on" : "off");
	case TRIAL_REAL:
		return seconds_text(trial_field_number(f, p));
	case TRIAL_U64:
		return g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)trial_field_u64(f, p));
	default:
		return g_strdup_printf("%.0f", trial_field_number(f, p));
	}
}

char *result_parameter(const struct trial_params *p, const char *name)
{
	const struct trial_field *f;

	for (guint i = 0; (f = parameter_at(i)) != NULL; i++) {
		char *v;

		if (strcmp(f->selector, name) != 0)
			continue;
		v = value_text(p, f);
		/* Of a digest so much is shown that two can be told apart. */
		if (IS(f, mix_digest) && strlen(v) > DIGEST_SHOWN)
			v[DIGEST_SHOWN] = '\0';
		return v;
	}
	return NULL;
}

char *result_params_key(const struct trial_params *p)
{
	GString *key = g_string_new(NULL);
	const struct trial_field *f;

	for (guint i = 0; (f = parameter_at(i)) != NULL; i++) {
		g_autofree char *v = value_text(p, f), *quoted = g_strescape(v, NULL);

		g_string_append_printf(key, "%s=%s\n", f->selector, quoted);
	}
	return g_string_free(key, FALSE);
}

int result_params_compare(const struct trial_params *a, const struct trial_params *b)
{
	const struct trial_field *f;
	int order = 0;

	for (guint i = 0; order == 0 && (f = parameter_at(i)) != NULL; i++) {
		if (f->kind == TRIAL_TEXT) {
			order = strcmp(trial_field_text(f, a), trial_field_text(f, b));
		} else if (f->kind == TRIAL_U64) {
			/* A rate of 0 is max and wraps to the end. */
			uint64_t one = IS(f, rate_pps), x = trial_field_u64(f, a) - one,
				 y = trial_field_u64(f, b) - one;

			order = x < y ? -1 : x > y;
		} else {
			double x = trial_field_number(f, a), y = trial_field_number(f, b);

			order = x < y ? -1 : x > y;
		}
	}
	return order;
}

/* A number with its unit, if it may have one; FALSE if it is no such text. */
static gboolean parse_number(const char *text, gboolean rate, double *out)
{
	static const struct {
		const char *unit;
		double factor;
		gboolean rate;
	} units[] = { { "", 1, FALSE }, { "s", 1, FALSE }, { "", 1e3, TRUE }, { "pps", 1, TRUE },
		{ "kpps", 1e3, TRUE }, { "Mpps", 1e6, TRUE } };
	char *end;
	double v;

	if (!g_ascii_isdigit(*text))
		return FALSE;
	v = g_ascii_strtod(text, &end);
	for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
		if (units[i].rate == rate && strcmp(end, units[i].unit) == 0) {
			*out = v * units[i].factor;
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean matches_value(
	const struct trial_params *p, const struct trial_field *f, const char *wanted)
{
	g_autofree char *text = value_text(p, f);
	double is, v;

	if (strcmp(text, wanted) == 0)
		return TRUE;
	/* No frame is shorter than 64 with its FCS: such a number is of autotest. */
	if (IS(f, frame_len))
		return parse_number(wanted, FALSE, &v) && v < FRAME_LEN_MIN &&
		       p->frame_len == (uint32_t)v + FRAME_FCS_LEN;
	if (f->kind != TRIAL_REAL && !(IS(f, rate_pps) && p->rate_pps > 0))
		return FALSE;
	is = trial_field_number(f, p);
	/* 0.1 Mpps is 100000.00000000001 pps: half a frame a second is no difference. */
	return parse_number(wanted, IS(f, rate_pps), &v) && fabs(v - is) < 1e-9 + is * 1e-12;
}

/* The parameter that a condition begins with, and where its value starts; NULL if none. */
static const struct trial_field *find_parameter(const char *condition, const char **wanted)
{
	const struct trial_field *f;

	for (guint i = 0; (f = parameter_at(i)) != NULL; i++) {
		size_t len = strlen(f->selector);

		if (strncmp(condition, f->selector, len) == 0 && condition[len] == '-' &&
			condition[len + 1] != '\0') {
			*wanted = condition + len + 1;
			return f;
		}
	}
	return NULL;
}

/*
 * Conditions are separated by commas; so that a value may have commas of its own (a list of
 * shares), a part that begins with no parameter belongs to the value before it.
 */
static GPtrArray *split_conditions(const char *selector)
{
	GPtrArray *conditions = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) parts = g_strsplit(selector, ",", -1);
	const char *wanted;

	for (guint i = 0; parts[i] != NULL; i++) {
		if (find_parameter(parts[i], &wanted) != NULL || conditions->len == 0) {
			g_ptr_array_add(conditions, g_strdup(parts[i]));
		} else {
			char **last = (char **)&conditions->pdata[conditions->len - 1];
			char *joined = g_strconcat(*last, ",", parts[i], NULL);

			g_free(*last);
			*last = joined;
		}
	}
	return conditions;
}

gboolean result_selector_is_one(const char *selector)
{
	const char *wanted;

	return find_parameter(selector, &wanted) != NULL;
}

gboolean result_selector_matches(const char *selector, const struct trial_params *p)
{
	g_autoptr(GPtrArray) conditions = split_conditions(selector);

	for (guint i = 0; i < conditions->len; i++) {
		const char *wanted;
		const struct trial_field *f = find_parameter(
			g_ptr_array_index(conditions, i), &wanted);

		if (f == NULL || !matches_value(p, f, wanted))
			return FALSE;
	}
	return TRUE;
}
