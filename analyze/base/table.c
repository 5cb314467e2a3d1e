/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/format.h"
#include "analyze/base/html.h"
#include "analyze/base/json_out.h"

struct cell {
	char *text;     /* for people */
	char *plain;    /* for CSV */
	JsonNode *node; /* for JSON */
	gboolean bound;
	gboolean left; /* words stand left, numbers right */
};

struct table {
	GArray *columns; /* struct table_column; key and heading are owned */
	GPtrArray *rows; /* GArray * of struct cell */
};

static void column_clear(gpointer data)
{
	struct table_column *c = data;

	g_free((char *)c->key);
	g_free((char *)c->heading);
}

static void cell_clear(gpointer data)
{
	struct cell *c = data;

	g_free(c->text);
	g_free(c->plain);
	json_node_unref(c->node);
}

table *table_new(void)
{
	table *t = g_new0(table, 1);

	t->columns = g_array_new(FALSE, TRUE, sizeof(struct table_column));
	g_array_set_clear_func(t->columns, column_clear);
	t->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
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

void table_columns(table *t, const struct table_column *columns, size_t nb)
{
	for (size_t i = 0; i < nb; i++) {
		struct table_column c = columns[i];

		c.heading = g_strdup(c.heading != NULL ? c.heading : c.key);
		c.key = g_strdup(c.key);
		g_array_append_val(t->columns, c);
	}
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

static const struct cell *cell_at(const table *t, guint row, guint column)
{
	return &g_array_index((GArray *)g_ptr_array_index(t->rows, row), struct cell, column);
}

static const struct table_column *column_at(const table *t, guint i)
{
	return &g_array_index(t->columns, struct table_column, i);
}

/* The cell of a column that says no more than what is where. */
static void add_member(table *t, const void *member, const struct table_column *c)
{
	const struct table_time *time = member;
	int64_t known;

	switch (c->unit) {
	case TABLE_TEXT:
		if (*(const char *const *)member != NULL)
			table_string(t, *(const char *const *)member);
		else
			table_none(t);
		break;
	case TABLE_COUNT:
		table_u64(t, *(const uint64_t *)member);
		break;
	case TABLE_NUMBER:
		table_u64(t, *(const guint *)member);
		break;
	case TABLE_KNOWN:
	case TABLE_INDEX:
		known = c->unit == TABLE_KNOWN ? *(const int64_t *)member : *(const int *)member;
		if (known >= 0)
			table_u64(t, (uint64_t)known);
		else
			table_none(t);
		break;
	case TABLE_REAL:
		table_double(t, *(const double *)member, c->format != NULL ? c->format : "%.4g");
		break;
	case TABLE_RATIO:
		table_ratio(t, *(const double *)member);
		break;
	case TABLE_PPS:
		table_pps(t, *(const double *)member);
		break;
	case TABLE_TIME:
		if (time->known)
			table_ns(t, time->ns, time->bound);
		else
			table_none(t);
		break;
	case TABLE_YES:
		table_bool(t, *(const gboolean *)member, "yes", "no");
		break;
	}
}

void table_add(table *t, const void *row)
{
	GArray *cells;

	table_row(t);
	cells = g_ptr_array_index(t->rows, t->rows->len - 1);
	for (guint i = 0; i < t->columns->len; i++) {
		const struct table_column *c = column_at(t, i);

		if (c->cell != NULL)
			c->cell(t, row, c);
		else
			add_member(t, (const char *)row + c->at, c);
		g_assert(cells->len == i + 1);
	}
}

/* Takes text, plain and node. */
static void add_cell(
	table *t, char *text, char *plain, JsonNode *node, gboolean bound, gboolean left)
{
	GArray *row = g_ptr_array_index(t->rows, t->rows->len - 1);
	struct cell c = { text, plain, node, bound, left };

	g_array_append_val(row, c);
}

static JsonNode *int_node(int64_t v)
{
	return json_node_init_int(json_node_alloc(), v);
}

static JsonNode *double_node(double v)
{
	return json_node_init_double(json_node_alloc(), v);
}

/* Takes text. */
static void add_double(table *t, double v, gboolean bound, char *text)
{
	char plain[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(plain, sizeof(plain), "%.12g", v);
	add_cell(
		t, text, g_strconcat(bound ? ">=" : "", plain, NULL), double_node(v), bound, FALSE);
}

void table_string_as(table *t, const char *value, const char *text)
{
	add_cell(t, g_strdup(text), g_strdup(value),
		json_node_init_string(json_node_alloc(), value), FALSE, TRUE);
}

void table_string(table *t, const char *text)
{
	table_string_as(t, text, text);
}

void table_u64_as(table *t, uint64_t v, const char *text)
{
	add_cell(t, g_strdup(text), g_strdup_printf("%" PRIu64, v),
		int_node((int64_t)MIN(v, (uint64_t)G_MAXINT64)), FALSE, FALSE);
}

void table_u64(table *t, uint64_t v)
{
	g_autofree char *text = g_strdup_printf("%" PRIu64, v);

	table_u64_as(t, v, text);
}

void table_none(table *t)
{
	add_cell(t, g_strdup("-"), g_strdup(""), json_node_new(JSON_NODE_NULL), FALSE, FALSE);
}

void table_double(table *t, double v, const char *format)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(v))
		table_none(t);
	else
		add_double(t, v, FALSE, g_strdup(g_ascii_formatd(text, sizeof(text), format, v)));
}

void table_double_as(table *t, double v, gboolean bound, const char *text)
{
	if (!isfinite(v))
		add_cell(t, g_strdup(text), g_strdup(""), json_node_new(JSON_NODE_NULL), FALSE,
			FALSE);
	else
		add_double(t, v, bound, g_strdup(text));
}

void table_ratio(table *t, double share)
{
	if (!isfinite(share))
		table_none(t);
	else
		add_double(t, share, FALSE, format_percent(share));
}

/* "499.9k": the column's heading says pps. */
void table_pps(table *t, double pps)
{
	if (isnan(pps))
		table_none(t);
	else
		add_double(t, pps, FALSE, format_pps(pps));
}

void table_ns(table *t, uint64_t ns, gboolean bound)
{
	add_cell(t, format_ns_bound(ns, bound),
		g_strdup_printf("%s%" PRIu64, bound ? ">=" : "", ns),
		int_node((int64_t)MIN(ns, (uint64_t)G_MAXINT64)), bound, FALSE);
}

void table_ns_real(table *t, double ns, gboolean bound)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE];

	if (isnan(ns)) {
		table_none(t);
		return;
	}
	g_ascii_formatd(buf, sizeof(buf), "%.15g", ns);
	add_cell(t, format_ns_bound((uint64_t)llround(ns), bound),
		g_strconcat(bound ? ">=" : "", buf, NULL), double_node(ns), bound, FALSE);
}

