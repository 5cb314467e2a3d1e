/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_box.h"
#include "plots/page/html_figures.h"

#include <glib/gstdio.h>

#include "analyze/base/scratch.h"
#include "plots/draw/error.h"
#include "plots/gather/gather.h"
#include "plots/gather/gather_strip.h"
#include "plots/draw/render.h"
#include "analyze/base/datadir.h"

/* What the rows below are asked for and look at. */
struct sources {
	const struct html_figures_options *wanted;
	const char *const *names;
	const figure *curves;       /* as tplot compare has them */
	const member_list *members; /* loads together */
};

/* A figure of reports: a new one is a row. */
struct kind {
	const char *command, *caption, *description;
	gboolean (*fits)(const struct sources *s);
	gboolean (*make)(const struct sources *s, const struct figure_options *options,
		struct figure_text *text, GError **error);
};

static gboolean has_loads(const struct sources *s)
{
	return figure_has_loads(s->curves);
}

static gboolean make_load(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	return figure_load(s->curves, options, text, error);
}

static gboolean has_one_load(const struct sources *s)
{
	return !figure_has_loads(s->curves);
}

static gboolean make_cdf(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	return figure_cdf(s->curves, options, text, error);
}

static gboolean has_guests(const struct sources *s)
{
	for (guint i = 0; i < s->members->all->len; i++) {
		const struct member *m = g_ptr_array_index(s->members->all, i);

		if (m->c->nb_guests > 1)
			return TRUE;
	}
	return FALSE;
}

static gboolean has_guests_at_one_load(const struct sources *s)
{
	return has_guests(s) && !has_loads(s);
}

static gboolean make_guests(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	const struct gather_options every = {
		.dir = s->wanted->dir, .response = s->wanted->response, .every_load = TRUE
	};
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free); /* as of curves */
	g_autoptr(figure) f = gather(&every, s->names, messages, error);

	return f != NULL && figure_guests(f, options, text, error);
}

static gboolean has_guests_at_loads(const struct sources *s)
{
	return has_guests(s) && has_loads(s);
}

static gboolean make_strip(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(strip)
		made = gather_strip_loads(s->members, GATHER_P99, s->wanted->response, error);

	return made != NULL && figure_strip(made, options, text, error);
}

static gboolean has_repetitions(const struct sources *s)
{
	guint most = 0;

	for (guint i = 0; i < s->members->all->len; i++) {
		const struct member *m = g_ptr_array_index(s->members->all, i);

		most = MAX(most, m->c->trials->len);
	}
	return most >= BOX_LEAST;
}

static gboolean make_box(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(box) made = gather_box(s->members, s->wanted->response, 0.5, error);

	return made != NULL && figure_box(made, options, text, error);
}

static const struct kind kinds[] = {
	{ "compare", "Load against latency and loss",
		"Curves of the 25th, 50th, 75th and 99th percentile of the latency over the load, "
		"and below them the share of frames that were lost.",
		has_loads, make_load },
	{ "compare", "Distribution of the latency",
		"Curves of the share of frames that are later than a latency, or lost, on a "
		"logarithmic axis, and below them the spread over the guests.",
		has_one_load, make_cdf },
	{ "guests", "Guests, sorted by their 99th percentile",
		"Median and 99th percentile of the latency of each guest, and below them its loss.",
		has_guests_at_one_load, make_guests },
	{ "guests", "99th percentile of each guest over the load",
		"A strip for each guest, a column for each load; the brighter, the later. A white "
		"field with a cross is a lower bound: the percentile falls among lost frames.",
		has_guests_at_loads, make_strip },
	{ "box", "Repetitions as the unit",
		"The median of each repetition as a point, in a box of the quartiles of the "
		"repetitions: what the verdicts are made of.",
		has_repetitions, make_box },
};

static void drawing_free(gpointer data)
{
	struct report_drawing *d = data;

	g_free(d->command);
	g_free(d->caption);
	g_free(d->description);
	g_free(d->svg);
	g_free(d->why_not);
	g_free(d->script);
	g_free(d);
}

