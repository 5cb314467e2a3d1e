/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/html_report.h"

#include <string.h>

#include "analyze/base/text.h"
#include "analyze/verdict/compare.h"
#include "analyze/show/report_compare.h"
#include "analyze/show/report_search.h"
#include "plots/page/page.h"
#include "plots/page/html_figures.h"
#include "plots/page/html_tables.h"
#include "plots/page/compare_words.h"

static char *title_of(const struct html_report_options *options, const sides *s)
{
	GString *title = g_string_new(options->title);

	if (options->title != NULL)
		return g_string_free(title, FALSE);
	for (guint i = 0; i < s->all->len; i++)
		g_string_append_printf(title, "%s%s",
			i == 0                ? ""
			: s->all->len == 2    ? " against "
			: i + 1 < s->all->len ? ", "
					      : " and ",
			sides_at(s, i)->title);
	return g_string_free(title, FALSE);
}

/* Trials of a side; *bad: unreliable ones. */
static guint count_trials(const struct side *side, guint *bad)
{
	guint trials = 0;

	*bad = 0;
	for (guint i = 0; i < side->set->combinations->len; i++) {
		const result_combination *c = g_ptr_array_index(side->set->combinations, i);

		*bad += c->nb_untrustworthy;
		trials += c->trials->len;
	}
	return trials;
}

/* "3 trials of A, 3 trials of B". */
static void add_counts(GString *text, const sides *s, const char *what, const char *plural)
{
	for (guint i = 0; i < s->all->len; i++) {
		guint bad, trials = count_trials(sides_at(s, i), &bad);

		g_string_append_printf(text, "%s%u %s%s of %s", i > 0 ? ", " : "", trials, what,
			trials == 1 ? "" : plural, sides_at(s, i)->title);
	}
}

static void put_head(page *p, const sides *s, const sides *searches)
{
	const sides *any = s->all->len > 0 ? s : searches;
	g_autofree char *date = sides_date(any, FALSE);
	g_autofree char *of_files = sides_date(any, TRUE);
	g_autoptr(GString) text = g_string_new(NULL);

	if (date != NULL)
		g_string_append_printf(text, "Measured %s", date);
	if (of_files != NULL)
		g_string_append_printf(text, "%s last modified %s",
			date != NULL ? ", other files" : "Files", of_files);
	g_string_append(text, text->len > 0 ? ": " : "");
	add_counts(text, s, "trial", "s");
	g_string_append(text, s->all->len > 0 && searches->all->len > 0 ? ", " : "");
	add_counts(text, searches, "search", "es");
	g_string_append_c(text, '.');
	page_paragraph(p, NULL, text->str);
}

/* Combinations that have no partner on the other side. */
static void put_alone(page *p, const GPtrArray *alone, const char *title)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (alone->len == 0)
		return;
	g_string_append_printf(text, "Only in %s, not compared: ", title);
	for (guint i = 0; i < alone->len; i++) {
		const result_combination *c = g_ptr_array_index(alone, i);

		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", c->infix);
	}
	page_paragraph(p, "note", text->str);
}

static void put_method(page *p, const struct compare_options *options)
{
	g_autofree char *text = g_strdup_printf(
		"A and B: medians over repetitions (one value per repetition), with intervals of "
		"%.4g %% confidence unless another one is given. Better, worse: two-sided "
		"Mann-Whitney U test, p <= %.3g after Holm's correction over this table; the test "
		"over all loads is separate and stratified by load. Shift: Hodges-Lehmann "
		"difference. No difference: the whole interval of the shift is within %.3g %% of "
		"A. Cliff's delta: 1 if every repetition of B is above every one of A, -1 if "
		"below. KS D: largest distance between the two latency distributions, and its "
		"latency.",
		100 * (1 - options->alpha), options->alpha, 100 * options->threshold);

	page_paragraph(p, "note", text);
}

