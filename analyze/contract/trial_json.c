/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/base/error.h"

static JsonObject *make_part(
	const struct trial_field *f, const void *record, const struct trial_view *view)
{
	const void *part = G_STRUCT_MEMBER_P(record, f->offset);
	struct trial_dist d;
	JsonObject *o;

	if (f->bins == NULL || ((const struct trial_dist *)part)->hist != NULL)
		return trial_json_record(f->record, part, view);
	d = *(const struct trial_dist *)part;
	d.hist = f->bins(f, record, view);
	o = trial_json_record(f->record, &d, view);
	hist_free(d.hist);
	return o;
}

static JsonArray *make_rows(
	const struct trial_field *f, const void *record, const struct trial_view *view)
{
	const char *row = *(const char *const *)G_STRUCT_MEMBER_P(record, f->offset);
	uint32_t nb = *(const uint32_t *)G_STRUCT_MEMBER_P(record, f->nb);
	JsonArray *all = json_array_new();

	for (uint32_t i = 0; i < nb; i++, row += f->record->size)
		json_array_add_object_element(all, trial_json_record(f->record, row, view));
	return all;
}

static JsonArray *make_words(const struct trial_field *f, const void *record)
{
	const uint32_t *word = *(const uint32_t *const *)G_STRUCT_MEMBER_P(record, f->offset);
	uint32_t nb = *(const uint32_t *)G_STRUCT_MEMBER_P(record, f->nb);
	JsonArray *all = json_array_new();

	for (uint32_t i = 0; i < nb; i++)
		json_array_add_string_element(all, f->choices[word[i]]);
	return all;
}

/* bounds: keys of the record's ranks that are lower bounds; this adds its own. */
static void add_field(JsonObject *o, const struct trial_field *f, const void *record,
	const struct trial_view *view, JsonArray *bounds)
{
	const void *at = G_STRUCT_MEMBER_P(record, f->offset);
	const GPtrArray *texts;
	gboolean bound = FALSE;
	JsonArray *array;
	JsonObject *tree;
	int64_t ns;

	if (((f->flags & TRIAL_IF_PROBED) != 0 && !view->probes) ||
		((f->flags & TRIAL_IF_SET) != 0 &&
			!*(const gboolean *)G_STRUCT_MEMBER_P(record, f->nb)))
		return;
	switch (f->kind) {
	case TRIAL_TEXT:
		json_object_set_string_member(o, f->key, trial_field_text(f, record));
		break;
	case TRIAL_SWITCH:
		json_object_set_boolean_member(o, f->key, *(const gboolean *)at);
		break;
	case TRIAL_U32:
		json_object_set_int_member(o, f->key, *(const uint32_t *)at);
		break;
	case TRIAL_U64: /* 63 bits hold all our counts: trial_balance sees to it */
		json_object_set_int_member(
			o, f->key, (gint64)MIN(*(const uint64_t *)at, (uint64_t)G_MAXINT64));
		break;
	case TRIAL_I64:
		json_object_set_int_member(o, f->key, *(const int64_t *)at);
		break;
	case TRIAL_REAL:
		json_out_double(o, f->key, *(const double *)at);
		break;
	case TRIAL_TEXTS:
		texts = *(GPtrArray *const *)at;
		array = json_array_new();
		for (guint i = 0; i < texts->len; i++)
			json_array_add_string_element(array, g_ptr_array_index(texts, i));
		json_object_set_array_member(o, f->key, array);
		break;
	case TRIAL_TREE:
		tree = *(JsonObject *const *)at;
		if (tree != NULL || (f->flags & TRIAL_OPTIONAL) == 0)
			json_object_set_object_member(o, f->key,
				tree != NULL ? json_object_ref(tree) : json_object_new());
		break;
	case TRIAL_WORD:
		json_object_set_string_member(o, f->key, f->choices[*(const uint32_t *)at]);
		break;
	case TRIAL_WORDS:
		json_object_set_array_member(o, f->key, make_words(f, record));
		break;
	case TRIAL_RECORD:
		json_object_set_object_member(o, f->key, make_part(f, record, view));
		break;
	case TRIAL_INLINE:
		trial_json_add(o, f->record, at, view);
		break;
	case TRIAL_ROWS:
		json_object_set_array_member(o, f->key, make_rows(f, record, view));
		break;
	case TRIAL_RATIO:
		json_out_double(o, f->key, trial_field_ratio(f, record, view));
		break;
	case TRIAL_RANK:
		if (f->rank(f, record, view, &ns, &bound) == 0)
			json_object_set_int_member(o, f->key, ns);
		else
			json_object_set_null_member(o, f->key);
		if (bound)
			json_array_add_string_element(bounds, f->key);
		break;
	case TRIAL_BOUNDS:
		json_object_set_array_member(o, f->key, json_array_ref(bounds));
		break;
	}
}

