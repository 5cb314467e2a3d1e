/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of a trial: written, read, and judged whether they are all there. */
#include "analyze/contract/trial.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "analyze/base/error.h"
#include "analyze/contract/guest_timeline.h"
#include "analyze/contract/trial_bins.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/contract/trial_json.h"
#include "analyze/contract/trial_log.h"
#include "traffic/schedule.h"

enum { HISTOGRAM, GUESTS, TIMELINE, OUTPUT, PROBES, GUEST_TIMELINE, IPDV, SIBLINGS };
enum { BINS_AT_ONCE = 8 << 20 }; /* bytes of text */

static const struct {
	const char *kind, *ending;
} siblings[SIBLINGS] = { { "histogram", "csv" }, { "guests", "csv" }, { "timeline", "csv" },
	{ "output", "log" }, { "probes", "csv" }, { "guest_timeline", "csv" }, { "ipdv", "csv" } };

/* Is there anything to write into it? */
static gboolean has_sibling(const trial *t, guint i)
{
	switch (i) {
	case PROBES:
		return t->probes.used;
	case GUEST_TIMELINE:
		return t->guest_seconds->len > 0;
	case IPDV:
		return t->ipdv.recorded;
	default:
		return TRUE;
	}
}

static char *sibling_name(const struct trial_params *p, guint i)
{
	g_autofree char *infix = trial_infix(p);

	return g_strdup_printf(
		"%s_%s_rep%u.%s", siblings[i].kind, infix, p->repetition, siblings[i].ending);
}

static char *json_path(const char *dir, const struct trial_params *p)
{
	g_autofree char *infix = trial_infix(p);
	g_autofree char *name = g_strdup_printf("trial_%s_rep%u.json", infix, p->repetition);

	return g_build_filename(dir, name, NULL);
}

static gboolean not_writable(GError **error, const char *what)
{
	return analyze_fail(error, ANALYZE_ERROR_CONTENT,
		"%s: cannot store this trial; internal error of the measuring program", what);
}

/* What JSON could not hold, or the reader would refuse. Sums are trial_balance's part. */
static gboolean check_writable(const trial *t, GError **error)
{
	const struct trial_params *p = &t->params;

	if (p->seed > G_MAXINT64 || p->rate_pps > G_MAXINT64)
		return not_writable(error, "seed or rate_pps exceeds 2^63 - 1");
	if (!isfinite(p->duration_s) || !isfinite(p->warm_up_s) || !isfinite(p->drain_s) ||
		!isfinite(t->measured_s) || p->duration_s < 0 || p->warm_up_s < 0 ||
		p->drain_s < 0 || t->measured_s < 0)
		return not_writable(error, "negative or non-finite duration");
	if (!isfinite(t->probes.rate_pps) || t->probes.rate_pps < 0)
		return not_writable(error, "negative or non-finite probe rate");
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		if (!isfinite(t->guests[i].share) || t->guests[i].share < 0)
			return not_writable(error, "negative or non-finite share of a guest");
	}
	return TRUE;
}

static char *sibling_text(const trial *t, guint i)
{
	GString *s = g_string_new(NULL);

	switch (i) {
	case HISTOGRAM:
		trial_bins_histogram(s, t->latency.hist, "");
		break;
	case PROBES:
		trial_bins_histogram(s, t->probes.latency.hist, "");
		break;
	case TIMELINE:
		g_string_free(s, TRUE);
		return trial_timeline_csv(t);
	case GUEST_TIMELINE:
		guest_timeline_append(s, t);
		break;
	case IPDV:
		g_string_append(s, TRIAL_IPDV_HEADER);
		trial_ipdv_append(s, &t->ipdv, "");
		break;
	default:
		g_string_free(s, TRUE);
		return trial_log_text(t);
	}
	return g_string_free(s, FALSE);
}

/* Bins of all guests, a few MiB at a time: of many guests they are more text than all else of a trial. */
static gboolean add_bins(
	file_set *set, const char *path, const trial *t, size_t *bytes, GError **error)
{
	g_autoptr(GString) s = g_string_new(TRIAL_BINS_HEADER);

	if (!file_set_add(set, path, s->str, s->len, error))
		return FALSE;
	*bytes = s->len;
	g_string_truncate(s, 0);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		trial_bins_append_guest(s, &t->guests[i], "");
		if (s->len < BINS_AT_ONCE && i + 1 < t->nb_guests)
			continue;
		if (!file_set_extend(set, s->str, s->len, error))
			return FALSE;
		*bytes += s->len;
		g_string_truncate(s, 0);
	}
	return TRUE;
}