/* The sentences of a comparison, then why some have no verdict, and what else could be the cause. */
static void put_comparison(page *p, const comparison *c, const struct compare_options *options,
	const struct side *a, const struct side *b)
{
	g_autoptr(GPtrArray) sentences = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < options->metrics->len; i++)
		g_ptr_array_add(
			sentences, compare_words_sentence(c, options, i, a->title, b->title));
	page_list(p, "verdicts", sentences);
	page_list(p, "doubt", c->notes);
	put_alone(p, c->alone_a, a->title);
	put_alone(p, c->alone_b, b->title);
	if (c->differs->len > 0) {
		g_autofree char *intro = g_strdup_printf(
			"Differences between A (%s) and B (%s):", a->title, b->title);

		page_paragraph(p, NULL, intro);
		page_list(p, NULL, c->differs);
	}
}

/* How many trials of a side are unreliable. */
static void put_reliance(page *p, const sides *s)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < s->all->len; i++) {
		guint bad, trials = count_trials(sides_at(s, i), &bad);

		if (bad > 0)
			g_string_append_printf(text, "%s%u of %u trial%s of %s",
				text->len > 0 ? ", " : "", bad, trials, text_plural(trials),
				sides_at(s, i)->title);
	}
	if (text->len == 0)
		return;
	g_string_prepend(text, "Unreliable: ");
	g_string_append(text, "; see \"Unreliable trials\" for the reasons.");
	page_paragraph(p, "doubt", text->str);
}

/* A side against the first; what came of it, NULL where they cannot be compared. */
static comparison *put_against(
	page *p, const struct compare_options *options, const sides *s, guint i)
{
	const struct side *a = sides_at(s, 0), *b = sides_at(s, i);
	g_autofree char *heading = g_strdup_printf("%s against %s", b->title, a->title);
	g_autoptr(GError) cause = NULL;
	comparison *c = compare_run(a->set, b->set, options, &cause);

	if (s->all->len > 2)
		page_heading(p, heading);
	if (c != NULL) {
		put_comparison(p, c, options, a, b);
	} else {
		g_autofree char *why = g_strdup_printf(
			"%s and %s not compared: %s", a->title, b->title, cause->message);

		page_paragraph(p, "doubt", why);
	}
	return c;
}

/* Each against the first. compared: comparison *, of each side; NULL where there is none. */
static void put_verdicts(
	page *p, const struct compare_options *options, const sides *s, GPtrArray *compared)
{
	g_ptr_array_add(compared, NULL);
	if (s->all->len > 1)
		page_section(p, "verdict", "Verdict");
	put_reliance(p, s);
	for (guint i = 1; i < s->all->len; i++)
		g_ptr_array_add(compared, put_against(p, options, s, i));
}

static void put_verdict_tables(
	page *p, const struct compare_options *options, const sides *s, const GPtrArray *compared)
{
	gboolean any = FALSE;

	for (guint i = 0; i < s->all->len; i++) {
		const comparison *c = g_ptr_array_index(compared, i);
		g_autofree char *caption = g_strdup_printf(
			"Verdicts (A: %s, B: %s)", sides_at(s, 0)->title, sides_at(s, i)->title);

		if (c == NULL)
			continue;
		g_autoptr(table) t = report_compare_new(TRUE);

		for (guint pair = 0; pair < c->pairs->len; pair++)
			for (guint k = 0; k < options->metrics->len; k++)
				report_compare_add(
					t, g_ptr_array_index(c->pairs, pair), k, options);
		page_table(p, caption, t);
		any = TRUE;
	}
	if (any)
		put_method(p, options);
}

/* What the results say is said elsewhere. */
static gboolean is_of_results(const sides *s, const char *message)
{
	gboolean found = FALSE;

	for (guint i = 0; i < s->all->len && !found; i++) {
		const result_set *set = sides_at(s, i)->set;

		found = g_ptr_array_find_with_equal_func(
				set->warnings, message, g_str_equal, NULL) ||
			g_ptr_array_find_with_equal_func(set->notes, message, g_str_equal, NULL);
	}
	return found;
}

