/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters by name: order of combinations, selectors, legends. */
#include "analyze/results/result_params.h"

#include <stddef.h>
#include <string.h>

#include "traffic/frame.h"

enum { DIGEST_SHOWN = 8 };

enum kind { TEXT, SWITCH, COUNT, SEED, SECONDS, SIZE, RATE };

/* In order of comparison: rate last, so that the rows of a sweep stand together. */
static const struct {
	const char *name;
	enum kind kind;
	size_t offset;
} table[] = {
	{ "label", TEXT, offsetof(struct trial_params, label) },
	{ "machine", TEXT, offsetof(struct trial_params, machine) },
	{ "interface", TEXT, offsetof(struct trial_params, interface) },
	{ "qemu", TEXT, offsetof(struct trial_params, qemu) },
	{ "reflector", TEXT, offsetof(struct trial_params, reflector) },
	{ "vhost", SWITCH, offsetof(struct trial_params, vhost) },
	{ "ioregionfd", SWITCH, offsetof(struct trial_params, ioregionfd) },
	{ "guests", COUNT, offsetof(struct trial_params, guests) },
	{ "profile", TEXT, offsetof(struct trial_params, profile) },
	{ "size", SIZE, offsetof(struct trial_params, frame_len) },
	{ "arrival", TEXT, offsetof(struct trial_params, arrival) },
	{ "share", TEXT, offsetof(struct trial_params, share) },
	{ "pattern", TEXT, offsetof(struct trial_params, pattern) },
	{ "duration", SECONDS, offsetof(struct trial_params, duration_s) },
	{ "warm-up", SECONDS, offsetof(struct trial_params, warm_up_s) },
	{ "drain", SECONDS, offsetof(struct trial_params, drain_s) },
	{ "seed", SEED, offsetof(struct trial_params, seed) },
	{ "cores", TEXT, offsetof(struct trial_params, cores) },
	{ "faults", TEXT, offsetof(struct trial_params, faults) },
	{ "mix", TEXT, offsetof(struct trial_params, mix_digest) },
	{ "extra", TEXT, offsetof(struct trial_params, extra) },
	{ "rate", RATE, offsetof(struct trial_params, rate_pps) },
};

static const char *const names[G_N_ELEMENTS(table) + 1] = { "label", "machine", "interface", "qemu",
	"reflector", "vhost", "ioregionfd", "guests", "profile", "size", "arrival", "share",
	"pattern", "duration", "warm-up", "drain", "seed", "cores", "faults", "mix", "extra",
	"rate", NULL };

const char *const *result_parameter_names(void)
{
	return names;
}

static const void *member(const struct trial_params *p, guint i)
{
	return (const char *)p + table[i].offset;
}

static const char *text(const struct trial_params *p, guint i)
{
	const char *s = *(char *const *)member(p, i);

	if (table[i].offset == offsetof(struct trial_params, pattern))
		return trial_pattern(p);
	return s != NULL ? s : "";
}

static char *seconds(double v)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE];

	/* Short where that is exact. */
	g_ascii_formatd(buf, sizeof(buf), "%.9g", v);
	if (g_ascii_strtod(buf, NULL) < v || g_ascii_strtod(buf, NULL) > v)
		g_ascii_dtostr(buf, sizeof(buf), v);
	return g_strdup(buf);
}

static char *rate(uint64_t pps)
{
	char decimals[] = ".000";
	size_t len = 4;

	if (pps == 0)
		return g_strdup("max");
	(void)g_snprintf(decimals, sizeof(decimals), ".%03u", (unsigned)(pps % 1000));
	while (len > 1 && decimals[len - 1] == '0')
		decimals[--len] = '\0';
	return g_strdup_printf(
		"%" G_GUINT64_FORMAT "%skpps", (guint64)(pps / 1000), len > 1 ? decimals : "");
}

static char *value(const struct trial_params *p, guint i)
{
	switch (table[i].kind) {
	case TEXT:
		return g_strdup(text(p, i));
	case SWITCH:
		return g_strdup(*(const gboolean *)member(p, i) ? "on" : "off");
	case COUNT:
		return g_strdup_printf("%u", *(const uint32_t *)member(p, i));
	case SEED:
		return g_strdup_printf(
			"%" G_GUINT64_FORMAT, (guint64) * (const uint64_t *)member(p, i));
	case SECONDS:
		return seconds(*(const double *)member(p, i));
	case SIZE:
		return p->frame_len == 0 ? g_strdup("mix") : g_strdup_printf("%u", p->frame_len);
	default:
		return rate(p->rate_pps);
	}
}

char *result_parameter(const struct trial_params *p, const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
		char *v;

		if (strcmp(table[i].name, name) != 0)
			continue;
		v = value(p, i);
		/* Of a digest so much is shown that two can be told apart. */
		if (table[i].offset == offsetof(struct trial_params, mix_digest) &&
			strlen(v) > DIGEST_SHOWN)
			v[DIGEST_SHOWN] = '\0';
		return v;
	}
	return NULL;
}