static gboolean add_sibling(
	file_set *set, const char *path, const trial *t, guint i, size_t *bytes, GError **error)
{
	g_autofree char *text = NULL;

	if (i == GUESTS)
		return add_bins(set, path, t, bytes, error);
	text = sibling_text(t, i);
	*bytes = strlen(text);
	return file_set_add(set, path, text, *bytes, error);
}

/* What only the older trial of this name had; one that stays does no harm. */
static void remove_leftovers(const trial *t, const char *dir)
{
	for (guint i = 0; i < SIBLINGS; i++) {
		g_autofree char *name = sibling_name(&t->params, i);
		g_autofree char *left = g_build_filename(dir, name, NULL);

		if (!has_sibling(t, i))
			(void)unlink(left);
	}
}

gboolean trial_write(const trial *t, const char *dir, GError **error)
{
	g_autoptr(file_set) set = file_set_new();
	g_autofree char *path = json_path(dir, &t->params), *text = NULL;
	g_autoptr(JsonArray) files = json_array_new();
	JsonObject *json;

	if (!check_writable(t, error) || !file_make_folder(dir, error))
		return FALSE;
	for (guint i = 0; i < SIBLINGS; i++) {
		g_autofree char *name = sibling_name(&t->params, i);
		g_autofree char *sibling = g_build_filename(dir, name, NULL);
		JsonObject *file;
		size_t bytes;

		if (!has_sibling(t, i))
			continue;
		if (!add_sibling(set, sibling, t, i, &bytes, error))
			return FALSE;
		file = json_object_new();
		json_object_set_string_member(file, "name", name);
		json_object_set_int_member(file, "bytes", (gint64)bytes);
		json_array_add_object_element(files, file);
	}
	/* Only now: of many guests it takes as much memory as the bins' text. */
	json = trial_json_object(t);
	json_object_set_array_member(json, "files", g_steal_pointer(&files));
	text = json_out_text(json);
	if (!file_set_add(set, path, text, strlen(text), error))
		return FALSE;
	/*
	 * All is on the disk. An older trial of this name ends here: its JSON must not vouch for
	 * siblings that are partly new, should the program be killed between two renames.
	 */
	if (unlink(path) < 0 && errno != ENOENT)
		return analyze_fail(error, ANALYZE_ERROR_IO,
			"%s: cannot replace: %s; fix its permissions, or write elsewhere", path,
			g_strerror(errno));
	remove_leftovers(t, dir);
	return file_set_publish(set, error);
}

/* All siblings are recorded and as long as recorded. */
static void check_files(struct json_in *in, JsonObject *root, const trial *t, const char *dir)
{
	JsonArray *files = json_in_array(in, root, "", "files");
	guint found = 0, wanted = 0;

	for (guint i = 0; files != NULL && i < json_array_get_length(files); i++) {
		g_autofree char *where = g_strdup_printf("files[%u].", i);
		JsonObject *file = json_in_element(in, files, "", "files", i);
		const char *name;

		if (file == NULL || !trial_json_check_file(in, dir, file, where))
			return;
		name = json_object_get_string_member(file, "name");
		for (guint j = 0; j < SIBLINGS; j++) {
			g_autofree char *head = g_strconcat(siblings[j].kind, "_", NULL);

			if (g_str_has_prefix(name, head))
				found |= 1U << j;
		}
	}
	/* The guests' timeline is not counted: older trials lack it, and are whole. */
	for (guint i = 0; i < SIBLINGS; i++)
		wanted |= has_sibling(t, i) ? 1U << i : 0;
	if (((found ^ wanted) & ~(1U << GUEST_TIMELINE)) != 0)
		json_in_fail(in, "", "files", "is incomplete");
}

/* Text of the sibling of that kind, whose length was checked. */
static char *read_sibling(JsonObject *root, const char *dir, const char *kind, char **path,
	size_t *len, GError **error)
{
	JsonArray *files = json_object_get_array_member(root, "files");
	g_autofree char *head = g_strconcat(kind, "_", NULL);

	for (guint i = 0; i < json_array_get_length(files); i++) {
		const char *name = json_object_get_string_member(
			json_array_get_object_element(files, i), "name");

		if (g_str_has_prefix(name, head)) {
			*path = g_build_filename(dir, name, NULL);
			return file_read(*path, len, error);
		}
	}
	return NULL; /* check_files found it */
}

