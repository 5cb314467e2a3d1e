/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The contract's field tables, and what is written from them: conf/trial.schema.json,
 * conf/search.schema.json and the lists of fields in analyze/files.md. After a change of the table, from the project's folder:
 *
 *	SOURCE=$PWD build/tests/test_unit_analyze_fields --write
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "analyze/contract/search.h"
#include "analyze/contract/trial_fields.h"

#define PAGE "analyze/files.md"
#define PAGE_BEGIN "<!-- fields: written by tests/unit/analyze_fields.c -->\n"
#define PAGE_END "<!-- end of fields -->"

enum { LINE_MAX_LEN = 140 };

/* All tables that can be reached, each once, those that others are made of behind them. */
static void collect_records(GPtrArray *all, const struct trial_record *r)
{
	if (g_ptr_array_find(all, r, NULL))
		return;
	g_ptr_array_add(all, (gpointer)(uintptr_t)r);
	for (size_t i = 0; i < r->nb; i++)
		if (r->rows[i].record != NULL)
			collect_records(all, r->rows[i].record);
}

static GPtrArray *all_records(void)
{
	GPtrArray *all = g_ptr_array_new();

	collect_records(all, &trial_fields);
	collect_records(all, &search_fields);
	return all;
}

static char *path_of(const char *name)
{
	const char *source = g_getenv("SOURCE");

	return g_build_filename(source != NULL ? source : ".", name, NULL);
}

static void set_text(JsonObject *o, const char *key, const char *format, const char *text)
{
	g_autofree char *value = g_strdup_printf(format, text);

	json_object_set_string_member(o, key, value);
}

static JsonObject *reference_to(const char *name)
{
	JsonObject *o = json_object_new();

	set_text(o, "$ref", "#/$defs/%s", name);
	return o;
}

/* What all rows of a kind have in common, by name in $defs; NULL: they say it themselves. */
static const char *type_of(const struct trial_field *f)
{
	switch (f->kind) {
	case TRIAL_U64:
		return "count";
	case TRIAL_I64:
		return "difference";
	case TRIAL_REAL:
		return (f->flags & TRIAL_MAY_LACK) != 0 ? "number_or_null" : "number";
	case TRIAL_RATIO:
		return (f->flags & TRIAL_SIGNED) != 0 ? "ratio_or_null" : "number_or_null";
	case TRIAL_RANK:
		return (f->flags & TRIAL_SIGNED) != 0 ? "difference_or_null" : "time_or_null";
	case TRIAL_RECORD:
		return f->record->name;
	default:
		return NULL;
	}
}

static JsonObject *of_type(const char *type)
{
	JsonObject *o = json_object_new();

	json_object_set_string_member(o, "type", type);
	return o;
}

static JsonObject *array_of(JsonObject *items)
{
	JsonObject *o = of_type("array");

	json_object_set_object_member(o, "items", items);
	return o;
}

/* Keys of the record's ranks, the only ones that may be listed as bounds. */
static JsonObject *bounds_schema(const struct trial_record *r)
{
	JsonObject *items = json_object_new(), *o = array_of(items);
	JsonArray *keys = json_array_new();

	for (size_t i = 0; i < r->nb; i++)
		if (r->rows[i].kind == TRIAL_RANK)
			json_array_add_string_element(keys, r->rows[i].key);
	json_object_set_array_member(items, "enum", keys);
	json_object_set_boolean_member(o, "uniqueItems", TRUE);
	return o;
}

static JsonObject *choices_schema(const struct trial_field *f)
{
	JsonObject *o = json_object_new();
	JsonArray *words = json_array_new();

	for (size_t i = 0; f->choices[i] != NULL; i++)
		json_array_add_string_element(words, f->choices[i]);
	json_object_set_array_member(o, "enum", words);
	return o;
}

static JsonObject *field_schema(const struct trial_record *r, const struct trial_field *f)
{
	JsonObject *o;

	if (type_of(f) != NULL) {
		o = reference_to(type_of(f));
	} else if (f->kind == TRIAL_ROWS) {
		o = array_of(reference_to(f->record->name));
	} else if (f->kind == TRIAL_WORD) {
		o = choices_schema(f);
	} else if (f->kind == TRIAL_WORDS) {
		o = array_of(choices_schema(f));
	} else if (f->kind == TRIAL_TEXTS) {
		o = array_of(of_type("string"));
	} else if (f->kind == TRIAL_BOUNDS) {
		o = bounds_schema(r);
	} else {
		o = of_type(f->kind == TRIAL_TEXT     ? "string"
			    : f->kind == TRIAL_SWITCH ? "boolean"
			    : f->kind == TRIAL_TREE   ? "object"
						      : "integer");
		if (f->kind == TRIAL_U32)
			json_object_set_int_member(o, "minimum", f->min);
	}
	if (f->max > 0)
		json_object_set_int_member(o,
			f->kind == TRIAL_ROWS || f->kind == TRIAL_WORDS ? "maxItems" : "maximum",
			f->max);
	json_object_set_string_member(o, "description", f->words);
	return o;
}

