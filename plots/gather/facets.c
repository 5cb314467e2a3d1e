/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/facets.h"

#include <string.h>

#include "analyze/results/result.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "analyze/base/text.h"

enum { COLOURS_ALONE = 4, COLOURS_MAX = 8, SIDE_MAX = 4, ROW_ALONE_MAX = 3 };

/* In this order they become facets; others follow in the order of result_parameter_names. */
static const char *const preferred[] = { "interface", "machine", "vhost", "qemu", "ioregionfd",
	"reflector", "size", "profile", "guests" };
enum { NB_OF_GRID = 3 }; /* of preferred: those that the paper's appendix makes grids of */

char *facets_text(const struct trial_params *p, const char *parameter)
{
	/* What stands behind the value; of all others the name stands before it. */
	static const char *const units[][2] = { { "guests", " guests" }, { "duration", " s" },
		{ "arrival", " arrivals" }, { "size", " bytes" }, { "machine", "" },
		{ "interface", "" }, { "profile", "" }, { "label", "" }, { "pattern", "" },
		{ "extra", "" } };
	g_autofree char *value = result_parameter(p, parameter);

	if (*value == '\0' || (strcmp(parameter, "guests") == 0 && p->guests == 0) ||
		((strcmp(parameter, "arrival") == 0 || strcmp(parameter, "share") == 0) &&
			strcmp(value, "mix") == 0))
		return g_strdup("");
	if (strcmp(parameter, "rate") == 0) {
		struct gp_unit unit = gp_load_unit((double)p->rate_pps);

		return p->rate_pps == 0
			       ? g_strdup("rate max")
			       : g_strdup_printf("%s %s",
					 gp_num((double)p->rate_pps / unit.per).text, unit.name);
	}
	if (strcmp(parameter, "guests") == 0 && p->guests == 1)
		return g_strdup("1 guest");
	if (strcmp(parameter, "size") == 0 && p->frame_len == 0)
		return g_strdup("several sizes");
	for (guint i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(parameter, units[i][0]) == 0)
			return g_strconcat(value, units[i][1], NULL);
	return g_strdup_printf("%s %s", parameter, value);
}

/* Parameters as texts with a separator between. */
static char *join_parameters(const struct trial_params *p, const GPtrArray *parameters,
	const char *separator, char *(*text_of)(const struct trial_params *, const char *))
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < parameters->len; i++) {
		g_autofree char *text = text_of(p, g_ptr_array_index(parameters, i));

		/* A key keeps places, a text has none for what is empty. */
		if (*text != '\0' || *separator == '\n')
			g_string_append_printf(all, "%s%s",
				i > 0 && (all->len > 0 || *separator == '\n') ? separator : "",
				text);
	}
	return g_string_free(all, FALSE);
}

/* Values of these parameters, as one key. */
static char *key_of(const struct trial_params *p, const GPtrArray *parameters)
{
	return join_parameters(p, parameters, "\n", result_parameter);
}

/* Whether a parameter tells items of one name apart that those of before do not. */
static gboolean tells_apart(
	const struct facets_item *items, guint n, const GPtrArray *before, const char *parameter)
{
	g_autoptr(GHashTable)
		values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (guint i = 0; i < n; i++) {
		g_autofree char *known = key_of(items[i].params, before);
		g_autofree char *key = g_strdup_printf("%u %s", items[i].name, known);
		g_autofree char *value = result_parameter(items[i].params, parameter);
		const char *other = g_hash_table_lookup(values, key);

		if (other == NULL)
			g_hash_table_insert(values, g_steal_pointer(&key), g_steal_pointer(&value));
		else if (strcmp(other, value) != 0)
			return TRUE;
	}
	return FALSE;
}

gboolean facets_have(const GPtrArray *parameters, const char *name)
{
	return g_ptr_array_find_with_equal_func(
		(GPtrArray *)(uintptr_t)parameters, name, g_str_equal, NULL);
}

static void drop_parameter(GPtrArray *parameters, const char *name)
{
	guint i;

	if (g_ptr_array_find_with_equal_func(parameters, name, g_str_equal, &i))
		g_ptr_array_remove_index(parameters, i);
}

/* Where a mix is among them, names of profiles say more than "several sizes". */
static gboolean some_mix(const struct facets_item *items, guint n)
{
	for (guint i = 0; i < n; i++) {
		if (items[i].params->frame_len == 0)
			return TRUE;
	}
	return FALSE;
}