void trial_json_add(JsonObject *o, const struct trial_record *r, const void *record,
	const struct trial_view *view)
{
	g_autoptr(JsonArray) bounds = json_array_new();
	struct trial_view inside = view != NULL ? *view : (struct trial_view){ .t = NULL };

	if (r->enter != NULL)
		r->enter(record, &inside);
	for (size_t i = 0; i < r->nb; i++)
		add_field(o, &r->rows[i], record, &inside, bounds);
}

JsonObject *trial_json_record(
	const struct trial_record *r, const void *record, const struct trial_view *view)
{
	JsonObject *o = json_object_new();

	trial_json_add(o, r, record, view);
	return o;
}

void trial_json_set_counts(
	JsonObject *o, const struct trial_counts *c, double measured_s, gboolean one_way)
{
	const struct trial_view view = { .measured_s = measured_s, .one_way = one_way };

	trial_json_add(o, &trial_counts_fields, c, &view);
}

JsonObject *trial_json_probes(const struct trial_probes *p, double measured_s)
{
	const struct trial_view view = { .measured_s = measured_s };

	return trial_json_record(&trial_probes_fields, p, &view);
}

JsonObject *trial_json_guest_probes(const struct trial_guest_probes *p, gboolean percentiles)
{
	const struct trial_view view = { .stored = percentiles };

	return trial_json_record(&trial_guest_probes_fields, p, &view);
}

JsonObject *trial_json_object(const trial *t)
{
	const struct trial_view view = { .t = t,
		.measured_s = t->measured_s,
		.one_way = trial_is_one_way(t),
		.probes = t->probes.used,
		.stored = TRUE };
	JsonObject *o = json_object_new();

	json_object_set_int_member(o, "schema", TRIAL_SCHEMA);
	trial_json_add(o, &trial_fields, t, &view);
	return o;
}

char *trial_to_json(const trial *t)
{
	return json_out_text(trial_json_object(t));
}

static void read_texts(
	struct json_in *in, JsonObject *o, const char *where, const char *key, GPtrArray *to)
{
	JsonArray *all = json_in_array(in, o, where, key);

	for (guint i = 0; all != NULL && i < json_array_get_length(all); i++) {
		JsonNode *node = json_array_get_element(all, i);

		if (json_node_get_value_type(node) != G_TYPE_STRING) {
			json_in_fail(in, where, key, "[%u] is not a string", i);
			return;
		}
		g_ptr_array_add(to, g_strdup(json_node_get_string(node)));
	}
}

/* A percentile, or null; whether "bounds" lists it. */
static uint64_t read_stored(
	struct json_in *in, JsonObject *o, const char *where, const char *key, gboolean *bound)
{
	JsonArray *bounds = json_in_array(in, o, where, "bounds");

	if (json_object_has_member(o, key) && json_object_get_null_member(o, key))
		return 0;
	for (guint i = 0; bounds != NULL && i < json_array_get_length(bounds); i++) {
		JsonNode *node = json_array_get_element(bounds, i);

		if (json_node_get_value_type(node) == G_TYPE_STRING &&
			strcmp(json_node_get_string(node), key) == 0)
			*bound = TRUE;
	}
	return json_in_u64(in, o, where, key);
}

static void read_part(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_field *f, void *record)
{
	g_autofree char *path = g_strdup_printf("%s%s.", where, f->key);
	JsonObject *part = json_in_object(in, o, where, f->key);

	if ((f->flags & TRIAL_IF_SET) != 0)
		*(gboolean *)G_STRUCT_MEMBER_P(record, f->nb) = TRUE;
	if (part != NULL)
		trial_json_read_record(
			in, part, path, f->record, G_STRUCT_MEMBER_P(record, f->offset));
}

/* An array with no more elements than the row allows; NULL after an error. */
static JsonArray *read_array(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_field *f, guint *nb)
{
	JsonArray *all = json_in_array(in, o, where, f->key);

	*nb = all != NULL ? json_array_get_length(all) : 0;
	if (*nb > f->max)
		json_in_fail(in, where, f->key, "has %u elements, above %u", *nb, f->max);
	return in->error == NULL ? all : NULL;
}

static uint32_t find_word(
	struct json_in *in, JsonNode *node, const char *where, const struct trial_field *f)
{
	const char *word = json_node_get_value_type(node) == G_TYPE_STRING
				   ? json_node_get_string(node)
				   : "";

	for (uint32_t i = 0; f->choices[i] != NULL; i++)
		if (strcmp(word, f->choices[i]) == 0)
			return i;
	json_in_fail(in, where, f->key, "has an unknown word '%s'", word);
	return 0;
}

static void read_words(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_field *f, void *record)
{
	guint nb;
	JsonArray *all = read_array(in, o, where, f, &nb);
	uint32_t *words;

	if (all == NULL)
		return;
	words = g_new0(uint32_t, nb);
	*(uint32_t **)G_STRUCT_MEMBER_P(record, f->offset) = words;
	*(uint32_t *)G_STRUCT_MEMBER_P(record, f->nb) = nb;
	for (guint i = 0; i < nb && in->error == NULL; i++)
		words[i] = find_word(in, json_array_get_element(all, i), where, f);
}