static gboolean put_figure(page *p, const struct report_drawing *d, GError **error)
{
	if (d->svg == NULL) {
		g_autofree char *why = g_strdup_printf("%s: not drawn: %s", d->caption, d->why_not);

		page_paragraph(p, "note", why);
		return TRUE;
	}
	return page_figure(p, d->caption, d->description, d->svg, error);
}

static gboolean put_figures(page *p, const sides *s, const GPtrArray *drawings,
	const GPtrArray *messages, GError **error)
{
	page_section(p, "figures", "Figures");
	for (guint i = 0; i < drawings->len; i++) {
		const struct report_drawing *d = g_ptr_array_index(drawings, i);

		if (d->by == RESULT_BY_NONE && d->search == NULL && !put_figure(p, d, error))
			return FALSE;
	}
	for (guint i = 0; i < messages->len; i++) {
		if (!is_of_results(s, g_ptr_array_index(messages, i)))
			page_paragraph(p, "note", g_ptr_array_index(messages, i));
	}
	return TRUE;
}

/* A section for a fleet, or a mix of several groups. */
static gboolean put_slices(
	page *p, const sides *s, gboolean response, const GPtrArray *drawings, GError **error)
{
	for (guint i = 0; i < drawings->len; i++) {
		const struct report_drawing *d = g_ptr_array_index(drawings, i);

		if (d->by == RESULT_BY_NONE)
			continue;
		page_section(p, "slices", d->caption);
		if (!put_figure(p, d, error))
			return FALSE;
		html_tables_put_slices(p, s, d->by, response);
	}
	return TRUE;
}

/* Of the searches that a drawing may show: of all together, or of one name. */
static gboolean put_search_figure(
	page *p, const GPtrArray *drawings, const char *name, GError **error)
{
	for (guint i = 0; i < drawings->len; i++) {
		const struct report_drawing *d = g_ptr_array_index(drawings, i);

		if (g_strcmp0(d->search, name) == 0)
			return put_figure(p, d, error);
	}
	return TRUE;
}

/* Limits of each side against those of the first. */
static void put_limit_verdicts(
	page *p, const struct html_report_options *options, const sides *searches)
{
	for (guint i = 1; i < searches->all->len; i++) {
		struct compare_options limits = *options->compare;
		g_autoptr(GArray) metrics = compare_metrics_of_searches(
			sides_at(searches, 0)->set, sides_at(searches, i)->set);

		limits.metrics = metrics;
		compare_free(put_against(p, &limits, searches, i));
	}
}

static void put_search_tables(page *p, const struct side *side)
{
	g_autoptr(table) limits = report_search_limits(side->set, TRUE);
	g_autoptr(table) latency = report_search_latency(side->set);
	g_autofree char *suite = report_search_suite(side->set, CLI_TEXT);

	page_table(p, "Limits", limits);
	page_paragraph(p, "note",
		"Limit: lower bound, the highest load at which the goal was met; median, minimum "
		"and maximum over the repetitions. Upper: lowest load above it at which it was "
		"missed. "
		"Throughput: conditional throughput (MLRsearch).");
	if (latency != NULL)
		page_table(p, "Response time at shares of the limits", latency);
	if (suite != NULL)
		page_commands(p, suite);
	for (guint i = 0; i < side->set->combinations->len; i++)
		page_list(p, "doubt",
			((const result_combination *)side->set->combinations->pdata[i])->reasons);
	page_list(p, "doubt", side->set->warnings);
	page_list(p, NULL, side->set->notes);
}

