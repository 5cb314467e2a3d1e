/* SPDX-License-Identifier: BSD-3-Clause */
/* Which parameters make rows, columns and colours; what a recipe has to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plots/draw/error.h"
#include "plots/gather/facets.h"
#include "plots/gather/recipe.h"

enum { ITEMS_MAX = 64 };

/* Items by the bits of a number: what varies, and over which values. */
struct items {
	struct trial_params params[ITEMS_MAX];
	struct facets_item item[ITEMS_MAX];
	guint n;
};

static const char *const interfaces[] = { "macvtap", "bridge", "vfio", "vmux" };
static const char *const machines[] = { "microvm", "pcvm" };

static void add(struct items *all, guint name, struct trial_params p)
{
	assert_true(all->n < ITEMS_MAX);
	p.label = p.label != NULL ? p.label : (char *)(uintptr_t) "l";
	p.qemu = p.qemu != NULL ? p.qemu : (char *)(uintptr_t) "normal";
	p.machine = p.machine != NULL ? p.machine : (char *)(uintptr_t) "pcvm";
	p.interface = p.interface != NULL ? p.interface : (char *)(uintptr_t) "bridge";
	all->params[all->n] = p;
	all->item[all->n] = (struct facets_item){ &all->params[all->n], name };
	all->n++;
}

/* All of so many interfaces, machines and vhosts, for names 0 to nb_names - 1. */
static void fill(
	struct items *all, guint nb_names, guint nb_interfaces, guint nb_machines, guint nb_vhosts)
{
	for (guint i = 0; i < nb_names * nb_interfaces * nb_machines * nb_vhosts; i++) {
		guint rest = i / nb_names;

		add(all, i % nb_names,
			(struct trial_params){
				.interface = (char *)(uintptr_t)interfaces[rest % nb_interfaces],
				.machine = (char *)(uintptr_t)
					machines[rest / nb_interfaces % nb_machines],
				.vhost = rest / nb_interfaces / nb_machines != 0,
				.frame_len = 64,
			});
	}
}

static char *joined(const GPtrArray *words)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < words->len; i++)
		g_string_append_printf(
			text, "%s%s", i > 0 ? "|" : "", (const char *)g_ptr_array_index(words, i));
	return g_string_free(text, FALSE);
}

static void check(const struct items *all, const struct facets_wanted *wanted, const char *rows,
	const char *columns, const char *rest, const char *titles)
{
	g_autofree char *remark = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(facets) f = facets_lay_out(all->item, all->n, wanted, &remark, &error);

	assert_null(error);
	assert_non_null(f);
	g_autofree char *is_rows = joined(f->rows), *is_columns = joined(f->columns);
	g_autofree char *is_rest = joined(f->rest), *is_titles = joined(f->titles);

	assert_string_equal(is_rows, rows);
	assert_string_equal(is_columns, columns);
	assert_string_equal(is_rest, rest);
	assert_string_equal(is_titles, titles);
}

static const struct facets_wanted chosen = { .given = NULL };
static const struct facets_wanted colours = { .colours_first = TRUE };

/* Grids of figures 9 to 15 of the paper. */
static void rows_and_columns_are_those_of_the_paper(void **state)
{
	(void)state;
	struct items a = { .n = 0 }, b = { .n = 0 }, c = { .n = 0 }, d = { .n = 0 };

	fill(&a, 2, 2, 1, 2);
	check(&a, &chosen, "interface", "vhost", "",
		"bridge, vhost off|bridge, vhost on|macvtap, vhost off|macvtap, vhost on");
	fill(&b, 2, 1, 2, 2);
	check(&b, &chosen, "machine", "vhost", "",
		"pcvm, vhost off|pcvm, vhost on|microvm, vhost off|microvm, vhost on");
	fill(&c, 2, 2, 2, 1);
	check(&c, &chosen, "machine", "interface", "",
		"pcvm, bridge|pcvm, macvtap|microvm, bridge|microvm, macvtap");
	fill(&d, 2, 1, 1, 2);
	check(&d, &chosen, "", "vhost", "", "vhost off|vhost on");
}

static void what_is_compared_is_no_facet(void **state)
{
	(void)state;
	struct items a = { .n = 0 };

	/* Each name has one value of vhost. */
	add(&a, 0, (struct trial_params){ .vhost = FALSE });
	add(&a, 1, (struct trial_params){ .vhost = TRUE });
	check(&a, &chosen, "", "", "", "");
}