/* What still tells items of one name apart beside those of known, which is left as it is. */
static GPtrArray *that_differ(const struct facets_item *items, guint n, const GPtrArray *known)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new(), order = g_ptr_array_new();
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(preferred); i++)
		g_ptr_array_add(order, (gpointer)preferred[i]);
	for (const char *const *p = result_parameter_names(); *p != NULL; p++) {
		if (!facets_have(order, *p) && strcmp(*p, "rate") != 0)
			g_ptr_array_add(order, (gpointer)*p);
	}
	g_ptr_array_extend(all, (GPtrArray *)known, NULL, NULL);
	for (guint i = 0; i < order->len; i++) {
		const char *parameter = g_ptr_array_index(order, i);

		if ((strcmp(parameter, "size") == 0 && some_mix(items, n)) ||
			!tells_apart(items, n, all, parameter))
			continue;
		g_ptr_array_add(all, (gpointer)parameter);
		g_ptr_array_add(found, (gpointer)parameter);
	}
	return found;
}

static guint count_distinct(const struct facets_item *items, guint n, const GPtrArray *parameters)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < n; i++)
		g_hash_table_add(seen, key_of(items[i].params, parameters));
	return g_hash_table_size(seen);
}

/*
 * Whether a panel for each value shows names together: one name is all there is, or some value is
 * of two of them.
 */
static gboolean is_shared(const struct facets_item *items, guint n, const char *parameter)
{
	g_autoptr(GHashTable)
		name_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gboolean one_name = TRUE;

	for (guint i = 0; i < n; i++) {
		g_autofree char *value = result_parameter(items[i].params, parameter);
		gpointer name = GUINT_TO_POINTER(items[i].name), other;

		one_name &= items[i].name == items[0].name;
		if (!g_hash_table_lookup_extended(name_of, value, NULL, &other))
			g_hash_table_insert(name_of, g_steal_pointer(&value), name);
		else if (other != name)
			return TRUE;
	}
	return one_name;
}

/* Shares parameters out to rows and columns, as the paper's appendix does. */
static void choose_sides(facets *f, GPtrArray *parameters)
{
	const char *column;

	if (parameters->len == 0)
		return;
	if (facets_have(parameters, "vhost"))
		column = "vhost";
	else if (parameters->len == 1)
		column = g_ptr_array_index(parameters, 0);
	else if (facets_have(parameters, "interface") && facets_have(parameters, "machine"))
		column = "interface";
	else
		column = g_ptr_array_index(parameters, 1);
	drop_parameter(parameters, column);
	g_ptr_array_add(f->columns, (gpointer)column);
	g_ptr_array_extend(f->rows, parameters, NULL, NULL);
}

/*
 * Of one name: up to four colours need no grid. Else what the paper makes grids of is the grid,
 * and the rest colours; a grid without colours gives up its last parameter for them.
 */
static GPtrArray *colours_first(const struct facets_item *items, guint n, GPtrArray *differing)
{
	GPtrArray *grid = g_ptr_array_new();

	if (count_distinct(items, n, differing) <= COLOURS_ALONE)
		return grid;
	for (guint i = 0; i < NB_OF_GRID; i++) {
		if (facets_have(differing, preferred[i]))
			g_ptr_array_add(grid, (gpointer)preferred[i]);
	}
	while (grid->len > 0 &&
		(grid->len == differing->len || count_distinct(items, n, grid) > FACETS_MAX))
		g_ptr_array_remove_index(grid, grid->len - 1);
	for (guint i = 0; i < differing->len; i++) {
		const char *parameter = g_ptr_array_index(differing, i);
		g_autoptr(GPtrArray) rest = that_differ(items, n, grid);

		if (count_distinct(items, n, rest) <= COLOURS_MAX)
			break;
		if (facets_have(grid, parameter))
			continue;
		g_ptr_array_add(grid, (gpointer)parameter);
		if (count_distinct(items, n, grid) > FACETS_MAX)
			g_ptr_array_remove_index(grid, grid->len - 1);
	}
	return grid;
}

static gboolean parse_side(GPtrArray *side, const char *words, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(words, "+", -1);

	for (guint i = 0; parts[i] != NULL; i++) {
		const char *const *p = result_parameter_names();

		while (*p != NULL && strcmp(*p, parts[i]) != 0)
			p++;
		if (*p == NULL || strcmp(*p, "rate") == 0) {
			g_autofree char *hint = text_did_you_mean(
				parts[i], result_parameter_names());

			return plots_fail(error, PLOTS_ERROR_ARGUMENT,
				"--facets: unknown parameter '%s'%s; write ROWS,COLUMNS such as "
				"interface,vhost",
				parts[i], hint);
		}
		if (!facets_have(side, *p))
			g_ptr_array_add(side, (gpointer)*p);
	}
	return TRUE;
}