static void read_rows(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_field *f, void *record)
{
	guint nb;
	JsonArray *all = read_array(in, o, where, f, &nb);
	char *rows;

	if (all == NULL)
		return;
	rows = g_malloc0_n(nb, f->record->size);
	*(char **)G_STRUCT_MEMBER_P(record, f->offset) = rows;
	*(uint32_t *)G_STRUCT_MEMBER_P(record, f->nb) = nb;
	for (guint i = 0; i < nb && in->error == NULL; i++) {
		g_autofree char *path = g_strdup_printf("%s%s[%u].", where, f->key, i);
		JsonObject *row = json_in_element(in, all, where, f->key, i);

		if (row != NULL)
			trial_json_read_record(
				in, row, path, f->record, rows + i * f->record->size);
	}
}

static void read_field(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_field *f, void *record)
{
	void *at = G_STRUCT_MEMBER_P(record, f->offset);
	JsonObject *tree;

	if ((f->flags & TRIAL_OPTIONAL) != 0 && !json_object_has_member(o, f->key)) {
		if (f->kind == TRIAL_TEXT)
			*(char **)at = g_strdup(f->fallback);
		return;
	}
	switch (f->kind) {
	case TRIAL_TEXT:
		*(char **)at = json_in_string(in, o, where, f->key);
		break;
	case TRIAL_SWITCH:
		*(gboolean *)at = json_in_bool(in, o, where, f->key);
		break;
	case TRIAL_U32:
		*(uint32_t *)at = json_in_u32(in, o, where, f->key, f->max);
		break;
	case TRIAL_U64:
		*(uint64_t *)at = json_in_u64(in, o, where, f->key);
		break;
	case TRIAL_I64:
		*(int64_t *)at = json_in_i64(in, o, where, f->key);
		break;
	case TRIAL_REAL:
		if ((f->flags & TRIAL_MAY_LACK) != 0 && json_object_has_member(o, f->key) &&
			json_object_get_null_member(o, f->key))
			*(double *)at = NAN;
		else
			*(double *)at = json_in_double(in, o, where, f->key);
		break;
	case TRIAL_TEXTS:
		read_texts(in, o, where, f->key, *(GPtrArray **)at);
		break;
	case TRIAL_TREE:
		tree = json_in_object(in, o, where, f->key);
		*(JsonObject **)at = tree != NULL ? json_object_ref(tree) : NULL;
		break;
	case TRIAL_WORD:
		if (!json_object_has_member(o, f->key))
			json_in_fail(in, where, f->key, "is missing");
		else
			*(uint32_t *)at = find_word(
				in, json_object_get_member(o, f->key), where, f);
		break;
	case TRIAL_WORDS:
		read_words(in, o, where, f, record);
		break;
	case TRIAL_RECORD:
		read_part(in, o, where, f, record);
		break;
	case TRIAL_INLINE:
		trial_json_read_record(in, o, where, f->record, at);
		break;
	case TRIAL_ROWS:
		read_rows(in, o, where, f, record);
		break;
	case TRIAL_RANK:
		if ((f->flags & TRIAL_STORED) != 0)
			*(uint64_t *)at = read_stored(
				in, o, where, f->key, G_STRUCT_MEMBER_P(record, f->nb));
		break;
	case TRIAL_RATIO:
	case TRIAL_BOUNDS:
		break;
	}
}

void trial_json_read_record(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_record *r, void *record)
{
	for (size_t i = 0; i < r->nb && in->error == NULL; i++)
		read_field(in, o, where, &r->rows[i], record);
	if (r->settle != NULL && in->error == NULL)
		r->settle(in, o, where, record);
}

trial *trial_json_read(struct json_in *in, JsonObject *o, const char *where)
{
	g_autoptr(trial) t = trial_new();
	uint64_t schema = json_in_u64(in, o, where, "schema");

	if (in->error == NULL && schema != TRIAL_SCHEMA)
		json_in_fail(in, where, "schema",
			"is %" PRIu64 ", this version supports %d; use the version that wrote it",
			schema, TRIAL_SCHEMA);
	trial_json_read_record(in, o, where, &trial_fields, t);
	return in->error == NULL ? g_steal_pointer(&t) : NULL;
}

gboolean trial_json_check_file(
	struct json_in *in, const char *dir, JsonObject *file, const char *where)
{
	g_autofree char *name = json_in_string(in, file, where, "name");
	g_autofree char *path = g_build_filename(dir, name, NULL);
	uint64_t bytes = json_in_u64(in, file, where, "bytes");
	struct stat st;

	if (in->error != NULL)
		return FALSE;
	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL) {
		json_in_fail(in, where, "name", "is not a plain file name");
	} else if (stat(path, &st) < 0) {
		g_set_error(&in->error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: listed in %s: %s; restore it, or measure again", path, in->file,
			g_strerror(errno));
	} else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != bytes) {
		g_set_error(&in->error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: has %" PRId64 " bytes, %s recorded %" PRIu64
			"; truncated or modified: restore it, or measure again",
			path, (gint64)st.st_size, in->file, bytes);
	}
	return in->error == NULL;
}