/* A baseline with a build of its own stands beside what it is compared with. */
static void names_are_not_kept_apart(void **state)
{
	(void)state;
	struct items a = { .n = 0 };

	for (guint i = 0; i < 4; i++)
		add(&a, 0,
			(struct trial_params){
				.qemu = (char *)(uintptr_t)(i % 2 == 0 ? "normal" : "new"),
				.vhost = i / 2 != 0 });
	add(&a, 1, (struct trial_params){ .qemu = (char *)(uintptr_t) "none" });
	check(&a, &chosen, "", "vhost", "qemu", "vhost off|vhost on");
}

static void a_parameter_that_follows_another_counts_once(void **state)
{
	(void)state;
	struct items a = { .n = 0 };

	for (guint i = 0; i < 3; i++) {
		g_autofree char *profile = g_strdup_printf("fixed-%u", 64U << i);

		/* Interned: freed by nobody. */
		add(&a, 0,
			(struct trial_params){ .frame_len = 64U << i,
				.profile = (char *)(uintptr_t)g_intern_string(profile),
				.rate_pps = 1000 * i });
	}
	check(&a, &chosen, "", "size", "", "64 bytes|128 bytes|256 bytes");
	/* Of a mix the size is no number: its name tells. */
	add(&a, 0, (struct trial_params){ .profile = (char *)(uintptr_t) "imix" });
	check(&a, &chosen, "", "profile", "", "fixed-128|fixed-256|fixed-64|imix");
}

static void single_parameter_of_many_values_is_wrapped(void **state)
{
	(void)state;
	struct items a = { .n = 0 };
	g_autofree char *remark = NULL;

	fill(&a, 1, 4, 1, 1);
	g_autoptr(facets) f = facets_lay_out(a.item, a.n, &chosen, &remark, NULL);

	assert_non_null(f);
	assert_int_equal(f->titles->len, 4);
	assert_int_equal(f->nb_columns, 2);
	/* The item of the second title. */
	assert_int_equal(f->facet[1], 0);
	assert_string_equal(g_ptr_array_index(f->titles, 0), "bridge");
	assert_null(remark);
}

static void too_many_panels_are_fewer(void **state)
{
	(void)state;
	struct items a = { .n = 0 };
	g_autofree char *remark = NULL;
	g_autoptr(facets) f = NULL;

	fill(&a, 1, 4, 2, 2);
	f = facets_lay_out(a.item, a.n, &chosen, &remark, NULL);
	assert_non_null(f);
	assert_int_equal(f->titles->len, 8);
	assert_int_equal(f->rest->len, 1);
	assert_string_equal(g_ptr_array_index(f->rest, 0), "vhost");
	assert_non_null(remark);
	assert_non_null(strstr(remark, "16 panels"));
	assert_non_null(strstr(remark, "vhost in the legend"));
}

static void given_facets_are_taken(void **state)
{
	(void)state;
	struct items a = { .n = 0 };
	struct facets_wanted given = { .given = "vhost+machine,interface" };

	fill(&a, 1, 2, 2, 2);
	check(&a, &given, "vhost|machine", "interface", "",
		"vhost off, pcvm, bridge|vhost off, pcvm, macvtap|"
		"vhost off, microvm, bridge|vhost off, microvm, macvtap|"
		"vhost on, pcvm, bridge|vhost on, pcvm, macvtap|"
		"vhost on, microvm, bridge|vhost on, microvm, macvtap");
	given.given = "vhost,";
	check(&a, &given, "vhost", "", "interface|machine", "vhost off|vhost on");
	given.given = ",";
	check(&a, &given, "", "", "interface|machine|vhost", "");
}

static void wanted_values_make_all_panels_and_no_other(void **state)
{
	(void)state;
	static const char *const rows[] = { "bridge", "tap", NULL };
	const struct facets_wanted given = { .given = "interface,", .row_values = rows };
	struct items a = { .n = 0 };
	g_autofree char *remark = NULL;

	fill(&a, 1, 2, 1, 1);
	check(&a, &given, "interface", "", "", "bridge|tap");
	g_autoptr(facets) f = facets_lay_out(a.item, a.n, &given, &remark, NULL);

	assert_int_equal(f->facet[0], FACETS_NONE); /* macvtap */
	assert_int_equal(f->facet[1], 0);
}

static void bad_facets_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *given, *says;
	} bad[] = {
		{ "", "ROWS,COLUMNS" },
		{ "vhost,interface,qemu", "ROWS,COLUMNS" },
		{ "vhots,", "did you mean 'vhost'?" },
		{ "rate,", "unknown parameter" },
		{ "vhost+,", "unknown parameter" },
	};
	struct items a = { .n = 0 };

	fill(&a, 1, 2, 1, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		const struct facets_wanted given = { .given = bad[i].given };
		g_autofree char *remark = NULL;
		g_autoptr(GError) error = NULL;

		assert_null(facets_lay_out(a.item, a.n, &given, &remark, &error));
		assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT));
		assert_non_null(strstr(error->message, bad[i].says));
	}
}

