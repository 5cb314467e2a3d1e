/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/html_figures.h"

#include <glib/gstdio.h>

#include "analyze/base/datadir.h"
#include "analyze/base/scratch.h"
#include "plots/draw/error.h"
#include "plots/draw/render.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather.h"
#include "plots/gather/gather_reps.h"
#include "plots/gather/gather_search.h"
#include "plots/gather/gather_strip.h"

/* What the rows below are asked for and look at. */
struct sources {
	const struct html_report_options *wanted;
	const char *const *names;
	const figure *curves;       /* as tplot compare has them */
	const member_list *members; /* loads together */
	const search_list *searches;
	const char *title; /* what is compared */
};

/* What results may have; of the first two each has one. */
enum { LOADS = 1, ONE_LOAD = 2, GUESTS = 4, REPETITIONS = 8, INTERFACES = 16, GROUPS = 32 };

static unsigned find_having(const struct sources *s)
{
	unsigned having = figure_has_loads(s->curves) ? LOADS : ONE_LOAD;
	enum result_by by = members_kind(s->members);

	having |= by == RESULT_BY_INTERFACE ? INTERFACES : by == RESULT_BY_GROUP ? GROUPS : 0;
	for (guint i = 0; i < s->members->all->len; i++) {
		const struct member *m = g_ptr_array_index(s->members->all, i);

		having |= m->c->nb_guests > 1 ? GUESTS : 0;
		having |= m->c->trials->len >= FIGURES_BOX_LEAST ? REPETITIONS : 0;
	}
	return having;
}

static gboolean make_curves(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	return (figure_has_loads(s->curves) ? figure_load : figure_cdf)(
		s->curves, options, text, error);
}

static gboolean make_guests(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	const struct gather_options every = { .members = { .dir = s->wanted->dir },
		.response = s->wanted->compare->response,
		.group_panels = TRUE };
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free); /* as of curves */
	g_autoptr(figure) f = gather(&every, s->names, messages, error);

	return f != NULL && figure_guests(f, options, text, error);
}

/* A curve for each interface or group. */
static gboolean make_slices(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	const struct gather_options sliced = {
		.members = { .dir = s->wanted->dir,
			.loads_together = TRUE,
			.by = (int)members_kind(s->members) },
		.response = s->wanted->compare->response,
	};
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free); /* as of curves */
	g_autoptr(figure) f = gather(&sliced, s->names, messages, error);

	return f != NULL &&
	       (figure_has_loads(f) ? figure_load : figure_cdf)(f, options, text, error);
}

static gboolean make_strip(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(strip) made = gather_strip_loads(
		s->members, GATHER_P99, s->wanted->compare->response, error);

	return made != NULL && figure_strip(made, options, text, error);
}

static gboolean make_box(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(figure) f = gather_box(s->members, s->wanted->compare->response, 0.5, error);

	return f != NULL && figure_box(f, 0.5, options, text, error);
}

static gboolean make_search(const struct sources *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	return gather_search_draw(s->searches, NULL, -1, options, text, error);
}

/* A figure of reports: a new one is a row. */
struct kind {
	unsigned needs;
	const char *command, *caption, *description;
	gboolean (*make)(const struct sources *s, const struct figure_options *options,
		struct figure_text *text, GError **error);
};

static const struct kind kinds[] = {
	{ LOADS, "compare", "Latency and loss over load",
		"25th, 50th, 75th and 99th percentile of the latency over load; loss below.",
		make_curves },
	{ ONE_LOAD, "compare", "Latency distribution",
		"Share of frames later than a latency, or lost, on a log scale; spread over the "
		"guests below.",
		make_curves },
	{ GUESTS | ONE_LOAD, "guests", "Guests by 99th percentile",
		"Median and 99th percentile of the latency of each guest; loss below.",
		make_guests },
	{ GUESTS | LOADS, "guests", "99th percentile per guest over load",
		"One row per guest, one column per load; brighter is later. White with a cross: "
		"lower bound, the percentile is among lost frames.",
		make_strip },
	{ REPETITIONS, "box", "Median per repetition",
		"The median of each repetition as a point, and a box with the quartiles of the "
		"repetitions: the input of the verdicts.",
		make_box },
	{ INTERFACES, "compare --by interface", "By interface",
		"Latency and loss of the guests of each interface.", make_slices },
	{ GROUPS, "compare --by group", "By group", "Latency and loss of the guests of each group.",
		make_slices },
};

static const struct kind trials_of_search = { 0, "search", "Trials of the search",
	"Each trial by load and loss, and by latency where a goal bounds it, with the bounds of "
	"each goal and the class of the loads.",
	make_search };
static const struct kind limits_of_searches = { 0, "search", "Limits found",
	"The limit of each goal: median, minimum and maximum of the repetitions.", make_search };

static void drawing_free(gpointer data)
{
	struct report_drawing *d = data;

	g_free(d->description);
	g_free(d->svg);
	g_free(d->why_not);
	g_free(d->script);
	g_free(d);
}

/* Draws in the folder of files, which is empty before and after. */
static gboolean draw_text(const struct render_files *files, const struct figure_text *text,
	char **svg, GError **error)
{
	const char *const names[] = { files->image, files->script, files->data };
	gboolean done = render_write(files, text, error) && render_draw(files, error) &&
			g_file_get_contents(files->image_path, svg, NULL, error);

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(files->folder, names[i], NULL);

		(void)g_unlink(path);
	}
	return done;
}