void table_signed_ns(table *t, int64_t ns)
{
	g_autofree char *size = format_ns(ns < 0 ? (uint64_t)-ns : (uint64_t)ns);

	add_cell(t, g_strconcat(ns < 0 ? "-" : "", size, NULL), g_strdup_printf("%" PRId64, ns),
		int_node(ns), FALSE, FALSE);
}

void table_bool(table *t, gboolean v, const char *yes, const char *no)
{
	add_cell(t, g_strdup(v ? yes : no), g_strdup(v ? "true" : "false"),
		json_node_init_boolean(json_node_alloc(), v), FALSE, TRUE);
}

static gboolean is_shown(const table *t, guint i)
{
	if (column_at(t, i)->flags & TABLE_HIDDEN)
		return FALSE;
	if (column_at(t, i)->flags & TABLE_IF_ANY) {
		for (guint row = 0; row < t->rows->len; row++) {
			if (*cell_at(t, row, i)->plain != '\0' &&
				strcmp(cell_at(t, row, i)->plain, "0") != 0)
				return TRUE;
		}
		return FALSE;
	}
	if (!(column_at(t, i)->flags & TABLE_IF_DIFFERS))
		return TRUE;
	for (guint row = 1; row < t->rows->len; row++) {
		if (strcmp(cell_at(t, row, 0)->plain, cell_at(t, row - 1, 0)->plain) == 0 &&
			strcmp(cell_at(t, row, i)->plain, cell_at(t, row - 1, i)->plain) != 0)
			return TRUE;
	}
	return FALSE;
}

static guint *column_widths(const table *t)
{
	guint *width = g_new0(guint, t->columns->len + 1);

	for (guint i = 0; i < t->columns->len; i++) {
		if (!is_shown(t, i))
			continue;
		width[i] = (guint)g_utf8_strlen(column_at(t, i)->heading, -1);
		for (guint row = 0; row < t->rows->len; row++) {
			const char *text = cell_at(t, row, i)->text;

			width[i] = MAX(width[i], (guint)g_utf8_strlen(text, -1));
		}
	}
	return width;
}

static void append_padded(GString *to, const char *text, guint width, gboolean left, gboolean first)
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
		const struct cell *c = t->rows->len > 0 ? cell_at(t, (guint)MAX(row, 0), i) : NULL;

		if (!chosen[i])
			continue;
		append_padded(to, row < 0 ? column_at(t, i)->heading : c->text, width[i],
			c == NULL || c->left, first);
		first = FALSE;
	}
	end_line(to);
}

char *table_text(const table *t)
{
	GString *to = g_string_new(NULL);
	g_autofree gboolean *chosen = g_new(gboolean, t->columns->len + 1);
	guint next = 0;
	g_autofree guint *width = column_widths(t);

	do {
		guint used = 0, added = 0;

		/* The keys, then as many others as fit; at least one, that it comes to an end. */
		for (guint i = 0; i < t->columns->len; i++) {
			chosen[i] = width[i] > 0 && column_at(t, i)->flags & TABLE_KEY;
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
		if (cell_at(t, row, i)->left)
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
			g_string_append_printf(to, "<td%s>",
				cell_at(t, (guint)row, i)->left ? "" : " class=\"n\"");
		if (row < 0)
			html_append(to, column_at(t, i)->heading);
		else
			append_html_cell(to, cell_at(t, (guint)row, i));
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
			const struct cell *c = cell_at(t, row, i);
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
			add_cell(t, text, plain,
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
		g_string_append_printf(to, ",%s", column_at(t, i)->key);
	g_string_append_c(to, '\n');
	for (guint row = 0; row < t->rows->len; row++) {
		g_string_append_printf(to, "%d,", TABLE_SCHEMA);
		for (guint i = 0; i < t->columns->len; i++)
			csv_append(to, cell_at(t, row, i)->plain,
				i + 1 < t->columns->len ? ',' : '\n');
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
			const struct cell *c = cell_at(t, row, i);

			json_object_set_member(o, column_at(t, i)->key, json_node_copy(c->node));
			if (c->bound)
				json_array_add_string_element(bounds, column_at(t, i)->key);
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