static gboolean parse_given(facets *f, const char *given, GError **error)
{
	g_auto(GStrv) sides = g_strsplit(given, ",", -1);
	guint n = g_strv_length(sides);

	if (n == 0 || n > 2)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--facets: '%s' is not ROWS,COLUMNS: two words with one comma, such as "
			"interface,vhost; join parameters of one side with +",
			given);
	for (guint i = 0; i < n; i++) {
		if (*sides[i] != '\0' &&
			!parse_side(i == 0 ? f->rows : f->columns, sides[i], error))
			return FALSE;
	}
	for (guint i = 0; i < f->columns->len; i++)
		drop_parameter(f->rows, g_ptr_array_index(f->columns, i));
	return TRUE;
}

/* What has one value makes no panels: the subtitle says it. */
static void drop_constant(GPtrArray *side, const struct facets_item *items, guint n)
{
	for (guint i = side->len; i-- > 0;) {
		g_autoptr(GPtrArray) one = g_ptr_array_new();

		g_ptr_array_add(one, g_ptr_array_index(side, i));
		if (count_distinct(items, n, one) < 2)
			g_ptr_array_remove_index(side, i);
	}
}

static char *copy_name(const struct trial_params *p, const char *parameter)
{
	(void)p;
	return g_strdup(parameter);
}

/* As many panels as one figure shows: the last parameters go, and *remark says which. */
static void limit_panels(GPtrArray *grid, const struct facets_item *items, guint n, char **remark)
{
	guint panels = count_distinct(items, n, grid);
	g_autoptr(GPtrArray) dropped = g_ptr_array_new();
	g_autofree char *names = NULL;

	while (grid->len > 0 && count_distinct(items, n, grid) > FACETS_MAX)
		g_ptr_array_insert(dropped, 0, g_ptr_array_steal_index(grid, grid->len - 1));
	if (dropped->len == 0)
		return;
	names = join_parameters(NULL, dropped, ", ", copy_name);
	*remark = g_strdup_printf("%u panels are too many (at most %d): %s in the legend instead; "
				  "--facets ROWS,COLUMNS overrides this",
		panels, FACETS_MAX, names);
}

/* A row or a column of the grid. */
struct facet_side {
	char *key, *title;
};

static void side_clear(gpointer data)
{
	struct facet_side *s = data;

	g_free(s->key);
	g_free(s->title);
}

/* By number where both are numbers; virtual machines as the paper has them. */
static int compare_values(const char *a, const char *b)
{
	static const char *const machines[] = { "process", "host", "pcvm", "microvm", NULL };
	int place_a = -1, place_b = -1;
	char *end_a, *end_b;
	double x = g_ascii_strtod(a, &end_a), y = g_ascii_strtod(b, &end_b);

	for (int i = 0; machines[i] != NULL; i++) {
		place_a = strcmp(machines[i], a) == 0 ? i : place_a;
		place_b = strcmp(machines[i], b) == 0 ? i : place_b;
	}
	if (place_a >= 0 && place_b >= 0)
		return place_a - place_b;
	if (end_a != a && end_b != b && *end_a == '\0' && *end_b == '\0')
		return x < y ? -1 : x > y;
	return strcmp(a, b);
}

static gint compare_sides(gconstpointer a, gconstpointer b)
{
	const struct facet_side *s = a, *t = b;
	g_auto(GStrv) x = g_strsplit(s->key, "\n", -1), y = g_strsplit(t->key, "\n", -1);
	int order = 0;

	for (guint i = 0; x[i] != NULL && y[i] != NULL && order == 0; i++)
		order = compare_values(x[i], y[i]);
	return order;
}

static guint find_side(const GArray *sides, const char *key)
{
	for (guint i = 0; i < sides->len; i++) {
		if (strcmp(g_array_index(sides, struct facet_side, i).key, key) == 0)
			return i;
	}
	return FACETS_NONE;
}

/* How a value reads of which there may be no item. */
static char *text_of_value(const char *parameter, const char *value)
{
	const struct trial_params p = { .frame_len = (uint32_t)g_ascii_strtoull(value, NULL, 10) };

	if (strcmp(parameter, "machine") == 0 || strcmp(parameter, "interface") == 0)
		return g_strdup(value);
	return strcmp(parameter, "size") == 0 ? facets_text(&p, parameter)
					      : g_strdup_printf("%s %s", parameter, value);
}

