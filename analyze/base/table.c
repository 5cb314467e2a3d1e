/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/table.h"

#include <math.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/format.h"
#include "analyze/base/html.h"
#include "analyze/base/json_out.h"

struct column {
	char *key, *heading;
	unsigned flags;
};

struct cell {
	char *text;     /* for people */
	char *plain;    /* for CSV */
	JsonNode *node; /* for JSON */
	gboolean bound;
	gboolean left; /* words stand left, numbers right */
};

struct table {
	GArray *columns; /* struct column */
	GPtrArray *rows; /* GArray * of struct cell */
};

static void column_clear(gpointer data)
{
	struct column *c = data;

	g_free(c->key);
	g_free(c->heading);
}

static void cell_clear(gpointer data)
{
	struct cell *c = data;

	g_free(c->text);
	g_free(c->plain);
	json_node_unref(c->node);
}

static void row_free(gpointer data)
{
	g_array_unref(data);
}

table *table_new(void)
{
	table *t = g_new0(table, 1);

	t->columns = g_array_new(FALSE, TRUE, sizeof(struct column));
	g_array_set_clear_func(t->columns, column_clear);
	t->rows = g_ptr_array_new_with_free_func(row_free);
	return t;
}

void table_free(table *t)
{
	if (t == NULL)
		return;
	g_array_unref(t->columns);
	g_ptr_array_unref(t->rows);
	g_free(t);
}

void table_column(table *t, const char *key, const char *heading, unsigned flags)
{
	struct column c = { g_strdup(key), g_strdup(heading), flags };

	g_array_append_val(t->columns, c);
}

void table_row(table *t)
{
	GArray *row = g_array_new(FALSE, TRUE, sizeof(struct cell));

	g_array_set_clear_func(row, cell_clear);
	g_ptr_array_add(t->rows, row);
}

guint table_rows(const table *t)
{
	return t->rows->len;
}

/* Takes text, plain and node. */
static void add(table *t, char *text, char *plain, JsonNode *node, gboolean bound, gboolean left)
{
	GArray *row = g_ptr_array_index(t->rows, t->rows->len - 1);
	struct cell c = { text, plain, node, bound, left };

	g_array_append_val(row, c);
}

void table_string_as(table *t, const char *value, const char *text)
{
	JsonNode *node = json_node_new(JSON_NODE_VALUE);

	json_node_set_string(node, value);
	add(t, g_strdup(text), g_strdup(value), node, FALSE, TRUE);
}

void table_string(table *t, const char *text)
{
	table_string_as(t, text, text);
}

void table_u64_as(table *t, uint64_t v, const char *text)
{
	JsonNode *node = json_node_new(JSON_NODE_VALUE);

	json_node_set_int(node, (gint64)MIN(v, (uint64_t)G_MAXINT64));
	add(t, g_strdup(text), g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)v), node, FALSE,
		FALSE);
}

void table_u64(table *t, uint64_t v)
{
	g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)v);

	table_u64_as(t, v, text);
}

void table_none(table *t)
{
	add(t, g_strdup("-"), g_strdup(""), json_node_new(JSON_NODE_NULL), FALSE, FALSE);
}

/* Takes text. */
static void add_double(table *t, double v, char *text)
{
	char plain[G_ASCII_DTOSTR_BUF_SIZE];
	JsonNode *node = json_node_new(JSON_NODE_VALUE);

	json_node_set_double(node, v);
	add(t, text, g_strdup(g_ascii_formatd(plain, sizeof(plain), "%.12g", v)), node, FALSE,
		FALSE);
}

void table_double(table *t, double v, const char *format)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(v))
		table_none(t);
	else
		add_double(t, v, g_strdup(g_ascii_formatd(text, sizeof(text), format, v)));
}

void table_double_as(table *t, double v, gboolean bound, const char *text)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE];
	JsonNode *node = json_node_new(isfinite(v) ? JSON_NODE_VALUE : JSON_NODE_NULL);

	if (!isfinite(v)) {
		add(t, g_strdup(text), g_strdup(""), node, FALSE, FALSE);
		return;
	}
	json_node_set_double(node, v);
	g_ascii_formatd(buf, sizeof(buf), "%.12g", v);
	add(t, g_strdup(text), g_strconcat(bound ? ">=" : "", buf, NULL), node, bound, FALSE);
}

