/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/html_report.h"

#include <string.h>

#include "analyze/base/text.h"
#include "analyze/verdict/compare.h"
#include "analyze/show/report_compare.h"
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

static void put_head(page *p, const sides *s)
{
	g_autofree char *date = sides_date(s, FALSE);
	g_autofree char *of_files = sides_date(s, TRUE);
	g_autoptr(GString) text = g_string_new(NULL);

	if (date != NULL)
		g_string_append_printf(text, "Measured %s", date);
	if (of_files != NULL)
		g_string_append_printf(text, "%s last modified %s",
			date != NULL ? ", other files" : "Files", of_files);
	g_string_append(text, text->len > 0 ? ": " : "");
	for (guint i = 0; i < s->all->len; i++) {
		guint bad, trials = count_trials(sides_at(s, i), &bad);

		g_string_append_printf(text, "%s%u trial%s of %s", i > 0 ? ", " : "", trials,
			text_plural(trials), sides_at(s, i)->title);
	}
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

/* Each against the first. compared: comparison *, of each side; NULL where there is none. */
static void put_verdicts(
	page *p, const struct compare_options *options, const sides *s, GPtrArray *compared)
{
	const struct side *a = sides_at(s, 0);

	g_ptr_array_add(compared, NULL);
	if (s->all->len > 1)
		page_section(p, "verdict", "Verdict");
	put_reliance(p, s);
	for (guint i = 1; i < s->all->len; i++) {
		const struct side *b = sides_at(s, i);
		g_autofree char *heading = g_strdup_printf("%s against %s", b->title, a->title);
		g_autoptr(GError) cause = NULL;
		comparison *c = compare_run(a->set, b->set, options, &cause);

		g_ptr_array_add(compared, c);
		if (s->all->len > 2)
			page_heading(p, heading);
		if (c != NULL) {
			put_comparison(p, c, options, a, b);
		} else {
			g_autofree char *why = g_strdup_printf(
				"%s and %s not compared: %s", a->title, b->title, cause->message);

			page_paragraph(p, "doubt", why);
		}
	}
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

		if (d->by == RESULT_BY_NONE && !put_figure(p, d, error))
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

static void put_commands(page *p, const struct html_report_options *options, const sides *s,
	const GPtrArray *drawings)
{
	g_autoptr(GString) again = g_string_new(NULL);
	gboolean sliced = FALSE;

	page_section(p, "again", "Commands to reproduce");
	page_heading(p, "Trials");
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
	page_heading(p, "Numbers, figures and this report");
	for (guint i = 1; i < s->all->len; i++)
		add_command(again, "tanalyze compare", options, KNOWS_MIX | KNOWS_RESPONSE, s, i);
	add_command(again, "tanalyze percentiles", options, KNOWS_RESPONSE, s, 0);
	add_command(again, "tanalyze loss", options, 0, s, 0);
	for (guint i = 0; i < drawings->len; i++)
		sliced |= ((const struct report_drawing *)drawings->pdata[i])->by != RESULT_BY_NONE;
	for (guint i = 0; i < drawings->len; i++) {
		const struct report_drawing *d = g_ptr_array_index(drawings, i);
		g_autofree char *command = g_strconcat("tplot ", d->command,
			sliced && d->by == RESULT_BY_NONE ? " --by none" : NULL, NULL);

		if (d->svg != NULL)
			add_command(again, command, options, KNOWS_RESPONSE | KNOWS_LINEAR, s, 0);
	}
	add_command(again, "tplot report", options,
		KNOWS_RESPONSE | KNOWS_LINEAR | KNOWS_MIX | KNOWS_TITLE, s, 0);
	page_commands(p, again->str);
}

char *html_report(const struct html_report_options *options, const sides *s,
	const GPtrArray *drawings, const GPtrArray *messages, GError **error)
{
	g_autofree char *title = title_of(options, s);
	g_autoptr(page) p = page_new(title, options->css);
	g_autoptr(GPtrArray)
		compared = g_ptr_array_new_with_free_func((GDestroyNotify)compare_free);

	put_head(p, s);
	put_verdicts(p, options->compare, s, compared);
	if (!put_figures(p, s, drawings, messages, error))
		return NULL;
	page_section(p, "numbers", "Numbers");
	put_verdict_tables(p, options->compare, s, compared);
	html_tables_put(p, s, options->compare->response);
	if (!put_slices(p, s, options->compare->response, drawings, error))
		return NULL;
	put_settings(p, s);
	put_commands(p, options, s, drawings);
	return page_end(p);
}