static JsonObject *record_schema(const struct trial_record *r)
{
	JsonObject *o = of_type("object"), *properties = json_object_new();
	JsonArray *required = json_array_new(), *all_of = json_array_new();

	json_object_set_string_member(o, "description", r->words);
	for (size_t i = 0; i < r->nb; i++) {
		const struct trial_field *f = &r->rows[i];

		if (f->kind == TRIAL_INLINE) {
			json_array_add_object_element(all_of, reference_to(f->record->name));
			continue;
		}
		json_object_set_object_member(properties, f->key, field_schema(r, f));
		if ((f->flags & TRIAL_OPTIONAL) == 0)
			json_array_add_string_element(required, f->key);
	}
	/* A probe that came back with a wrong byte is not counted as one: see trial_balance. */
	if (r == &trial_probes_fields) {
		JsonObject *zero = json_object_new();

		json_object_set_int_member(zero, "const", 0);
		json_object_set_object_member(properties, "corrupt", zero);
	}
	if (json_array_get_length(all_of) > 0)
		json_object_set_array_member(o, "allOf", all_of);
	else
		json_array_unref(all_of);
	json_object_set_array_member(o, "required", required);
	json_object_set_object_member(o, "properties", properties);
	return o;
}

static JsonObject *parse_object(const char *text)
{
	g_autoptr(JsonNode) node = json_from_string(text, NULL);

	assert_non_null(node);
	return json_object_ref(json_node_get_object(node));
}

/* What has no row: the schema's number, and the files, which trial_write lists. */
static const char files_schema[] =
	"{\"description\": \"All other files of the trial; not in the output of --format json.\","
	" \"type\": \"array\", \"items\": {\"type\": \"object\", \"required\": [\"name\", "
	"\"bytes\"],"
	" \"properties\": {\"name\": {\"type\": \"string\", \"pattern\":"
	" \"^(histogram|guests|timeline|output|probes|guest_timeline|ipdv)_[^/]+$\"},"
	" \"bytes\": {\"$ref\": \"#/$defs/count\"}}}}";
static const char types_schema[] =
	"{\"count\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 9223372036854775807},"
	" \"difference\": {\"type\": \"integer\", \"minimum\": -9223372036854775807,"
	" \"maximum\": 9223372036854775807},"
	" \"number\": {\"type\": \"number\", \"minimum\": 0},"
	" \"number_or_null\": {\"type\": [\"number\", \"null\"], \"minimum\": 0},"
	" \"ratio_or_null\": {\"type\": [\"number\", \"null\"]},"
	" \"time_or_null\": {\"type\": [\"integer\", \"null\"], \"minimum\": 0},"
	" \"difference_or_null\": {\"type\": [\"integer\", \"null\"]}}";

static void append_node(GString *to, JsonNode *node, unsigned depth);

/* Members or elements, each on a line of its own. */
static void append_long(GString *to, JsonNode *node, unsigned depth)
{
	gboolean object = JSON_NODE_HOLDS_OBJECT(node);
	g_autoptr(GList) of = object ? json_object_get_members(json_node_get_object(node))
				     : json_array_get_elements(json_node_get_array(node));

	g_string_append(to, object ? "{\n" : "[\n");
	for (GList *at = of; at != NULL; at = at->next) {
		for (unsigned i = 0; i <= depth; i++)
			g_string_append_c(to, '\t');
		if (object)
			g_string_append_printf(to, "\"%s\": ", (const char *)at->data);
		append_node(to,
			object ? json_object_get_member(json_node_get_object(node), at->data)
			       : at->data,
			depth + 1);
		g_string_append(to, at->next != NULL ? ",\n" : "\n");
	}
	for (unsigned i = 0; i < depth; i++)
		g_string_append_c(to, '\t');
	g_string_append_c(to, object ? '}' : ']');
}

/* On one line what fits there. */
static void append_node(GString *to, JsonNode *node, unsigned depth)
{
	g_autofree char *text = json_to_string(node, FALSE);

	if (JSON_NODE_HOLDS_VALUE(node) || JSON_NODE_HOLDS_NULL(node) ||
		JSON_NODE_HOLDS_ARRAY(node) || strlen(text) + 8UL * depth <= LINE_MAX_LEN)
		g_string_append(to, text);
	else
		append_long(to, node, depth);
}