/* path: of the image. */
static gboolean draw_kind(const struct kind *kind, const struct sources *sources,
	struct figure_options *options, const char *path, struct report_drawing *d, GError **error)
{
	struct render_files files = { .folder = NULL };
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) cause = NULL;
	gboolean done = TRUE;

	d->command = kind->command;
	d->caption = kind->caption;
	d->by = kind->needs & INTERFACES ? RESULT_BY_INTERFACE
		: kind->needs & GROUPS   ? RESULT_BY_GROUP
					 : RESULT_BY_NONE;
	d->description = g_strconcat(
		kind->caption, ": ", sources->title, ". ", kind->description, NULL);
	render_files_init(&files, path);
	render_name_files(&files, options);
	/* What a figure cannot show is no reason to leave the rest out. */
	if (!kind->make(sources, options, &text, &cause)) {
		d->why_not = g_strdup(cause->message);
	} else if (sources->wanted->scripts == NULL) {
		done = draw_text(&files, &text, &d->svg, error);
	} else {
		done = render_write(&files, &text, error);
		d->script = done ? g_build_filename(files.folder, files.script, NULL) : NULL;
	}
	render_files_clear(&files);
	return done;
}

/* One more of drawings; folder: of what is drawn. */
static gboolean draw_next(const struct kind *kind, const struct sources *sources,
	struct figure_options *options, const scratch *folder, GPtrArray *drawings,
	const char *search_name, GError **error)
{
	const char *scripts = sources->wanted->scripts;
	g_autofree char *path = scripts != NULL
					? g_strdup_printf("%s-%u.svg", scripts, drawings->len + 1)
					: g_build_filename(
						  scratch_path(folder), "figure.svg", NULL);
	struct report_drawing *d = g_new0(struct report_drawing, 1);

	d->search = search_name;
	g_ptr_array_add(drawings, d);
	return draw_kind(kind, sources, options, path, d, error);
}

static gboolean draw_trials(const struct html_report_options *wanted, const char *const *names,
	struct figure_options *options, const scratch *folder, GPtrArray *drawings,
	GPtrArray *messages, GError **error)
{
	/* As tplot compare does without options. */
	const struct facets_wanted grid = { .colours_first = names[1] == NULL };
	const struct gather_options gathered = {
		.members = { .dir = wanted->dir, .loads_together = TRUE },
		.response = wanted->compare->response,
		.facets = &grid,
	};
	g_autoptr(figure) curves = gather(&gathered, names, messages, error);
	g_autoptr(member_list)
		members = curves != NULL ? members_find(&gathered.members, names, error) : NULL;
	gboolean done = members != NULL;

	if (!done)
		return FALSE;
	const struct sources sources = { wanted, names, curves, members, NULL, curves->title };
	unsigned having = find_having(&sources);

	for (guint i = 0; done && i < G_N_ELEMENTS(kinds); i++)
		if ((kinds[i].needs & having) == kinds[i].needs)
			done = draw_next(
				&kinds[i], &sources, options, folder, drawings, NULL, error);
	return done;
}

/* Those of all names together, search_name "", or of one. */
static gboolean draw_searches(const struct html_report_options *wanted, const char *const *names,
	const char *search_name, struct figure_options *options, const scratch *folder,
	GPtrArray *drawings, GError **error)
{
	g_autoptr(GPtrArray)
		said = g_ptr_array_new_with_free_func(g_free); /* by the results, too */
	g_autoptr(search_list) l = gather_search_open(wanted->dir, names, FALSE, said, error);
	g_autofree char *title = g_strjoinv(", ", (char **)(uintptr_t)names);
	const struct sources sources = { wanted, names, NULL, NULL, l, title };

	return l != NULL &&
	       draw_next(gather_search_count(l) > 1 ? &limits_of_searches : &trials_of_search,
		       &sources, options, folder, drawings, search_name, error);
}

static gboolean draw_all(const struct html_report_options *wanted, const char *const *names,
	const char *const *searches, struct figure_options *options, GPtrArray *drawings,
	GPtrArray *messages, GError **error)
{
	g_autoptr(scratch) folder = wanted->scripts == NULL ? scratch_new("tplot", error) : NULL;
	gboolean done = wanted->scripts != NULL || folder != NULL;

	if (names[0] != NULL)
		done = done &&
		       draw_trials(wanted, names, options, folder, drawings, messages, error);
	if (searches[0] != NULL && searches[1] != NULL)
		done = done &&
		       draw_searches(wanted, searches, "", options, folder, drawings, error);
	for (guint i = 0; done && searches[i] != NULL; i++) {
		const char *const one[] = { searches[i], NULL };

		done = draw_searches(wanted, one, searches[i], options, folder, drawings, error);
	}
	return done;
}

GPtrArray *html_figures_draw(const struct html_report_options *wanted, const char *const *names,
	const char *const *searches, GPtrArray *messages, GError **error)
{
	g_autoptr(GPtrArray) drawings = g_ptr_array_new_with_free_func(drawing_free);
	g_autofree char *gnuplot = g_find_program_in_path("gnuplot");
	g_autofree char *style_path = datadir_find("plots/style.gp", error);
	g_autofree char *style = NULL;
	struct figure_options options = {
		.terminal = FIGURE_SVG,
		.linear = wanted->linear,
		.response = wanted->compare->response,
	};

	if (style_path == NULL || !g_file_get_contents(style_path, &style, NULL, error))
		return NULL;
	if (gnuplot == NULL && wanted->scripts == NULL) {
		(void)plots_fail(error, PLOTS_ERROR_GNUPLOT,
			"gnuplot not found; apt-get install gnuplot-nox");
		return NULL;
	}
	options.style = style;
	return draw_all(wanted, names, searches, &options, drawings, messages, error)
		       ? g_steal_pointer(&drawings)
		       : NULL;
}