/* All limits, then a section for each name. */
static gboolean put_searches(page *p, const struct html_report_options *options,
	const sides *searches, const GPtrArray *drawings, GError **error)
{
	if (searches->all->len > 1) {
		page_section(p, "limits", "Limits found by searches");
		put_limit_verdicts(p, options, searches);
		if (!put_search_figure(p, drawings, "", error))
			return FALSE;
	}
	for (guint i = 0; i < searches->all->len; i++) {
		const struct side *side = sides_at(searches, i);
		g_autofree char *id = g_strdup_printf("search-%u", i + 1);
		g_autofree char *heading = g_strdup_printf("Throughput search of %s", side->title);

		page_section(p, id, heading);
		if (!put_search_figure(p, drawings, side->name, error))
			return FALSE;
		put_search_tables(p, side);
	}
	return TRUE;
}

static void put_settings(page *p, const sides *s)
{
	g_autoptr(table) parameters = sides_parameters(s), environment = sides_environment(s);

	page_section(p, "settings", "Parameters and environment");
	page_table(p, "Parameters", parameters);
	if (table_rows(environment) > 0)
		page_table(p, "Environment", environment);
	else
		page_paragraph(p, NULL, "Environment: not recorded in these trials.");
}

/* " NAME" as a shell takes it; quotes only where they are needed. */
static void add_name(GString *to, const char *name)
{
	g_autofree char *quoted = g_shell_quote(name);
	gboolean plain = *name != '\0' &&
			 name[strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+=,:/")] ==
				 '\0';

	g_string_append_printf(to, " %s", plain ? name : quoted);
}

/* Which options of a report a command knows, too. */
enum { KNOWS_RESPONSE = 1, KNOWS_LINEAR = 2, KNOWS_MIX = 4, KNOWS_TITLE = 8 };

/* "PROGRAM COMMAND OPTIONS NAMES": all names, or the first and the other-th. */
static void add_command(GString *to, const char *command, const struct html_report_options *options,
	unsigned knows, const sides *s, guint other)
{
	g_string_append(to, command);
	if (knows & KNOWS_MIX && options->compare->different_mix)
		g_string_append(to, " --different-mix");
	if (knows & KNOWS_RESPONSE && options->compare->response)
		g_string_append(to, " --response");
	if (knows & KNOWS_LINEAR && options->linear)
		g_string_append(to, " --linear");
	if (knows & KNOWS_TITLE && options->title != NULL) {
		g_string_append(to, " --title");
		add_name(to, options->title);
	}
	if (options->dir != NULL) {
		g_string_append(to, " --dir");
		add_name(to, options->dir);
	}
	for (guint i = 0; i < s->all->len; i++)
		if (other == 0 || i == 0 || i == other)
			add_name(to, sides_at(s, i)->name);
	g_string_append_c(to, '\n');
}

static void put_trial_commands(page *p, const sides *s)
{
	for (guint i = 0; i < s->all->len; i++) {
		g_autoptr(GPtrArray) commands = sides_commands(sides_at(s, i));
		g_autofree char *of = g_strdup_printf(
			commands->len > 0 ? "%s:" : "%s: command line not recorded.",
			sides_at(s, i)->title);
		g_autoptr(GString) text = g_string_new(NULL);

		page_paragraph(p, "caption", of);
		for (guint k = 0; k < commands->len; k++)
			g_string_append_printf(
				text, "%s\n", (const char *)g_ptr_array_index(commands, k));
		if (commands->len > 0)
			page_commands(p, text->str);
	}
}

/* "tplot search NAME": of a drawing, of all names or of its own. */
static void add_search_command(GString *to, const struct html_report_options *options,
	const sides *searches, const struct report_drawing *d)
{
	for (guint i = 0; i < searches->all->len; i++) {
		struct side *side = sides_at(searches, i);
		const sides one = { g_ptr_array_new() };

		g_ptr_array_add(one.all, side);
		if (*d->search == '\0' && i == 0)
			add_command(to, "tplot search", options, KNOWS_LINEAR, searches, 0);
		else if (strcmp(d->search, side->name) == 0)
			add_command(to, "tplot search", options, KNOWS_LINEAR, &one, 0);
		g_ptr_array_unref(one.all);
	}
}

static void put_commands(page *p, const struct html_report_options *options, const sides *s,
	const sides *searches, const sides *all, const GPtrArray *drawings)
{
	g_autoptr(GString) again = g_string_new(NULL);
	gboolean sliced = FALSE;

	page_section(p, "again", "Commands to reproduce");
	page_heading(p, "Trials");
	put_trial_commands(p, s);
	put_trial_commands(p, searches);
	page_heading(p, "Numbers, figures and this report");
	for (guint i = 1; i < s->all->len; i++)
		add_command(again, "tanalyze compare", options, KNOWS_MIX | KNOWS_RESPONSE, s, i);
	if (s->all->len > 0) {
		add_command(again, "tanalyze percentiles", options, KNOWS_RESPONSE, s, 0);
		add_command(again, "tanalyze loss", options, 0, s, 0);
	}
	for (guint i = 1; i < searches->all->len; i++)
		add_command(again, "tanalyze compare --limits", options, KNOWS_MIX, searches, i);
	if (searches->all->len > 0)
		add_command(again, "tanalyze search", options, 0, searches, 0);
	for (guint i = 0; i < drawings->len; i++)
		sliced |= ((const struct report_drawing *)drawings->pdata[i])->by != RESULT_BY_NONE;
	for (guint i = 0; i < drawings->len; i++) {
		const struct report_drawing *d = g_ptr_array_index(drawings, i);
		g_autofree char *command = g_strconcat("tplot ", d->command,
			sliced && d->by == RESULT_BY_NONE ? " --by none" : NULL, NULL);

		if (d->svg != NULL && d->search != NULL)
			add_search_command(again, options, searches, d);
		else if (d->svg != NULL)
			add_command(again, command, options, KNOWS_RESPONSE | KNOWS_LINEAR, s, 0);
	}
	add_command(again, "tplot report", options,
		KNOWS_RESPONSE | KNOWS_LINEAR | KNOWS_MIX | KNOWS_TITLE, all, 0);
	page_commands(p, again->str);
}

/* Those of both, each name once, in the order of s; borrows from them. */
static sides *join_sides(const sides *s, const sides *searches)
{
	sides *all = g_new0(sides, 1);

	all->all = g_ptr_array_new();
	for (guint i = 0; i < s->all->len; i++)
		g_ptr_array_add(all->all, sides_at(s, i));
	for (guint i = 0; i < searches->all->len; i++) {
		gboolean found = FALSE;

		for (guint k = 0; k < s->all->len; k++)
			found |= strcmp(sides_at(s, k)->name, sides_at(searches, i)->name) == 0;
		if (!found)
			g_ptr_array_add(all->all, sides_at(searches, i));
	}
	return all;
}

char *html_report(const struct html_report_options *options, const sides *s, const sides *searches,
	const GPtrArray *drawings, const GPtrArray *messages, GError **error)
{
	g_autoptr(sides) all = join_sides(s, searches);
	g_autofree char *title = title_of(options, all);
	g_autoptr(page) p = page_new(title, options->css);
	g_autoptr(GPtrArray)
		compared = g_ptr_array_new_with_free_func((GDestroyNotify)compare_free);
	gboolean trials = s->all->len > 0;

	put_head(p, s, searches);
	if (trials) {
		put_verdicts(p, options->compare, s, compared);
		if (!put_figures(p, s, drawings, messages, error))
			return NULL;
	}
	if (!put_searches(p, options, searches, drawings, error))
		return NULL;
	if (trials) {
		page_section(p, "numbers", "Numbers");
		put_verdict_tables(p, options->compare, s, compared);
		html_tables_put(p, s, options->compare->response);
		if (!put_slices(p, s, options->compare->response, drawings, error))
			return NULL;
	}
	put_settings(p, trials ? s : searches);
	put_commands(p, options, s, searches, all, drawings);
	return page_end(p);
}