/* The rows or columns: the values that are wanted, else all that occur, in order. */
static GArray *find_sides(const struct facets_item *items, guint n, const GPtrArray *parameters,
	const char *const *values)
{
	GArray *sides = g_array_new(FALSE, FALSE, sizeof(struct facet_side));

	g_array_set_clear_func(sides, side_clear);
	for (guint i = 0; values != NULL && values[i] != NULL; i++) {
		struct facet_side s = { g_strdup(values[i]),
			text_of_value(g_ptr_array_index(parameters, 0), values[i]) };

		g_array_append_val(sides, s);
	}
	for (guint i = 0; values == NULL && i < n; i++) {
		g_autofree char *key = key_of(items[i].params, parameters);

		if (find_side(sides, key) != FACETS_NONE)
			continue;
		struct facet_side s = { g_steal_pointer(&key),
			join_parameters(items[i].params, parameters, ", ", facets_text) };

		g_array_append_val(sides, s);
	}
	if (values == NULL)
		g_array_sort(sides, compare_sides);
	return sides;
}

static void add_title(facets *f, const GArray *rows, const GArray *columns, guint cell)
{
	const struct facet_side *row = &g_array_index(rows, struct facet_side, cell / columns->len);
	const struct facet_side *column = &g_array_index(
		columns, struct facet_side, cell % columns->len);

	if (*row->title == '\0' && *column->title == '\0' && rows->len * columns->len > 1)
		g_ptr_array_add(f->titles, g_strdup("default"));
	else
		g_ptr_array_add(f->titles,
			g_strdup_printf("%s%s%s", row->title,
				*row->title != '\0' && *column->title != '\0' ? ", " : "",
				column->title));
}

/* Of so many panels in rows of equal length. */
static guint columns_of(guint panels)
{
	return panels <= ROW_ALONE_MAX ? panels : panels == 4 ? 2 : panels <= 9 ? 3 : 4;
}

/* Panels that stay empty are left out, and the others stand in rows of equal length. */
static void wrap_panels(
	facets *f, const GArray *rows, const GArray *columns, guint n, const gboolean *seen)
{
	g_autofree guint *place = g_new(guint, rows->len * columns->len);

	for (guint cell = 0; cell < rows->len * columns->len; cell++) {
		place[cell] = f->titles->len;
		if (seen[cell])
			add_title(f, rows, columns, cell);
	}
	for (guint i = 0; i < n; i++)
		f->facet[i] = place[f->facet[i]];
	f->nb_columns = columns_of(f->titles->len);
}

/* Places the items. FALSE: that would be too many panels; *used says how many. */
static gboolean place_items(facets *f, const struct facets_item *items, guint n,
	const struct facets_wanted *wanted, guint *used)
{
	g_autoptr(GArray) rows = find_sides(items, n, f->rows, wanted->row_values);
	g_autoptr(GArray) columns = find_sides(items, n, f->columns, wanted->column_values);
	guint cells = rows->len * columns->len;
	g_autofree gboolean *seen = g_new0(gboolean, cells + 1);

	*used = 0;
	for (guint i = 0; i < n; i++) {
		g_autofree char *row_key = key_of(items[i].params, f->rows);
		g_autofree char *column_key = key_of(items[i].params, f->columns);
		guint row = find_side(rows, row_key), column = find_side(columns, column_key);

		f->facet[i] = FACETS_NONE;
		if (row == FACETS_NONE || column == FACETS_NONE)
			continue;
		f->facet[i] = row * columns->len + column;
		*used += seen[f->facet[i]] ? 0 : 1;
		seen[f->facet[i]] = TRUE;
	}
	if (wanted->given != NULL)
		*used = cells;
	if (*used > (wanted->given != NULL ? FACETS_GIVEN_MAX : FACETS_MAX))
		return FALSE;
	if (wanted->given == NULL &&
		(rows->len > SIDE_MAX || columns->len > SIDE_MAX || cells > FACETS_MAX ||
			(rows->len == 1 && columns->len > ROW_ALONE_MAX))) {
		wrap_panels(f, rows, columns, n, seen);
		return TRUE;
	}
	for (guint cell = 0; cell < cells; cell++)
		add_title(f, rows, columns, cell);
	f->nb_columns = columns->len;
	return TRUE;
}

/* No grid: what differs is in the legend. */
static void no_grid(facets *f, const struct facets_item *items, guint n)
{
	g_ptr_array_set_size(f->rows, 0);
	g_ptr_array_set_size(f->columns, 0);
	g_ptr_array_set_size(f->titles, 0);
	f->nb_columns = 1;
	memset(f->facet, 0, n * sizeof(*f->facet));
	g_ptr_array_unref(f->rest);
	f->rest = that_differ(items, n, f->rows);
}