static gboolean read_part(
	trial *t, guint i, const char *path, const char *text, size_t len, GError **error)
{
	switch (i) {
	case GUESTS:
		return trial_bins_read(t, path, text, len, TRIAL_ROWS_ONE, error);
	case TIMELINE:
		return trial_timeline_read(t, path, text, len, error);
	case PROBES:
		return trial_probe_bins_read(t, path, text, len, TRIAL_ROWS_ONE, error);
	default:
		return trial_ipdv_bins_read(&t->ipdv, path, text, len, TRIAL_ROWS_ONE, error);
	}
}

static gboolean read_bins(trial *t, JsonObject *root, const char *dir, GError **error)
{
	static const guint parts[] = { GUESTS, TIMELINE, IPDV, PROBES };

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *path = NULL, *text = NULL;
		size_t len;

		if (!has_sibling(t, parts[i]))
			continue;
		text = read_sibling(root, dir, siblings[parts[i]].kind, &path, &len, error);
		if (text == NULL || !read_part(t, parts[i], path, text, len, error))
			return FALSE;
	}
	return TRUE;
}

trial *trial_read(const char *path, enum trial_load load, GError **error)
{
	g_autoptr(JsonNode) root = NULL;
	g_autoptr(trial) t = NULL;
	g_autofree char *text = NULL, *dir = g_path_get_dirname(path);
	struct json_in in = { .file = path };
	size_t len;

	text = file_read(path, &len, error);
	if (text == NULL)
		return NULL;
	root = json_in_parse(path, text, len, error);
	if (root == NULL)
		return NULL;
	t = trial_json_read(&in, json_node_get_object(root), "");
	if (t != NULL)
		check_files(&in, json_node_get_object(root), t, dir);
	if (t == NULL || in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	if (load == TRIAL_BINS && !read_bins(t, json_node_get_object(root), dir, error))
		return NULL;
	if (!trial_balance(t, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	t->path = g_strdup(path);
	return g_steal_pointer(&t);
}

/* A trial of another rule has another schedule, though all of its parameters be the same. */
static gboolean same_derivation(const trial *t)
{
	return t->mix != NULL &&
	       g_strcmp0(SCHEDULE_DERIVATION,
		       json_object_get_string_member_with_default(t->mix, "derivation", "")) == 0;
}

static char *other_derivation(const char *path)
{
	return g_strdup_printf("%s: measured by a version that derives random numbers differently "
			       "from seed and repetition",
		path);
}

char *trial_other_derivation(const char *dir, GHashTable *except)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
	const char *name;

	while (list != NULL && (name = g_dir_read_name(list)) != NULL) {
		g_autofree char *path = g_build_filename(dir, name, NULL);
		g_autoptr(trial) t = NULL;

		if (!g_str_has_prefix(name, "trial_") || !g_str_has_suffix(name, ".json") ||
			(except != NULL && g_hash_table_contains(except, name)))
			continue;
		t = trial_read(path, TRIAL_SUMMARY, NULL);
		if (t != NULL)
			return same_derivation(t) ? NULL : other_derivation(path);
	}
	return NULL;
}

char *trial_file_name(const struct trial_params *p)
{
	g_autofree char *path = json_path(".", p);

	return g_path_get_basename(path);
}

enum trial_state trial_state(const char *dir, const struct trial_params *p, char **why)
{
	g_autofree char *path = json_path(dir, p), *difference = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(trial) t = NULL;

	*why = NULL;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return TRIAL_MISSING;
	t = trial_read(path, TRIAL_SUMMARY, &error);
	if (t == NULL) {
		*why = g_strdup(error->message);
		return TRIAL_AGAIN;
	}
	difference = trial_params_difference(&t->params, p);
	if (difference != NULL) {
		*why = g_strdup_printf("%s: measured with %s", path, difference);
		return TRIAL_OTHER;
	}
	if (!same_derivation(t)) {
		*why = other_derivation(path);
		return TRIAL_OTHER;
	}
	if (t->interrupted) {
		*why = g_strdup_printf("%s: interrupted after %.3g s", path, t->measured_s);
		return TRIAL_AGAIN;
	}
	return TRIAL_DONE;
}
