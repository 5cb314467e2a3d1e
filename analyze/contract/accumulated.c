/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/accumulated.h"

#include <string.h>

#include "analyze/base/json_in.h"
#include "analyze/contract/trial_json.h"

enum { ACCUMULATED_SCHEMA = 1 };

accumulated *accumulated_new(void)
{
	accumulated *a = g_new0(accumulated, 1);

	a->trustworthy = TRUE;
	a->reasons = g_ptr_array_new_with_free_func(g_free);
	a->sources = g_array_new(FALSE, TRUE, sizeof(struct accumulated_source));
	return a;
}

void accumulated_free(accumulated *a)
{
	if (a == NULL)
		return;
	g_ptr_array_unref(a->reasons);
	g_array_unref(a->sources);
	g_free(a);
}

static char *reason_of(const trial *t, const char *reason)
{
	g_autofree char *dir = g_path_get_dirname(t->path);
	g_autofree char *head = g_strconcat(dir, "/", NULL);

	if (g_str_has_prefix(reason, head))
		reason += strlen(head);
	if (t->moongen->accumulated)
		return g_strdup(reason);
	return g_strdup_printf("rep %u: %s", t->params.repetition, reason);
}

void accumulated_add(accumulated *a, const trial *t)
{
	const struct accumulated_source one = { t->params.repetition, t->latency.count,
		t->latency.sum_ns };
	const accumulated *of = t->moongen->of;

	a->trustworthy = a->trustworthy && t->trustworthy;
	for (guint i = 0; i < t->reasons->len; i++)
		g_ptr_array_add(a->reasons, reason_of(t, g_ptr_array_index(t->reasons, i)));
	if (of != NULL)
		g_array_append_vals(a->sources, of->sources->data, of->sources->len);
	else if (!t->moongen->accumulated)
		g_array_append_val(a->sources, one);
}

gboolean accumulated_overlaps(const accumulated *a, const accumulated *b)
{
	for (guint i = 0; i < a->sources->len; i++) {
		const struct accumulated_source *x = &g_array_index(
			a->sources, struct accumulated_source, i);

		for (guint j = 0; j < b->sources->len; j++) {
			const struct accumulated_source *y = &g_array_index(
				b->sources, struct accumulated_source, j);

			if (x->repetition == y->repetition && x->latencies == y->latencies &&
				x->sum_ns == y->sum_ns)
				return TRUE;
		}
	}
	return FALSE;
}

char *accumulated_name(const char *histogram)
{
	g_autofree char *base = g_path_get_basename(histogram);
	size_t head = strlen("acc_histogram_"), len = strlen(base), tail = strlen(".csv");

	g_return_val_if_fail(g_str_has_prefix(base, "acc_histogram_") && len > head + tail, NULL);
	return g_strdup_printf("acc_sources_%.*s.json", (int)(len - head - tail), base + head);
}

char *accumulated_path(const char *histogram)
{
	g_autofree char *dir = g_path_get_dirname(histogram), *name = accumulated_name(histogram);

	return g_build_filename(dir, name, NULL);
}

char *accumulated_text(const accumulated *a)
{
	JsonObject *root = json_object_new();
	JsonArray *reasons = json_array_new(), *sources = json_array_new();

	json_object_set_int_member(root, "schema", ACCUMULATED_SCHEMA);
	json_object_set_int_member(root, "latencies", (gint64)a->latencies);
	json_object_set_int_member(root, "sum_ns", (gint64)a->sum_ns);
	json_object_set_boolean_member(root, "trustworthy", a->trustworthy);
	json_object_set_array_member(root, "reasons", reasons);
	json_object_set_array_member(root, "sources", sources);
	for (guint i = 0; i < a->reasons->len; i++)
		json_array_add_string_element(reasons, g_ptr_array_index(a->reasons, i));
	for (guint i = 0; i < a->sources->len; i++) {
		const struct accumulated_source *s = &g_array_index(
			a->sources, struct accumulated_source, i);
		JsonObject *o = json_object_new();

		json_object_set_int_member(o, "repetition", s->repetition);
		json_object_set_int_member(o, "latencies", (gint64)s->latencies);
		json_object_set_int_member(o, "sum_ns", (gint64)s->sum_ns);
		json_array_add_object_element(sources, o);
	}
	return json_out_text(root);
}

static void read_sources(struct json_in *in, JsonObject *root, accumulated *a)
{
	JsonArray *sources = json_in_array(in, root, "", "sources");

	for (guint i = 0; sources != NULL && i < json_array_get_length(sources); i++) {
		g_autofree char *where = g_strdup_printf("sources[%u].", i);
		JsonObject *o = json_in_element(in, sources, "", "sources", i);
		struct accumulated_source s;

		if (o == NULL)
			return;
		s.repetition = json_in_u32(in, o, where, "repetition", G_MAXUINT32);
		s.latencies = json_in_u64(in, o, where, "latencies");
		s.sum_ns = json_in_u64(in, o, where, "sum_ns");
		g_array_append_val(a->sources, s);
	}
}

static void read_reasons(struct json_in *in, JsonObject *root, accumulated *a)
{
	JsonArray *reasons = json_in_array(in, root, "", "reasons");

	for (guint i = 0; reasons != NULL && i < json_array_get_length(reasons); i++) {
		JsonNode *node = json_array_get_element(reasons, i);

		if (json_node_get_value_type(node) != G_TYPE_STRING) {
			json_in_fail(in, "", "reasons", "expected strings");
			return;
		}
		g_ptr_array_add(a->reasons, json_node_dup_string(node));
	}
}

accumulated *accumulated_parse(const char *name, const char *text, size_t len, GError **error)
{
	struct json_in in = { .file = name };
	g_autoptr(JsonNode) node = json_in_parse(name, text, len, error);
	g_autoptr(accumulated) a = accumulated_new();
	JsonObject *root;
	uint64_t schema;

	if (node == NULL)
		return NULL;
	root = json_node_get_object(node);
	schema = json_in_u64(&in, root, "", "schema");
	if (in.error == NULL && schema != ACCUMULATED_SCHEMA)
		json_in_fail(&in, "", "schema",
			"is %" G_GUINT64_FORMAT ", this program supports %d: use its own version",
			(guint64)schema, ACCUMULATED_SCHEMA);
	a->latencies = json_in_u64(&in, root, "", "latencies");
	a->sum_ns = json_in_u64(&in, root, "", "sum_ns");
	a->trustworthy = json_in_bool(&in, root, "", "trustworthy");
	read_reasons(&in, root, a);
	read_sources(&in, root, a);
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	return g_steal_pointer(&a);
}
