/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrival processes as people write them: NAME, NAME:key=value,key=value, trace:FILE. */
#include <string.h>

#include "traffic/arrival_private.h"
#include "analyze/base/text.h"
#include "analyze/base/error.h"

/* A spec that is being read. */
struct reader {
	arrival_process *p;
	gboolean given[ARRIVAL_PARAMS_MAX];
};

/* NULL and error if none is called so. */
static const struct arrival_kind *find_kind(const char *where, const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	for (const struct arrival_kind *kind = arrival_kinds; kind->name != NULL; kind++) {
		if (strcmp(kind->name, name) == 0)
			return kind;
		g_ptr_array_add(names, (void *)(uintptr_t)kind->name);
	}
	g_ptr_array_add(names, NULL);
	hint = text_did_you_mean(name, (const char *const *)names->pdata);
	return input_null(error, INPUT_ERROR_NOT_FOUND,
		"%s: unknown arrival process '%s'%s; expected %s", where, text_quote(name).text,
		hint, arrival_names());
}

/* Index of that key among the parameters; -1 and error. */
static int find_param(const struct arrival_kind *kind, const char *key, GError **error)
{
	const char *names[ARRIVAL_PARAMS_MAX + 1] = { NULL };
	g_autofree char *hint = NULL, *list = NULL;

	for (int i = 0; kind->params[i].name != NULL; i++) {
		if (strcmp(kind->params[i].name, key) == 0)
			return i;
		names[i] = kind->params[i].name;
	}
	hint = text_did_you_mean(key, names);
	list = g_strjoinv(", ", (char **)(uintptr_t)names);
	if (names[0] == NULL)
		input_fail(error, INPUT_ERROR_SYNTAX, "%s takes no parameters; use '%s'",
			kind->name, kind->name);
	else
		input_fail(error, INPUT_ERROR_NOT_FOUND, "unknown parameter '%s'%s; expected %s",
			text_quote(key).text, hint, list);
	return -1;
}

static gboolean read_dist(const struct reader *r, const char *text, GError **error)
{
	static const struct arrival_dist *const dists[] = { &arrival_lognormal, &arrival_pareto,
		&arrival_exponential };

	for (size_t i = 0; i < G_N_ELEMENTS(dists); i++)
		if (strcmp(text, dists[i]->name) == 0) {
			r->p->dist = dists[i];
			return TRUE;
		}
	return input_fail(error, INPUT_ERROR_NOT_FOUND,
		"unknown distribution '%s'; expected lognormal, pareto or exponential",
		text_quote(text).text);
}

static gboolean read_value(
	const struct reader *r, const struct arrival_param *param, const char *text, GError **error)
{
	double *value = &r->p->value[param - r->p->kind->params];

	if (param->type == PARAM_DIST)
		return read_dist(r, text, error);
	if (param->type == PARAM_TIME) {
		if (text_duration(text, value) && *value >= param->min && *value <= param->max)
			return TRUE;
		return input_fail(error, INPUT_ERROR_RANGE,
			"invalid %s '%s'; expected a time from 1us to 1h with unit (500us, 1ms, "
			"2s)",
			param->name, text_quote(text).text);
	}
	if (text_number(text, value) && *value >= param->min && *value <= param->max)
		return TRUE;
	return input_fail(error, INPUT_ERROR_RANGE,
		"invalid %s '%s'; expected a number from %g to %g", param->name,
		text_quote(text).text, param->min, param->max);
}

/* "key=value" */
static gboolean read_param(struct reader *r, char *entry, GError **error)
{
	char *equals = strchr(entry, '=');
	int i;

	if (equals != NULL)
		*equals = '\0';
	i = find_param(r->p->kind, g_strstrip(entry), error);
	if (i < 0)
		return FALSE;
	if (equals == NULL)
		return input_fail(
			error, INPUT_ERROR_SYNTAX, "%s requires a value: %s=VALUE", entry, entry);
	if (r->given[i])
		return input_fail(error, INPUT_ERROR_SYNTAX, "%s given twice", entry);
	r->given[i] = TRUE;
	return read_value(r, &r->p->kind->params[i], g_strstrip(equals + 1), error);
}