void table_ratio(table *t, double share)
{
	if (!isfinite(share))
		table_none(t);
	else
		add_double(t, share, format_percent(share));
}

/* "499.9k": the column's heading says pps. */
void table_pps(table *t, double pps)
{
	static const struct {
		double factor;
		const char *unit;
	} units[] = { { 1e6, "M" }, { 1e3, "k" }, { 1, "" } };
	guint i = 0;

	/* 999.96k would print as 1000.0k. */
	while (i + 1 < G_N_ELEMENTS(units) && pps < 0.99995 * units[i].factor)
		i++;
	add_double(t, pps, g_strdup_printf("%.4g%s", pps / units[i].factor, units[i].unit));
}

void table_ns(table *t, uint64_t ns, gboolean bound)
{
	JsonNode *node = json_node_new(JSON_NODE_VALUE);

	json_node_set_int(node, (gint64)MIN(ns, (uint64_t)G_MAXINT64));
	add(t, format_ns_bound(ns, bound),
		g_strdup_printf("%s%" G_GUINT64_FORMAT, bound ? ">=" : "", (guint64)ns), node,
		bound, FALSE);
}

void table_ns_real(table *t, double ns, gboolean bound)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE];
	JsonNode *node;

	if (isnan(ns)) {
		table_none(t);
		return;
	}
	g_ascii_formatd(buf, sizeof(buf), "%.15g", ns);
	node = json_node_new(JSON_NODE_VALUE);
	json_node_set_double(node, ns);
	add(t, format_ns_bound((uint64_t)llround(ns), bound),
		g_strconcat(bound ? ">=" : "", buf, NULL), node, bound, FALSE);
}

void table_signed_ns(table *t, int64_t ns)
{
	JsonNode *node = json_node_new(JSON_NODE_VALUE);
	g_autofree char *size = format_ns(ns < 0 ? (uint64_t)-ns : (uint64_t)ns);

	json_node_set_int(node, ns);
	add(t, g_strconcat(ns < 0 ? "-" : "", size, NULL), g_strdup_printf("%" G_GINT64_FORMAT, ns),
		node, FALSE, FALSE);
}

void table_bool(table *t, gboolean v, const char *yes, const char *no)
{
	JsonNode *node = json_node_new(JSON_NODE_VALUE);

	json_node_set_boolean(node, v);
	add(t, g_strdup(v ? yes : no), g_strdup(v ? "true" : "false"), node, FALSE, TRUE);
}

static const struct cell *cell(const table *t, guint row, guint column)
{
	return &g_array_index((GArray *)g_ptr_array_index(t->rows, row), struct cell, column);
}

static const struct column *column(const table *t, guint i)
{
	return &g_array_index(t->columns, struct column, i);
}

static gboolean is_shown(const table *t, guint i)
{
	if (column(t, i)->flags & TABLE_HIDDEN)
		return FALSE;
	if (column(t, i)->flags & TABLE_IF_ANY) {
		for (guint row = 0; row < t->rows->len; row++) {
			if (*cell(t, row, i)->plain != '\0' &&
				strcmp(cell(t, row, i)->plain, "0") != 0)
				return TRUE;
		}
		return FALSE;
	}
	if (!(column(t, i)->flags & TABLE_IF_DIFFERS))
		return TRUE;
	for (guint row = 1; row < t->rows->len; row++) {
		if (strcmp(cell(t, row, 0)->plain, cell(t, row - 1, 0)->plain) == 0 &&
			strcmp(cell(t, row, i)->plain, cell(t, row - 1, i)->plain) != 0)
			return TRUE;
	}
	return FALSE;
}

