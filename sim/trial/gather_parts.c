/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/gather_parts.h"

#include <string.h>
#include <unistd.h>

#include "analyze/base/file.h"
#include "sim/base/error.h"
#include "sim/trial/printout.h"

#define FOLDER_PREFIX ".parts-"

/* Of the time that mpirun leaves to ranks, what goes before and after the wait for others. */
enum { MPIRUN_LEAVES_S = 1, OWN_US = 600000 };

/* Bits of what the leader says at the end. */
enum { KEPT = 1, GO_ON = 2 };

static char *folder_of(const char *dir, const struct trial_params *p)
{
	g_autofree char *infix = trial_infix(p);
	g_autofree char *name = g_strdup_printf(FOLDER_PREFIX "%s-rep%u", infix, p->repetition);

	return g_build_filename(dir, name, NULL);
}

static char *path_of(const char *folder, guint rank)
{
	g_autofree char *name = g_strdup_printf("rank-%u", rank);

	return g_build_filename(folder, name, NULL);
}

static gboolean write_part(
	const char *dir, const struct trial_params *p, guint rank, GBytes *bytes, GError **error)
{
	g_autofree char *folder = folder_of(dir, p), *path = path_of(folder, rank);
	gsize len;
	const char *data = g_bytes_get_data(bytes, &len);

	return file_make_folder(folder, error) && file_write_durably(path, data, len, error);
}

static void remove_part(const char *dir, const struct trial_params *p, guint rank)
{
	g_autofree char *folder = folder_of(dir, p), *path = path_of(folder, rank);

	unlink(path);
	rmdir(folder); /* the last one does */
}

static void free_part(gpointer p)
{
	part_free(p);
}

/* Parts that have come, and why others have not. */
struct gathering {
	GPtrArray *parts; /* struct part *, by rank */
	char **missing;   /* by rank; NULL: not known yet */
	guint nb;
};

static void clear_gathering(struct gathering *g)
{
	g_ptr_array_unref(g->parts);
	for (guint i = 0; i < g->nb; i++)
		g_free(g->missing[i]);
	g_free(g->missing);
}

static void start_gathering(struct gathering *g, guint nb)
{
	*g = (struct gathering){ .parts = g_ptr_array_new_with_free_func(free_part),
		.missing = g_new0(char *, nb),
		.nb = nb };
	g_ptr_array_set_size(g->parts, (gint)nb);
}

static gboolean is_settled(const struct gathering *g, guint rank)
{
	return g_ptr_array_index(g->parts, rank) != NULL || g->missing[rank] != NULL;
}

static void take_part(struct gathering *g, guint rank, GBytes *bytes)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = g_strdup_printf("part of rank %u", rank);
	struct part *p = is_settled(g, rank) ? NULL : part_from_bytes(bytes, name, &error);

	if (p != NULL)
		g_ptr_array_index(g->parts, rank) = p;
	else if (error != NULL)
		g->missing[rank] = g_strdup_printf("failed (%s)", error->message);
}

static void take_parts(struct crew *c, struct gathering *g)
{
	GBytes *bytes;
	guint from;

	crew_wait(c);
	while ((bytes = crew_take(c, CREW_PART, &from)) != NULL) {
		take_part(g, from, bytes);
		g_bytes_unref(bytes);
	}
}

/*
 * How long to wait for others when mpirun will kill all: it gives them that time between the signals
 * SIGTERM and SIGKILL, and as much again between a death and SIGTERM.
 */
static gint64 hurry_us(const struct crew *c)
{
	const char *text = g_getenv("OMPI_MCA_odls_base_sigkill_timeout");
	guint64 s = text == NULL ? MPIRUN_LEAVES_S : g_ascii_strtoull(text, NULL, 10);

	s = CLAMP(s, MPIRUN_LEAVES_S, 60) * (crew_is_whole(c) ? 1 : 2);
	return (gint64)s * G_USEC_PER_SEC - OWN_US;
}

static struct part *read_part(const char *path)
{
	g_autoptr(GBytes) bytes = NULL;
	size_t len;
	char *data = file_read(path, &len, NULL);

	if (data == NULL)
		return NULL;
	bytes = g_bytes_new_take(data, len);
	return part_from_bytes(bytes, path, NULL);
}