char *result_params_key(const struct trial_params *p)
{
	GString *key = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *v = value(p, i), *quoted = g_strescape(v, NULL);

		g_string_append_printf(key, "%s=%s\n", table[i].name, quoted);
	}
	return g_string_free(key, FALSE);
}

static int compare_numbers(double a, double b)
{
	return a < b ? -1 : a > b;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int result_params_compare(const struct trial_params *a, const struct trial_params *b)
{
	int order = 0;

	for (guint i = 0; i < G_N_ELEMENTS(table) && order == 0; i++) {
		const void *x = member(a, i), *y = member(b, i);

		switch (table[i].kind) {
		case TEXT:
			order = strcmp(text(a, i), text(b, i));
			break;
		case SWITCH:
			order = *(const gboolean *)x - *(const gboolean *)y;
			break;
		case COUNT:
		case SIZE:
			order = compare_u64(*(const uint32_t *)x, *(const uint32_t *)y);
			break;
		case SEED:
			order = compare_u64(*(const uint64_t *)x, *(const uint64_t *)y);
			break;
		case SECONDS:
			order = compare_numbers(*(const double *)x, *(const double *)y);
			break;
		case RATE:
			/* 0 is max and wraps to the end. */
			order = compare_u64(a->rate_pps - 1, b->rate_pps - 1);
			break;
		}
	}
	return order;
}

/* A number and, for rates, its unit; FALSE if it is no such text. */
static gboolean parse_number(
	const char *s, const char *const *units, const double *factors, double *out)
{
	char *end;
	double v;

	if (!g_ascii_isdigit(*s))
		return FALSE;
	v = g_ascii_strtod(s, &end);
	for (guint i = 0; units[i] != NULL; i++) {
		if (strcmp(end, units[i]) == 0) {
			*out = v * factors[i];
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean matches_number(
	double is, const char *wanted, const char *const *units, const double *factors)
{
	double v;

	/* 0.1 Mpps is 100000.00000000001 pps: half a frame a second is no difference. */
	return parse_number(wanted, units, factors, &v) && v - is < 1e-9 + is * 1e-12 &&
	       is - v < 1e-9 + is * 1e-12;
}

static gboolean matches(const struct trial_params *p, guint i, const char *wanted)
{
	static const char *const no_unit[] = { "", "s", NULL };
	static const double one[] = { 1, 1 };
	static const char *const rates[] = { "", "pps", "kpps", "Mpps", NULL };
	static const double rate_factors[] = { 1e3, 1, 1e3, 1e6 };
	g_autofree char *is = value(p, i);
	double size;

	if (strcmp(is, wanted) == 0)
		return TRUE;
	switch (table[i].kind) {
	case SECONDS:
		return matches_number(*(const double *)member(p, i), wanted, no_unit, one);
	case RATE:
		return p->rate_pps > 0 &&
		       matches_number((double)p->rate_pps, wanted, rates, rate_factors);
	case SIZE:
		/* No frame is shorter than 64 with its FCS: such a number is of autotest. */
		return parse_number(wanted, no_unit, one, &size) && size < FRAME_LEN_MIN &&
		       p->frame_len == (uint32_t)size + FRAME_FCS_LEN;
	default:
		return FALSE;
	}
}

/* The parameter that a condition begins with, and where its value starts; -1 if none. */
static int find_parameter(const char *condition, const char **wanted)
{
	for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
		size_t len = strlen(table[i].name);

		if (strncmp(condition, table[i].name, len) == 0 && condition[len] == '-' &&
			condition[len + 1] != '\0') {
			*wanted = condition + len + 1;
			return (int)i;
		}
	}
	return -1;
}

/*
 * Conditions are separated by commas; so that a value may have commas of its own (a list of
 * shares), a part that begins with no parameter belongs to the value before it.
 */
static GPtrArray *split(const char *selector)
{
	GPtrArray *conditions = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) parts = g_strsplit(selector, ",", -1);
	const char *wanted;

	for (guint i = 0; parts[i] != NULL; i++) {
		if (find_parameter(parts[i], &wanted) >= 0 || conditions->len == 0) {
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

	return find_parameter(selector, &wanted) >= 0;
}

gboolean result_selector_matches(const char *selector, const struct trial_params *p)
{
	g_autoptr(GPtrArray) conditions = split(selector);

	for (guint i = 0; i < conditions->len; i++) {
		const char *wanted;
		int parameter = find_parameter(g_ptr_array_index(conditions, i), &wanted);

		if (parameter < 0 || !matches(p, (guint)parameter, wanted))
			return FALSE;
	}
	return TRUE;
}