/* The two kinds of files. */
static const struct kind {
	const char *path, *title;
	const struct trial_record *root;
	int schema;
	const char *files; /* what trial_write lists; NULL: nothing */
} kinds[] = {
	{ "conf/trial.schema.json", "A trial of tsim", &trial_fields, TRIAL_SCHEMA, files_schema },
	{ "conf/search.schema.json", "A throughput search of tsim", &search_fields, SEARCH_SCHEMA,
		NULL },
};

static char *schema_text(const struct kind *kind)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	JsonObject *root = json_object_new(), *properties, *defs = parse_object(types_schema);
	JsonObject *of_root = record_schema(kind->root), *version = json_object_new();
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	GString *text = g_string_new(NULL);

	collect_records(all, kind->root);
	json_object_set_string_member(
		root, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_object_set_string_member(root, "title", kind->title);
	json_object_set_string_member(root, "description", kind->root->words);
	json_object_set_string_member(root, "type", "object");
	json_array_add_string_element(json_object_get_array_member(of_root, "required"), "schema");
	json_object_set_array_member(root, "required",
		json_array_ref(json_object_get_array_member(of_root, "required")));
	properties = json_object_get_object_member(of_root, "properties");
	json_object_set_int_member(version, "const", kind->schema);
	json_object_set_object_member(properties, "schema", version);
	if (kind->files != NULL)
		json_object_set_object_member(properties, "files", parse_object(kind->files));
	json_object_set_object_member(root, "properties", json_object_ref(properties));
	json_object_unref(of_root);
	for (guint i = 1; i < all->len; i++) {
		const struct trial_record *r = g_ptr_array_index(all, i);

		json_object_set_object_member(defs, r->name, record_schema(r));
	}
	json_object_set_object_member(root, "$defs", defs);
	json_node_take_object(node, root);
	append_node(text, node, 0);
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

/* For people; integers and records go without. */
static const char *const kind_names[] = { [TRIAL_TEXT] = "text",
	[TRIAL_SWITCH] = "true or false",
	[TRIAL_I64] = "signed",
	[TRIAL_REAL] = "number",
	[TRIAL_TEXTS] = "texts",
	[TRIAL_WORD] = "word",
	[TRIAL_WORDS] = "words",
	[TRIAL_TREE] = "object",
	[TRIAL_ROWS] = "array",
	[TRIAL_RATIO] = "number or null",
	[TRIAL_RANK] = "or null",
	[TRIAL_BOUNDS] = "keys" };

/* One item of a list: `key` (kind record, optional): what it is */
static void append_field(GString *text, const struct trial_field *f)
{
	const char *parts[4] = { NULL };
	g_autofree char *notes = NULL;
	size_t nb = 0;

	if (f->kind == TRIAL_INLINE) {
		g_string_append_printf(text, "- all of %s\n", f->record->name);
		return;
	}
	if ((f->flags & TRIAL_MAY_LACK) != 0)
		parts[nb++] = "number or null";
	else if (kind_names[f->kind] != NULL)
		parts[nb++] = kind_names[f->kind];
	if (f->record != NULL)
		parts[nb++] = f->record->name;
	if ((f->flags & TRIAL_OPTIONAL) != 0)
		parts[nb++] = "optional";
	notes = g_strjoinv(", ", (char **)(uintptr_t)parts);
	g_string_append_printf(text, *notes != '\0' ? "- `%s` (%s): %s\n" : "- `%s`%s: %s\n",
		f->key, notes, f->words);
}

/* For analyze/files.md: a list per record. */
static char *markdown_text(void)
{
	g_autoptr(GPtrArray) all = all_records();
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < all->len; i++) {
		const struct trial_record *r = g_ptr_array_index(all, i);

		g_string_append_printf(text, "\n### %s\n\n%s\n\n", r->name, r->words);
		for (size_t k = 0; k < r->nb; k++)
			append_field(text, &r->rows[k]);
	}
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

/* The page with that between its two marks. */
static char *page_text(const char *now)
{
	g_autofree char *fields = markdown_text();
	const char *begin = strstr(now, PAGE_BEGIN);
	const char *end = begin != NULL ? strstr(begin, PAGE_END) : NULL;

	if (end == NULL)
		return NULL;
	return g_strdup_printf("%.*s%s%s%s", (int)(begin - now), now, PAGE_BEGIN, fields, end);
}

static void schemas_are_what_the_tables_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = path_of(kinds[i].path), *is = NULL;
		g_autofree char *wanted = schema_text(&kinds[i]);

		assert_true(g_file_get_contents(path, &is, NULL, NULL));
		if (strcmp(is, wanted) != 0)
			fail_msg("%s is not what the tables say: see the head of this test", path);
	}
}