static void one_name_has_colours_first(void **state)
{
	(void)state;
	struct items few = { .n = 0 }, many = { .n = 0 }, more = { .n = 0 };

	fill(&few, 1, 2, 1, 2);
	check(&few, &colours, "", "", "interface|vhost", "");
	/* Eight in all: vhost is what has colours. */
	fill(&many, 1, 2, 2, 2);
	check(&many, &colours, "machine", "interface", "vhost",
		"pcvm, bridge|pcvm, macvtap|microvm, bridge|microvm, macvtap");
	fill(&more, 1, 2, 1, 2);
	for (guint i = 0; i < 4; i++) {
		struct trial_params p = more.params[i];

		p.qemu = (char *)(uintptr_t) "allregs";
		p.ioregionfd = TRUE;
		add(&more, 0, p);
	}
	check(&more, &colours, "interface", "vhost", "qemu",
		"bridge, vhost off|bridge, vhost on|macvtap, vhost off|macvtap, vhost on");
}

/* Every recipe that is installed is one. */
static void recipes_parse(void **state)
{
	(void)state;
	static const int numbers[] = { 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autofree char *path = g_strdup_printf(
			"%s/conf/figures/%d.conf", g_getenv("SOURCE"), numbers[i]);
		g_autofree char *says = g_strdup_printf("(figure %d)", numbers[i]);
		g_autoptr(GError) error = NULL;
		g_autoptr(recipe) r = recipe_read(path, &error);

		if (error != NULL)
			print_message("%s\n", error->message);
		assert_non_null(r);
		assert_non_null(strstr(r->title, says));
		assert_non_null(r->caption);
		assert_true(r->names->len >= 3); /* with the NULL: two groups */
		assert_int_equal(r->rates->len, numbers[i] == 7 ? 20 : 19);
		assert_int_equal(r->repetitions, 3);
		if (numbers[i] >= 9) {
			assert_int_equal(g_strv_length(r->row_values), 2);
			assert_int_equal(g_strv_length(r->column_values), 2);
		} else {
			assert_string_equal(r->facets, ",");
		}
	}
}

static void bad_recipes_say_where(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "[figure] title" },
		{ "[figure]\ntitle=x\n", "at least one section" },
		{ "[figure]\ntitle=x\ncolums=vhost;on\n[a]\nselect=vhost-on\n",
			"recipe.conf:3: [figure] colums: unknown key (did you mean 'columns'?)" },
		{ "[figure]\ntitle=x\nrows=vhost\n[a]\nselect=vhost-on\n",
			"[figure] rows: expected a parameter" },
		{ "[figure]\ntitle=x\nrows=vhots;on\n[a]\nselect=vhost-on\n", "[figure] rows" },
		{ "[figure]\ntitle=x\nrows=vhost;on\ncolumns=vhost;on\n[a]\nselect=vhost-on\n",
			"columns: same parameter" },
		{ "[figure]\ntitle=x\n[a]\nselect=nonsense\n", "[a] select: expected a selector" },
		{ "[figure]\ntitle=x\n[a]\n", "[a] select" },
		{ "[figure]\ntitle=x\nrates=1;x\n[a]\nselect=vhost-on\n", "[figure] rates" },
		{ "[figure]\ntitle=x\nrates=\n[a]\nselect=vhost-on\n",
			"[figure] rates: expected a list" },
		{ "[figure]\ntitle=x\nrepetitions=0\n[a]\nselect=vhost-on\n",
			"[figure] repetitions" },
		{ "[figure]\ntitle=x\nselect=nonsense\n[a]\nselect=vhost-on\n",
			"recipe.conf:3: [figure] select: expected a selector" },
		{ "[figure]\ntitle=x\ntitle=y\n", "recipe.conf:3: [figure] title" },
		{ "[figure]\ntitle=${none}\n[a]\nselect=vhost-on\n",
			"recipe.conf:2: [figure] title: ${none}: key not found" },
		{ "no ini file", "recipe.conf:1:" },
		{ "[figure]\ntitle=\377\n", "recipe.conf:2: invalid byte 0xff" },
	};
	g_autofree char *dir = g_dir_make_tmp("tsim recipe.XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "recipe.conf", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_true(g_file_set_contents(path, bad[i].text, -1, NULL));
		assert_null(recipe_read(path, &error));
		assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_RECIPE));
		if (strstr(error->message, bad[i].says) == NULL)
			print_message("'%s' is not in '%s'\n", bad[i].says, error->message);
		assert_non_null(strstr(error->message, bad[i].says));
	}
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(dir), 0);
}

