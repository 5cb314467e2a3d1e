/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/accumulated.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/base/json_in.h"
#include "analyze/contract/trial_json.h"

enum { ACCUMULATED_SCHEMA = 1 };

#define ROW(type, member, its_kind, ...)                                                    \
	{                                                                                   \
		.key = #member, .kind = TRIAL_##its_kind, .offset = offsetof(type, member), \
		__VA_ARGS__                                                                 \
	}

static const struct trial_field source_rows[] = {
	ROW(struct accumulated_source, repetition, U32, .max = G_MAXUINT32),
	ROW(struct accumulated_source, latencies, U64, .unit = ""),
	ROW(struct accumulated_source, sum_ns, U64, .unit = "ns"),
};
static const struct trial_record source_fields = { .rows = source_rows,
	.nb = G_N_ELEMENTS(source_rows),
	.size = sizeof(struct accumulated_source) };

static const struct trial_field rows[] = {
	ROW(accumulated, latencies, U64, .unit = ""),
	ROW(accumulated, sum_ns, U64, .unit = "ns"),
	ROW(accumulated, trustworthy, SWITCH, .unit = ""),
	ROW(accumulated, reasons, TEXTS, .unit = ""),
	ROW(accumulated, sources, ROWS, .nb = offsetof(accumulated, nb_sources), .max = G_MAXUINT32,
		.record = &source_fields),
};
static const struct trial_record fields = {
	.rows = rows, .nb = G_N_ELEMENTS(rows), .size = sizeof(accumulated)
};

accumulated *accumulated_new(void)
{
	accumulated *a = g_new0(accumulated, 1);

	a->trustworthy = TRUE;
	a->reasons = g_ptr_array_new_with_free_func(g_free);
	return a;
}

void accumulated_free(accumulated *a)
{
	if (a == NULL)
		return;
	trial_record_clear(&fields, a);
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

static void add_source(accumulated *a, const struct accumulated_source *source)
{
	a->sources = g_renew(struct accumulated_source, a->sources, a->nb_sources + 1);
	a->sources[a->nb_sources++] = *source;
}

void accumulated_add(accumulated *a, const trial *t)
{
	const struct accumulated_source one = { t->params.repetition, t->latency.count,
		t->latency.sum_ns };
	const accumulated *of = t->moongen->of;

	a->trustworthy = a->trustworthy && t->trustworthy;
	for (guint i = 0; i < t->reasons->len; i++)
		g_ptr_array_add(a->reasons, reason_of(t, g_ptr_array_index(t->reasons, i)));
	for (uint32_t i = 0; of != NULL && i < of->nb_sources; i++)
		add_source(a, &of->sources[i]);
	if (of == NULL && !t->moongen->accumulated)
		add_source(a, &one);
}

gboolean accumulated_overlaps(const accumulated *a, const accumulated *b)
{
	for (uint32_t i = 0; i < a->nb_sources; i++) {
		for (uint32_t j = 0; j < b->nb_sources; j++) {
			const struct accumulated_source *x = &a->sources[i], *y = &b->sources[j];

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

	json_object_set_int_member(root, "schema", ACCUMULATED_SCHEMA);
	trial_json_add(root, &fields, a, NULL);
	return json_out_text(root);
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
			"is %" PRIu64 ", this program supports %d: use its own version", schema,
			ACCUMULATED_SCHEMA);
	trial_json_read_record(&in, root, "", &fields, a);
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	return g_steal_pointer(&a);
}