/* A part that got to the disk, though its rank died before it had sent it. It may be on our disk, too. */
static void look_for_part(const struct crew *c, struct gathering *g, const char *folder, guint rank)
{
	g_autofree char *path = path_of(folder, rank), *mark = crew_mark(c, rank);
	struct part *p = read_part(path);

	if (p != NULL && g_str_equal(p->mark, mark))
		g_ptr_array_index(g->parts, rank) = p;
	else
		part_free(p);
}

/* The leader: wait for everybody who lives. folder: of the trial's parts, NULL if it is not known. */
static void wait_for_parts(struct crew *c, struct gathering *g, const char *folder, gboolean hurry)
{
	gint64 until_us = hurry ? g_get_monotonic_time() + hurry_us(c) : G_MAXINT64;

	for (guint i = 0; i < g->nb; i++) {
		while (!is_settled(g, i) && crew_death(c, i) == NULL &&
			g_get_monotonic_time() < until_us)
			take_parts(c, g);
	}
	/* What the dead had posted is here by now, or never will be. */
	take_parts(c, g);
	for (guint i = 0; folder != NULL && i < g->nb; i++)
		if (!is_settled(g, i))
			look_for_part(c, g, folder, i);
	for (guint i = 0; i < g->nb; i++)
		if (!is_settled(g, i))
			g->missing[i] = g_strdup(
				crew_death(c, i) != NULL ? crew_death(c, i) : "came too late");
}

/* Are all rows here that the ranks have taken? They were posted before the parts. */
static gboolean has_all_rows(const struct gathering *g, const struct live *live)
{
	for (guint i = 0; i < g->nb; i++) {
		const struct part *p = g_ptr_array_index(g->parts, i);

		if (p != NULL && live_count(live, i) < p->nb_rows)
			return FALSE;
	}
	return TRUE;
}

/* The time line of all ranks; NULL if this one did not hear all of it. */
static const GArray *all_rows(struct crew *c, const struct gathering *g, struct live *live)
{
	GBytes *bytes;
	guint from;

	if (live == NULL || crew_own(c) != 0)
		return NULL; /* rows went to rank 0 */
	while ((bytes = crew_take(c, CREW_ROW, &from)) != NULL) {
		(void)live_add(live, from, bytes);
		g_bytes_unref(bytes);
	}
	return has_all_rows(g, live) ? live_finish(live) : NULL;
}

static trial *merge_what_is_there(struct gathering *g, const GArray *rows, GError **error)
{
	for (guint i = 0; i < g->nb; i++)
		if (g_ptr_array_index(g->parts, i) != NULL)
			return part_merge(g->parts, g->missing, rows, error);
	g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES, "rank 0 of %u %s", g->nb, g->missing[0]);
	return NULL;
}

/*
 * Hand the part to whoever leads, and wait until he has the whole: what he says then. NULL: all who
 * led have died, and it is our turn.
 */
static GBytes *hand_over(struct crew *c, GBytes *mine)
{
	guint to = G_MAXUINT, from;

	for (;;) {
		GBytes *answer;

		if (crew_leads(c))
			return NULL;
		if (to != crew_leader(c)) {
			g_autoptr(GBytes) failure = part_failure("its part is above 1 GiB");

			to = crew_leader(c);
			if (!crew_post(c, to, CREW_PART, mine))
				(void)crew_post(c, to, CREW_PART, failure);
		}
		crew_wait(c);
		answer = crew_take(c, CREW_KEPT, &from);
		if (answer != NULL)
			return answer;
	}
}

gboolean gather(struct crew *c, struct part *mine, const char *dir, gboolean hurry,
	struct live *live, trial **whole, GError **error)
{
	g_autoptr(GBytes) bytes = mine != NULL ? part_to_bytes(mine)
					       : part_failure((*error)->message);
	g_autoptr(GBytes) answer = NULL;
	g_autoptr(GError) disk = NULL;
	g_autofree char *folder = mine == NULL ? NULL : folder_of(dir, &mine->t->params);
	struct gathering g;