static guint *widths(const table *t)
{
	guint *width = g_new0(guint, t->columns->len + 1);

	for (guint i = 0; i < t->columns->len; i++) {
		if (!is_shown(t, i))
			continue;
		width[i] = (guint)g_utf8_strlen(column(t, i)->heading, -1);
		for (guint row = 0; row < t->rows->len; row++) {
			const char *text = cell(t, row, i)->text;

			width[i] = MAX(width[i], (guint)g_utf8_strlen(text, -1));
		}
	}
	return width;
}

static void pad(GString *to, const char *text, guint width, gboolean left, gboolean first)
{
	guint len = (guint)g_utf8_strlen(text, -1), blanks = width > len ? width - len : 0;

	if (!first)
		g_string_append_c(to, ' ');
	if (!left)
		g_string_append_printf(to, "%*s", (int)blanks, "");
	g_string_append(to, text);
	if (left)
		g_string_append_printf(to, "%*s", (int)blanks, "");
}

static void end_line(GString *to)
{
	while (to->len > 0 && to->str[to->len - 1] == ' ')
		g_string_truncate(to, to->len - 1);
	g_string_append_c(to, '\n');
}

/* Columns that are chosen; row -1 is the heading. */
static void append_line(
	GString *to, const table *t, const guint *width, const gboolean *chosen, int row)
{
	gboolean first = TRUE;

	for (guint i = 0; i < t->columns->len; i++) {
		const struct cell *c = t->rows->len > 0 ? cell(t, (guint)MAX(row, 0), i) : NULL;

		if (!chosen[i])
			continue;
		pad(to, row < 0 ? column(t, i)->heading : c->text, width[i], c == NULL || c->left,
			first);
		first = FALSE;
	}
	end_line(to);
}

char *table_text(const table *t)
{
	GString *to = g_string_new(NULL);
	g_autofree gboolean *chosen = g_new(gboolean, t->columns->len + 1);
	guint next = 0;
	g_autofree guint *width = widths(t);

	do {
		guint used = 0, added = 0;

		/* The keys, then as many others as fit; at least one, that it comes to an end. */
		for (guint i = 0; i < t->columns->len; i++) {
			chosen[i] = width[i] > 0 && column(t, i)->flags & TABLE_KEY;
			used += chosen[i] ? width[i] + 1 : 0;
		}
		for (; next < t->columns->len; next++) {
			if (width[next] == 0 || chosen[next])
				continue;
			if (added > 0 && used + width[next] > TABLE_WIDTH)
				break;
			chosen[next] = TRUE;
			used += width[next] + 1;
			added++;
		}
		if (to->len > 0)
			g_string_append_c(to, '\n');
		for (int row = -1; row < (int)t->rows->len; row++)
			append_line(to, t, width, chosen, row);
	} while (next < t->columns->len);
	return g_string_free(to, FALSE);
}

/* Of a column of numbers; a column of nothing but "-" is one, too. */
static gboolean is_right(const table *t, guint i)
{
	for (guint row = 0; row < t->rows->len; row++) {
		if (cell(t, row, i)->left)
			return FALSE;
	}
	return t->rows->len > 0;
}

/* A number stays on one line with its unit; the ends of an interval may part. */
static void append_html_cell(GString *to, const struct cell *c)
{
	GString *text = g_string_new(NULL);

	for (const char *at = c->text; *at != '\0'; at++) {
		gboolean keeps = *at == ' ' && !c->left && at > c->text && at[-1] != ',' &&
				 at[-1] != ')';

		if (keeps)
			g_string_append(text, "\xc2\xa0");
		else
			g_string_append_c(text, *at);
	}
	html_append(to, text->str);
	g_string_free(text, TRUE);
}

/* Row -1 is the heading. */
static void append_html_row(GString *to, const table *t, int row)
{
	gboolean first = TRUE;

	g_string_append(to, "<tr>");
	for (guint i = 0; i < t->columns->len; i++) {
		const char *class = is_right(t, i) ? " class=\"n\"" : "";

		if (!is_shown(t, i))
			continue;
		if (row < 0)
			g_string_append_printf(to, "<th scope=\"col\"%s>", class);
		else if (first)
			g_string_append_printf(to, "<th scope=\"row\"%s>", class);
		else
			g_string_append_printf(
				to, "<td%s>", cell(t, (guint)row, i)->left ? "" : " class=\"n\"");
		if (row < 0)
			html_append(to, column(t, i)->heading);
		else
			append_html_cell(to, cell(t, (guint)row, i));
		g_string_append(to, row < 0 || first ? "</th>" : "</td>");
		first = FALSE;
	}
	g_string_append(to, "</tr>\n");
}