static facets *facets_new(guint n)
{
	facets *f = g_new0(facets, 1);

	f->rows = g_ptr_array_new();
	f->columns = g_ptr_array_new();
	f->rest = g_ptr_array_new();
	f->titles = g_ptr_array_new_with_free_func(g_free);
	f->facet = g_new0(guint, n + 1);
	return f;
}

facets *facets_lay_out(const struct facets_item *items, guint n, const struct facets_wanted *wanted,
	char **remark, GError **error)
{
	g_autoptr(facets) f = facets_new(n);
	g_autoptr(GPtrArray) chosen = g_ptr_array_new();
	guint used;

	g_ptr_array_unref(f->rest);
	f->rest = that_differ(items, n, f->rows);
	if (wanted->given != NULL) {
		if (!parse_given(f, wanted->given, error))
			return NULL;
		if (wanted->row_values == NULL)
			drop_constant(f->rows, items, n);
		if (wanted->column_values == NULL)
			drop_constant(f->columns, items, n);
	} else {
		g_autoptr(GPtrArray) grid = wanted->colours_first
						    ? colours_first(items, n, f->rest)
						    : g_ptr_array_copy(f->rest, NULL, NULL);

		for (guint i = grid->len; i-- > 0;) {
			if (!is_shared(items, n, g_ptr_array_index(grid, i)))
				g_ptr_array_remove_index(grid, i);
		}
		limit_panels(grid, items, n, remark);
		choose_sides(f, grid);
	}
	g_ptr_array_extend(chosen, f->rows, NULL, NULL);
	g_ptr_array_extend(chosen, f->columns, NULL, NULL);
	if (chosen->len == 0) {
		no_grid(f, items, n);
		return g_steal_pointer(&f);
	}
	g_ptr_array_unref(f->rest);
	f->rest = that_differ(items, n, chosen);
	if (place_items(f, items, n, wanted, &used))
		return g_steal_pointer(&f);
	(void)plots_fail(error, PLOTS_ERROR_ARGUMENT,
		"--facets: %u panels, but one figure shows at most %d; name other parameters, or "
		"fewer results",
		used, FACETS_GIVEN_MAX);
	return NULL;
}

/* 0, which is max, stands last. */
static gint compare_loads(gconstpointer a, gconstpointer b)
{
	uint64_t x = *(const uint64_t *)a - 1, y = *(const uint64_t *)b - 1;

	return x < y ? -1 : x > y;
}

/* Whether each name has an item of that load. */
static gboolean is_common(const struct facets_item *items, guint n, uint64_t rate_pps)
{
	g_autoptr(GHashTable) all = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) having = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < n; i++) {
		g_hash_table_add(all, GUINT_TO_POINTER(items[i].name));
		if (items[i].params->rate_pps == rate_pps)
			g_hash_table_add(having, GUINT_TO_POINTER(items[i].name));
	}
	return g_hash_table_size(all) == g_hash_table_size(having);
}

facets *facets_of_loads(const struct facets_item *items, guint n)
{
	g_autoptr(GArray) loads = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	gboolean several = FALSE;
	facets *f;

	for (guint i = 0; i < n; i++) {
		uint64_t rate_pps = items[i].params->rate_pps;

		several |= rate_pps != items[0].params->rate_pps;
		if (g_array_binary_search(loads, &rate_pps, compare_loads, NULL) ||
			!is_common(items, n, rate_pps))
			continue;
		g_array_append_val(loads, rate_pps);
		g_array_sort(loads, compare_loads);
	}
	if (!several || loads->len == 0 || loads->len > FACETS_LOADS_MAX)
		return NULL;
	f = facets_new(n);
	g_ptr_array_add(f->columns, (gpointer) "rate");
	for (guint i = 0; i < loads->len; i++) {
		const struct trial_params p = { .rate_pps = g_array_index(loads, uint64_t, i) };

		g_ptr_array_add(f->titles, facets_text(&p, "rate"));
	}
	for (guint i = 0; i < n; i++) {
		uint64_t rate_pps = items[i].params->rate_pps;

		if (!g_array_binary_search(loads, &rate_pps, compare_loads, &f->facet[i]))
			f->facet[i] = FACETS_NONE;
	}
	f->nb_columns = columns_of(loads->len);
	return f;
}

void facets_free(facets *f)
{
	if (f == NULL)
		return;
	g_ptr_array_unref(f->rows);
	g_ptr_array_unref(f->columns);
	g_ptr_array_unref(f->rest);
	g_ptr_array_unref(f->titles);
	g_free(f->facet);
	g_free(f);
}