	*whole = NULL;
	g_clear_error(error);
	if (mine != NULL && !write_part(dir, &mine->t->params, crew_own(c), bytes, &disk)) {
		g_ptr_array_add(mine->t->reasons,
			g_strdup_printf(
				"note: its part could not be put on disk: %s", disk->message));
		g_bytes_unref(bytes);
		bytes = part_to_bytes(mine);
	}
	if (!crew_leads(c) && (answer = hand_over(c, bytes)) != NULL) {
		char said = *(const char *)g_bytes_get_data(answer, NULL);

		if ((said & GO_ON) == 0)
			crew_dismiss(c);
		if (mine != NULL && (said & KEPT) != 0)
			remove_part(dir, &mine->t->params, crew_own(c));
		part_free(mine);
		return TRUE;
	}
	crew_take_over(c);
	start_gathering(&g, crew_size(c));
	if (mine != NULL)
		g_ptr_array_index(g.parts, crew_own(c)) = mine;
	else
		take_part(&g, crew_own(c), bytes);
	wait_for_parts(c, &g, folder, hurry);
	*whole = merge_what_is_there(&g, all_rows(c, &g, live), error);
	clear_gathering(&g);
	if (*whole == NULL)
		gather_kept(c, dir, NULL, FALSE, FALSE);
	return *whole != NULL;
}

void gather_kept(struct crew *c, const char *dir, const struct trial_params *p, gboolean kept,
	gboolean go_on)
{
	char said = (char)((kept ? KEPT : 0) | (go_on ? GO_ON : 0));
	g_autoptr(GBytes) answer = g_bytes_new(&said, 1);

	if (c == NULL || !crew_leads(c))
		return;
	for (guint i = 0; i < crew_size(c); i++)
		if (i != crew_own(c) && crew_death(c, i) == NULL)
			(void)crew_post(c, i, CREW_KEPT, answer);
	for (guint i = 0; kept && i < crew_size(c); i++)
		if (i == crew_own(c) || crew_death(c, i) != NULL)
			remove_part(dir, p, i);
	if (!go_on)
		crew_dismiss(c);
	crew_tick(c);
}

/* Parts of a folder into g. FALSE if one of their processes is at work still, or there are none. */
static gboolean read_folder(const char *folder, struct gathering *g)
{
	g_autoptr(GDir) list = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	const char *name;
	gboolean ours = TRUE;

	while (list != NULL && (name = g_dir_read_name(list)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct part *p = read_part(path);

		if (p == NULL)
			continue;
		ours &= !crew_mark_lives(p->mark);
		g_ptr_array_add(found, p);
	}
	for (guint i = 0; i < found->len; i++) {
		struct part *p = g_ptr_array_index(found, i);

		if (i == 0)
			start_gathering(g, p->nb_ranks);
		if (p->nb_ranks == g->nb && g_ptr_array_index(g->parts, p->rank) == NULL)
			g_ptr_array_index(g->parts, p->rank) = p;
		else
			part_free(p);
	}
	for (guint i = 0; found->len != 0 && i < g->nb; i++)
		if (g_ptr_array_index(g->parts, i) == NULL)
			g->missing[i] = g_strdup("left no part");
	if (found->len != 0 && !ours)
		clear_gathering(g);
	return found->len != 0 && ours;
}

static void rescue(const char *dir, const char *folder, struct progress *progress)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(trial) t = NULL;
	g_autofree char *infix = NULL, *path = NULL;
	struct gathering g;

	if (!read_folder(folder, &g))
		return;
	t = merge_what_is_there(&g, NULL, &error);
	clear_gathering(&g);
	if (t != NULL) {
		infix = trial_infix(&t->params);
		path = g_strdup_printf("%s/trial_%s_rep%u.json", dir, infix, t->params.repetition);
		if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
			g_autofree char *text = NULL;

			g_ptr_array_add(t->reasons,
				g_strdup("note: put together later, from the parts that its ranks "
					 "left"));
			text = printout_text(t, TRUE);
			g_string_assign(t->log, text);
			if (trial_write(t, dir, &error))
				progress_say(progress,
					"%s: put together from parts that ranks left", path);
		}
	}
	if (error == NULL)
		file_remove_tree(folder);
	else
		progress_say(progress, "%s: parts of a trial cannot be put together: %s", folder,
			error->message);
}

void gather_rescue(const char *dir, struct progress *progress)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
	const char *name;

	while (list != NULL && (name = g_dir_read_name(list)) != NULL) {
		g_autofree char *folder = g_build_filename(dir, name, NULL);

		if (g_str_has_prefix(name, FOLDER_PREFIX))
			rescue(dir, folder, progress);
	}
}