char *table_html(const table *t)
{
	GString *to = g_string_new("<table>\n<thead>\n");

	append_html_row(to, t, -1);
	g_string_append(to, "</thead>\n<tbody>\n");
	for (guint row = 0; row < t->rows->len; row++)
		append_html_row(to, t, (int)row);
	g_string_append(to, "</tbody>\n</table>\n");
	return g_string_free(to, FALSE);
}

GVariant *table_pack(const table *t)
{
	GVariantBuilder rows;

	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa(ssmvbb)"));
	for (guint row = 0; row < t->rows->len; row++) {
		g_variant_builder_open(&rows, G_VARIANT_TYPE("a(ssmvbb)"));
		for (guint i = 0; i < t->columns->len; i++) {
			const struct cell *c = cell(t, row, i);
			GVariant *value = JSON_NODE_HOLDS_NULL(c->node)
						  ? NULL
						  : json_gvariant_deserialize(c->node, NULL, NULL);

			g_variant_builder_add(
				&rows, "(ssmvbb)", c->text, c->plain, value, c->bound, c->left);
		}
		g_variant_builder_close(&rows);
	}
	return g_variant_ref_sink(g_variant_builder_end(&rows));
}

void table_append(table *t, GVariant *rows)
{
	GVariantIter each_row, *each_cell;

	g_variant_iter_init(&each_row, rows);
	while (g_variant_iter_next(&each_row, "a(ssmvbb)", &each_cell)) {
		char *text, *plain;
		GVariant *value;
		gboolean bound, left;

		table_row(t);
		while (g_variant_iter_next(
			each_cell, "(ssmvbb)", &text, &plain, &value, &bound, &left)) {
			add(t, text, plain,
				value != NULL ? json_gvariant_serialize(value)
					      : json_node_new(JSON_NODE_NULL),
				bound, left);
			g_clear_pointer(&value, g_variant_unref);
		}
		g_variant_iter_free(each_cell);
	}
}

char *table_csv(const table *t)
{
	GString *to = g_string_new("schema");

	for (guint i = 0; i < t->columns->len; i++)
		g_string_append_printf(to, ",%s", column(t, i)->key);
	g_string_append_c(to, '\n');
	for (guint row = 0; row < t->rows->len; row++) {
		g_string_append_printf(to, "%d,", TABLE_SCHEMA);
		for (guint i = 0; i < t->columns->len; i++)
			csv_append(
				to, cell(t, row, i)->plain, i + 1 < t->columns->len ? ',' : '\n');
	}
	return g_string_free(to, FALSE);
}

char *table_json(const table *t)
{
	JsonObject *root = json_object_new();
	JsonArray *rows = json_array_new();

	json_object_set_int_member(root, "schema", TABLE_SCHEMA);
	for (guint row = 0; row < t->rows->len; row++) {
		JsonObject *o = json_object_new();
		JsonArray *bounds = json_array_new();

		for (guint i = 0; i < t->columns->len; i++) {
			const struct cell *c = cell(t, row, i);

			json_object_set_member(o, column(t, i)->key, json_node_copy(c->node));
			if (c->bound)
				json_array_add_string_element(bounds, column(t, i)->key);
		}
		json_object_set_array_member(o, "bounds", bounds);
		json_array_add_object_element(rows, o);
	}
	json_object_set_array_member(root, "rows", rows);
	return json_out_text(root);
}

char *table_format(const table *t, enum cli_format format)
{
	switch (format) {
	case CLI_CSV:
		return table_csv(t);
	case CLI_JSON:
		return table_json(t);
	default:
		return table_text(t);
	}
}