static void page_is_what_the_table_says(void **state)
{
	g_autofree char *path = path_of(PAGE), *is = NULL, *wanted = NULL;

	(void)state;
	assert_true(g_file_get_contents(path, &is, NULL, NULL));
	wanted = page_text(is);
	assert_non_null(wanted);
	if (strcmp(is, wanted) != 0)
		fail_msg("%s is not what the tables say: see the head of this test", path);
}

static void every_row_says_what_it_is(void **state)
{
	g_autoptr(GPtrArray) all = all_records();

	(void)state;
	for (guint i = 0; i < all->len; i++) {
		const struct trial_record *r = g_ptr_array_index(all, i);

		assert_true(r->name != NULL && r->words != NULL && r->nb > 0);
		for (size_t k = 0; k < r->nb; k++) {
			const struct trial_field *f = &r->rows[k];
			gboolean part = f->kind == TRIAL_RECORD || f->kind == TRIAL_INLINE ||
					f->kind == TRIAL_ROWS;

			if (f->key == NULL || f->unit == NULL || f->words == NULL ||
				(f->kind != TRIAL_INLINE && *f->words == '\0') ||
				f->offset >= r->size || part != (f->record != NULL) ||
				(f->kind != TRIAL_RATIO && f->ratio != NULL) ||
				(f->kind == TRIAL_RANK) != (f->rank != NULL) ||
				(f->kind == TRIAL_WORD || f->kind == TRIAL_WORDS) !=
					(f->choices != NULL) ||
				(f->kind == TRIAL_U32 && f->max == 0))
				fail_msg("row %zu of %s: %s", k, r->name, f->key);
		}
	}
}

/* A member of a struct that has no row would be lost on the way to a file and back. */
static void every_count_has_a_row(void **state)
{
	struct trial_counts c, sum;
	size_t nb = 0;

	(void)state;
	memset(&sum, 0, sizeof(sum));
	for (size_t i = 0; i < sizeof(c) / sizeof(uint64_t); i++)
		((uint64_t *)&c)[i] = i + 1;
	assert_true(trial_counts_add(&sum, &c));
	assert_memory_equal(&sum, &c, sizeof(c));
	for (size_t i = 0; i < trial_counts_fields.nb; i++)
		nb += trial_counts_fields.rows[i].kind == TRIAL_U64;
	assert_int_equal(nb, sizeof(c) / sizeof(uint64_t));
}

static void sums_that_do_not_fit_are_refused(void **state)
{
	struct trial_counts c = { .forwarded_bytes = G_MAXUINT64 }, one = { .forwarded_bytes = 1 };

	(void)state;
	assert_false(trial_counts_add(&c, &one));
}

static void parameters_are_copied_and_compared_by_their_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < trial_params_fields.nb; i++) {
		const struct trial_field *f = &trial_params_fields.rows[i];
		struct trial_params a = { 0 }, b;
		g_autofree char *difference = NULL;

		a.profile = g_strdup("p");
		trial_params_copy(&b, &a);
		assert_null(trial_params_difference(&a, &b));
		if (f->kind == TRIAL_TEXT) {
			g_free(*(char **)G_STRUCT_MEMBER_P(&b, f->offset));
			*(char **)G_STRUCT_MEMBER_P(&b, f->offset) = g_strdup("other");
		} else {
			*(unsigned char *)G_STRUCT_MEMBER_P(&b, f->offset) = 1;
		}
		difference = trial_params_difference(&a, &b);
		if (difference == NULL)
			fail_msg("a difference of %s goes unseen", f->key);
		trial_params_clear(&a);
		trial_params_clear(&b);
	}
}

static int write_all(void)
{
	g_autofree char *page_path = path_of(PAGE), *now = NULL, *page = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = path_of(kinds[i].path), *text = schema_text(&kinds[i]);

		if (!g_file_set_contents(path, text, -1, NULL))
			return 1;
	}
	if (!g_file_get_contents(page_path, &now, NULL, NULL))
		return 1;
	page = page_text(now);
	return page == NULL || !g_file_set_contents(page_path, page, -1, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemas_are_what_the_tables_say),
		cmocka_unit_test(page_is_what_the_table_says),
		cmocka_unit_test(every_row_says_what_it_is),
		cmocka_unit_test(every_count_has_a_row),
		cmocka_unit_test(sums_that_do_not_fit_are_refused),
		cmocka_unit_test(parameters_are_copied_and_compared_by_their_rows),
	};

	if (argc == 2 && strcmp(argv[1], "--write") == 0)
		return write_all();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