/* As testbeds and mixes: ':' beside '=', [DEFAULT], references, values that go on. */
static void recipes_have_the_grammar_of_all_files(void **state)
{
	(void)state;
	g_autoptr(GError) error = NULL;
	g_autoptr(recipe) r = recipe_parse("r.conf",
		"; a remark\n[DEFAULT]\nbuild = qemu-normal\n[figure]\nTitle: what costs $$5\n"
		"  goes on\nselect: ${build}\nrows : vhost; on;off;\nrates = 50; 100\n"
		"[64 bytes]\nselect: size-64,${figure:select}\n[all]\n",
		&error);

	assert_null(error);
	assert_string_equal(r->title, "what costs $5 goes on");
	assert_string_equal(r->facets, "vhost,");
	assert_int_equal(g_strv_length(r->row_values), 2);
	assert_string_equal(r->row_values[0], "on");
	assert_int_equal(r->rates->len, 2);
	assert_int_equal(g_array_index(r->rates, int, 1), 100);
	assert_string_equal(g_ptr_array_index(r->names, 0), "64 bytes");
	assert_string_equal(g_ptr_array_index(r->selectors, 0), "qemu-normal,size-64,qemu-normal");
	assert_string_equal(g_ptr_array_index(r->selectors, 1), "qemu-normal");
}

/* Common to all names, ascending, max last; one load alone is no grid, and seven are too many. */
static void panels_by_load_are_of_common_loads(void **state)
{
	static const struct {
		uint64_t a[8], b[8]; /* of two names; ends with 1 */
		const char *titles;  /* "": no panels */
	} cases[] = {
		{ { 40000, 20000, 0, 1 }, { 20000, 0, 40000, 1 }, "20 kpps|40 kpps|rate max" },
		{ { 20000, 30000, 1 }, { 30000, 90000, 1 }, "30 kpps" },
		{ { 20000, 1 }, { 30000, 1 }, "" },
		{ { 20000, 1 }, { 20000, 1 }, "" },
		{ { 10, 20, 30, 40, 50, 60, 70, 1 }, { 10, 20, 30, 40, 50, 60, 70, 1 }, "" },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct items all = { .n = 0 };
		g_autoptr(facets) f = NULL;
		g_autofree char *titles = NULL;

		for (guint k = 0; cases[i].a[k] != 1; k++)
			add(&all, 0, (struct trial_params){ .rate_pps = cases[i].a[k] });
		for (guint k = 0; cases[i].b[k] != 1; k++)
			add(&all, 1, (struct trial_params){ .rate_pps = cases[i].b[k] });
		f = facets_of_loads(all.item, all.n);
		if (*cases[i].titles == '\0') {
			assert_null(f);
			continue;
		}
		for (guint k = 0; k < all.n; k++) {
			g_autofree char *load = facets_text(all.item[k].params, "rate");
			guint facet = f->facet[k];

			if (facet == FACETS_NONE)
				assert_null(strstr(cases[i].titles, load));
			else
				assert_string_equal(g_ptr_array_index(f->titles, facet), load);
		}
		g_ptr_array_add(f->titles, NULL);
		titles = g_strjoinv("|", (char **)f->titles->pdata);
		assert_string_equal(titles, cases[i].titles);
		g_ptr_array_set_size(f->titles, (gint)f->titles->len - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panels_by_load_are_of_common_loads),
		cmocka_unit_test(recipes_have_the_grammar_of_all_files),
		cmocka_unit_test(rows_and_columns_are_those_of_the_paper),
		cmocka_unit_test(what_is_compared_is_no_facet),
		cmocka_unit_test(names_are_not_kept_apart),
		cmocka_unit_test(a_parameter_that_follows_another_counts_once),
		cmocka_unit_test(single_parameter_of_many_values_is_wrapped),
		cmocka_unit_test(too_many_panels_are_fewer),
		cmocka_unit_test(given_facets_are_taken),
		cmocka_unit_test(wanted_values_make_all_panels_and_no_other),
		cmocka_unit_test(bad_facets_are_refused),
		cmocka_unit_test(one_name_has_colours_first),
		cmocka_unit_test(recipes_parse),
		cmocka_unit_test(bad_recipes_say_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