/* A shape belongs to the distribution that was chosen, or nobody would notice that it does nothing. */
static gboolean set_shape(const struct reader *r, GError **error)
{
	arrival_process *p = r->p;
	const struct arrival_param *param = p->kind->params;

	for (int i = 0; param[i].name != NULL; i++) {
		if (param[i].type != PARAM_NUMBER || param[i].dist == NULL)
			continue;
		if (param[i].dist == p->dist)
			p->shape = p->value[i];
		else if (r->given[i])
			return input_fail(error, INPUT_ERROR_SYNTAX,
				"%s requires dist=%s, not dist=%s; omit it", param[i].name,
				param[i].dist->name, p->dist->name);
	}
	return TRUE;
}

static gboolean read_params(struct reader *r, const char *text, GError **error)
{
	const struct arrival_param *param = r->p->kind->params;
	g_auto(GStrv) entries = NULL;

	r->p->dist = r->p->kind->dist;
	for (int i = 0; param[i].name != NULL; i++) {
		r->p->value[i] = param[i].initial;
		if (param[i].type == PARAM_DIST)
			r->p->dist = param[i].dist;
	}
	/* Behind a colon an empty text is one empty entry, not none. */
	entries = text == NULL ? NULL : g_strsplit(text[0] == '\0' ? " " : text, ",", -1);
	for (size_t i = 0; entries != NULL && entries[i] != NULL; i++)
		if (!read_param(r, entries[i], error))
			return FALSE;
	return set_shape(r, error);
}

/* Into p, but for the file; what is behind the colon into *rest, NULL if there is none. */
static gboolean read_spec(
	const char *where, const char *spec, arrival_process *p, const char **rest, GError **error)
{
	const char *colon = strchr(spec, ':');
	g_autofree char *name = g_strndup(spec, strcspn(spec, ":"));
	struct reader r = { .p = p };
	gboolean good;

	*rest = colon == NULL ? NULL : colon + 1;
	p->kind = find_kind(where, name, error);
	if (p->kind == NULL)
		return FALSE;
	if (!p->kind->has_file)
		good = read_params(&r, *rest, error);
	else
		good = (*rest != NULL && **rest != '\0') ||
		       input_fail(error, INPUT_ERROR_SYNTAX, "requires a capture: %s:FILE", name);
	if (!good)
		g_prefix_error(error, "%s: arrival '%s': ", where, text_quote(spec).text);
	return good;
}

gboolean arrival_check(const char *where, const char *spec, GError **error)
{
	arrival_process p = { 0 };
	const char *rest;

	return read_spec(where, spec, &p, &rest, error);
}

arrival_process *arrival_process_new(const char *where, const char *spec, GError **error)
{
	g_autoptr(arrival_process) p = g_new0(arrival_process, 1);
	const char *rest;

	if (!read_spec(where, spec, p, &rest, error))
		return NULL;
	if (p->kind->has_file) {
		p->capture = capture_open(rest, error);
		if (p->capture == NULL) {
			g_prefix_error(error, "%s: ", where);
			return NULL;
		}
	}
	return g_steal_pointer(&p);
}

void arrival_process_free(arrival_process *p)
{
	if (p == NULL)
		return;
	capture_free(p->capture);
	g_free(p);
}

profile *arrival_process_profile(const arrival_process *p)
{
	return p->capture == NULL ? NULL : profile_from_capture(p->capture);
}

gboolean arrival_process_is_periodic(const arrival_process *p)
{
	return p->kind->periodic;
}

double arrival_process_switch_ns(const arrival_process *p)
{
	const struct arrival_param *param = p->kind->params;
	double sum = 0.0;

	for (int i = 0; p->kind->switches && param[i].name != NULL; i++)
		if (param[i].type == PARAM_TIME)
			sum += p->value[i];
	return sum;
}