/* Draws in folder, which is empty before and after. */
static gboolean draw_text(const char *folder, const struct render_files *files,
	const struct figure_text *text, char **svg, GError **error)
{
	const char *const names[] = { files->image, files->script, files->data };
	gboolean done = render_write(files, text, error) && render_draw(files, error) &&
			g_file_get_contents(files->image_path, svg, NULL, error);

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);

		(void)g_unlink(path);
	}
	return done;
}

static gboolean write_script(const struct render_files *files, const struct figure_text *text,
	struct report_drawing *d, GError **error)
{
	if (!render_write(files, text, error))
		return FALSE;
	d->script = g_build_filename(files->folder, files->script, NULL);
	return TRUE;
}

/* path: of the image. */
static gboolean draw(const struct kind *kind, const struct sources *sources,
	struct figure_options *options, const char *path, struct report_drawing *d, GError **error)
{
	struct render_files files = { .folder = NULL };
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) cause = NULL;
	gboolean done;

	d->command = g_strdup(kind->command);
	d->caption = g_strdup(kind->caption);
	d->description = g_strconcat(
		kind->caption, ": ", sources->curves->title, ". ", kind->description, NULL);
	if (!render_files_init(&files, path, error))
		return FALSE;
	options->script_name = files.script;
	options->data_name = files.data;
	options->image_name = files.image;
	/* What a figure cannot show is no reason to leave the rest out. */
	if (!kind->make(sources, options, &text, &cause)) {
		d->why_not = g_strdup(cause->message);
		done = TRUE;
	} else {
		done = sources->wanted->scripts != NULL
			       ? write_script(&files, &text, d, error)
			       : draw_text(files.folder, &files, &text, &d->svg, error);
	}
	render_files_clear(&files);
	return done;
}

static gboolean draw_all(const struct sources *sources, struct figure_options *options,
	GPtrArray *drawings, GError **error)
{
	const char *scripts = sources->wanted->scripts;
	g_autoptr(scratch) folder = scripts == NULL ? scratch_new("tplot", error) : NULL;
	gboolean done = scripts != NULL || folder != NULL;

	for (guint i = 0; done && i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = NULL;
		struct report_drawing *d;

		if (!kinds[i].fits(sources))
			continue;
		path = scripts != NULL ? g_strdup_printf("%s-%u.svg", scripts, drawings->len + 1)
				       : g_build_filename(scratch_path(folder), "figure.svg", NULL);
		d = g_new0(struct report_drawing, 1);
		g_ptr_array_add(drawings, d);
		done = draw(&kinds[i], sources, options, path, d, error);
	}
	return done;
}

GPtrArray *html_figures_draw(const struct html_figures_options *wanted, const char *const *names,
	GPtrArray *messages, GError **error)
{
	/* As tplot compare does without options. */
	const struct facets_wanted grid = { .colours_first = names[1] == NULL };
	const struct gather_options gathered = {
		.dir = wanted->dir, .response = wanted->response, .facets = &grid
	};
	const struct members_options together = { .dir = wanted->dir, .loads_together = TRUE };
	g_autoptr(GPtrArray) drawings = g_ptr_array_new_with_free_func(drawing_free);
	g_autofree char *gnuplot = wanted->scripts != NULL ? NULL
							   : g_find_program_in_path("gnuplot");
	g_autofree char *style_path = datadir_find("plots/style.gp", error);
	g_autofree char *style = NULL;
	struct figure_options options = {
		.terminal = FIGURE_SVG, .linear = wanted->linear, .response = wanted->response
	};

	if (style_path == NULL || !g_file_get_contents(style_path, &style, NULL, error))
		return NULL;
	if (gnuplot == NULL && wanted->scripts == NULL) {
		g_set_error_literal(error, PLOTS_ERROR, PLOTS_ERROR_GNUPLOT,
			"gnuplot, which draws the figures of a report, is not installed: apt-get "
			"install gnuplot-nox");
		return NULL;
	}
	options.style = style;
	g_autoptr(figure) curves = gather(&gathered, names, messages, error);
	if (curves == NULL)
		return NULL;
	g_autoptr(member_list) members = members_find(&together, names, error);
	if (members == NULL)
		return NULL;
	const struct sources sources = { wanted, names, curves, members };

	return draw_all(&sources, &options, drawings, error) ? g_steal_pointer(&drawings) : NULL;
}
