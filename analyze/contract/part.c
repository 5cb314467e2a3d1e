/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/part.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "analyze/base/text.h"
#include "analyze/base/error.h"
#include "analyze/base/file.h"
#include "analyze/base/file_lock.h"
#include "analyze/contract/guest_timeline.h"
#include "analyze/contract/trial_bins.h"
#include "analyze/contract/trial_fields.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/contract/trial_json.h"
#include "analyze/contract/trial_log.h"

/* A part is an array of texts: its version, then those of a trial's files. */
#define VERSION "tsim part 5"
enum { HEAD, TRIAL, BINS, PROBES, TIMELINE, GUEST_TIMELINE, IPDV, TEXTS };

enum { LOCK_POLL_US = 50000, LOCK_TIMEOUT_US = 3000000 };

static char *path_of_rank(const char *dir, const char *name, guint rank, guint nb_ranks)
{
	return g_strdup_printf("%s/%s_rank%uof%u", dir, name, rank, nb_ranks);
}

char *part_path(const char *dir, const struct trial_params *p, guint rank, guint nb_ranks)
{
	g_autofree char *infix = trial_infix(p);
	g_autofree char *name = g_strdup_printf("part_%s_rep%u", infix, p->repetition);

	return path_of_rank(dir, name, rank, nb_ranks);
}

void part_describe(
	JsonObject *row, guint rank, const char *host, const char *cpus, const char *state)
{
	json_object_set_int_member(row, "rank", rank);
	json_object_set_string_member(row, "host", host);
	json_object_set_string_member(row, "cpus", cpus);
	json_object_set_string_member(row, "state", state);
}

GBytes *part_to_bytes(const trial *t)
{
	g_autoptr(GString) bins = g_string_new(TRIAL_BINS_HEADER);
	g_autoptr(GString) probes = g_string_new(NULL);
	g_autoptr(GString) guest_rows = g_string_new(NULL);
	g_autoptr(GString) ipdv = g_string_new(TRIAL_IPDV_HEADER);
	g_autofree char *rows = trial_timeline_csv(t);
	g_autofree char *json = json_out_text(trial_json_object(t));
	g_autoptr(GVariant) value = NULL;

	trial_bins_append(bins, t, "");
	trial_bins_histogram(probes, t->probes.latency.hist, "");
	guest_timeline_append(guest_rows, t);
	trial_ipdv_append(ipdv, &t->ipdv, "");
	{
		const char *const texts[TEXTS] = { VERSION, json, bins->str, probes->str, rows,
			guest_rows->str, ipdv->str };

		value = g_variant_ref_sink(g_variant_new_strv(texts, TEXTS));
	}
	return g_variant_get_data_as_bytes(value);
}

static gboolean read_guest_rows(trial *t, const char *name, const char *text, GError **error)
{
	g_autoptr(GArray) rows = guest_timeline_parse(t, name, text, strlen(text), error);

	if (rows != NULL && rows->len > 0)
		g_array_append_vals(t->guest_seconds, rows->data, rows->len);
	return rows != NULL;
}

static gboolean read_bins(trial *t, const char *name, const char *const *text, GError **error)
{
	return trial_bins_read(t, name, text[BINS], strlen(text[BINS]), TRIAL_BINS_ONE, error) &&
	       (!t->probes.used || trial_probe_bins_read(t, name, text[PROBES],
					   strlen(text[PROBES]), TRIAL_BINS_ONE, error)) &&
	       trial_timeline_read(t, name, text[TIMELINE], strlen(text[TIMELINE]), error) &&
	       (!t->ipdv.recorded || trial_ipdv_bins_read(&t->ipdv, name, text[IPDV],
					     strlen(text[IPDV]), TRIAL_BINS_ONE, error)) &&
	       read_guest_rows(t, name, text[GUEST_TIMELINE], error) && trial_balance(t, error);
}

/* NULL: it has none. */
static JsonObject *row_of_rank(const trial *t)
{
	JsonNode *node = json_object_get_member(t->environment, "ranks");
	JsonArray *rows = node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node)
								      : NULL;

	return rows != NULL && json_array_get_length(rows) == 1
		       ? json_array_get_object_element(rows, 0)
		       : NULL;
}

trial *part_from_bytes(GBytes *bytes, const char *name, GError **error)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE_STRING_ARRAY, bytes, FALSE));
	gsize nb;
	g_autofree const char **text = g_variant_get_strv(value, &nb);
	g_autoptr(JsonNode) root = NULL;
	g_autoptr(trial) t = NULL;
	struct json_in in = { .file = name };

	if (!g_variant_is_normal_form(value) || nb != TEXTS || !g_str_equal(text[HEAD], VERSION))
		return analyze_null(error, ANALYZE_ERROR_CONTENT,
			"%s: not a part of a trial, or written by another version", name);
	root = json_in_parse(name, text[TRIAL], strlen(text[TRIAL]), error);
	if (root == NULL)
		return NULL;
	t = trial_json_read(&in, json_node_get_object(root), "");
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	if (row_of_rank(t) == NULL)
		return analyze_null(error, ANALYZE_ERROR_CONTENT, "%s: no row for its rank", name);
	return read_bins(t, name, text, error) ? g_steal_pointer(&t) : NULL;
}

static const char *digest_of(const trial *t)
{
	return json_object_get_string_member_with_default(t->mix, "schedule_sha256", "");
}

static const trial *first_of(const GPtrArray *parts)
{
	guint i = 0;

	while (g_ptr_array_index(parts, i) == NULL)
		i++;
	return g_ptr_array_index(parts, i);
}

/* Each guest from the part that has it; of one that nobody has, the strings of any. */
static void take_guests(trial *whole, const GPtrArray *parts)
{
	const trial *first = first_of(parts);
	g_autofree uint32_t *nb_sizes = g_new(uint32_t, first->nb_guests);

	for (uint32_t i = 0; i < first->nb_guests; i++)
		nb_sizes[i] = first->guests[i].nb_sizes;
	trial_set_guests(whole, first->nb_guests, nb_sizes);
	for (uint32_t i = 0; i < whole->nb_guests; i++) {
		const trial *t = g_ptr_array_index(parts, i % parts->len);
		struct trial_guest *from = &(t == NULL ? first : t)->guests[i];
		struct trial_guest empty = whole->guests[i];

		whole->guests[i] = *from;
		*from = empty;
		if (t != NULL)
			continue;
		g_free(whole->guests[i].state);
		whole->guests[i].state = g_strdup_printf(
			"missing: rank %u of %u left no part", i % parts->len, parts->len);
	}
}

/* Of the delays' quantiles the larger ones stay. */
static gboolean add_departure(struct trial_departure *into, const struct trial_departure *from)
{
	struct trial_departure a = *into;

	if (!trial_record_add(&trial_departure_fields, into, from))
		return FALSE;
	into->self_delay_p50_ns = MAX(a.self_delay_p50_ns, from->self_delay_p50_ns);
	into->self_delay_p99_ns = MAX(a.self_delay_p99_ns, from->self_delay_p99_ns);
	into->self_delay_max_ns = MAX(a.self_delay_max_ns, from->self_delay_max_ns);
	return TRUE;
}

/* The least that all have. */
static void join_stamps(char **into, const char *from)
{
	if (*into != NULL && g_str_equal(*into, "tsc"))
		return;
	g_free(*into);
	*into = g_strdup(from);
}

static gboolean add_probes(struct trial_probes *into, const struct trial_probes *from)
{
	if (!from->used)
		return TRUE;
	if (!into->used) {
		into->used = TRUE;
		into->latency.hist = hist_new();
	}
	join_stamps(&into->rx_stamps, from->rx_stamps);
	join_stamps(&into->tx_stamps, from->tx_stamps);
	into->stamp_error_ns = MAX(into->stamp_error_ns, from->stamp_error_ns);
	into->set_aside += from->set_aside;
	into->rate_pps += from->rate_pps;
	into->late_back += from->late_back;
	return trial_counts_add(&into->c, &from->c) &&
	       trial_dist_add(&into->latency, &from->latency);
}

/* Members of arrays go to whole's arrays of the same name, with the rank; counts add. */
static void add_interface_info(JsonObject *whole, const trial *t, guint rank)
{
	static const char *const arrays[] = { "interfaces", "reflectors" };
	static const char processes[] = "reflector_processes";

	for (guint k = 0; t->interface_info != NULL && k < G_N_ELEMENTS(arrays); k++) {
		JsonNode *node = json_object_get_member(t->interface_info, arrays[k]);
		JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY(node)
					   ? json_node_get_array(node)
					   : NULL;

		for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
			JsonObject *one = json_array_get_object_element(array, i);

			json_object_set_int_member(one, "rank", rank);
			if (!json_object_has_member(whole, arrays[k]))
				json_object_set_array_member(whole, arrays[k], json_array_new());
			json_array_add_object_element(
				json_object_get_array_member(whole, arrays[k]),
				json_object_ref(one));
		}
	}
	if (t->interface_info != NULL && json_object_has_member(t->interface_info, processes))
		json_object_set_int_member(whole, processes,
			json_object_get_int_member_with_default(whole, processes, 0) +
				json_object_get_int_member(t->interface_info, processes));
}

/* The n-th rows of all guests come one after the other: each rank reads its own clock. The drain is last. */
static void add_guest_rows(trial *whole, const GPtrArray *parts, gboolean drain)
{
	g_autofree guint *at = g_new0(guint, parts->len);
	gboolean more = TRUE;

	while (more) {
		more = FALSE;
		for (uint32_t i = 0; i < whole->nb_guests; i++) {
			const trial *t = g_ptr_array_index(parts, i % parts->len);
			guint *next = &at[i % parts->len];
			const struct trial_guest_second *row;

			if (t == NULL || *next >= t->guest_seconds->len)
				continue;
			row = &g_array_index(t->guest_seconds, struct trial_guest_second, *next);
			if (row->guest != i)
				continue;
			if (row->drain == drain)
				g_array_append_val(whole->guest_seconds, *row);
			(*next)++;
			more = TRUE;
		}
	}
}

/* What a part noted, with its rank. Notes stay notes. */
static void add_reasons(trial *whole, const trial *t, guint rank)
{
	static const char note[] = "note: ";

	for (guint i = 0; i < t->reasons->len; i++) {
		const char *text = g_ptr_array_index(t->reasons, i);
		gboolean is_note = g_str_has_prefix(text, note);

		g_ptr_array_add(
			whole->reasons, g_strdup_printf("%srank %u: %s", is_note ? note : "", rank,
						text + (is_note ? strlen(note) : 0)));
	}
}

/* The n-th row of sending that was added, or the one of the drain; NULL: there is none. */
static struct trial_second *row_at(trial *t, guint nth, gboolean drain)
{
	guint sending = trial_sending_rows(t), at = drain ? sending : nth;

	return at < (drain ? t->seconds->len : sending)
		       ? &g_array_index(t->seconds, struct trial_second, at)
		       : NULL;
}

/* The sum of two time lines; of percentiles the larger one is kept. */
static void add_rows(trial *into, const trial *from)
{
	for (guint i = 0; i < from->seconds->len; i++) {
		const struct trial_second *row = &g_array_index(
			from->seconds, struct trial_second, i);
		struct trial_second *sum = row_at(into, i, row->drain);

		if (sum == NULL) {
			g_array_insert_val(into->seconds,
				row->drain ? into->seconds->len : trial_sending_rows(into), *row);
			continue;
		}
		sum->time_s = MAX(sum->time_s, row->time_s);
		sum->offered += row->offered;
		sum->forwarded += row->forwarded;
		sum->refused += row->refused;
		sum->p50_ns = MAX(sum->p50_ns, row->p50_ns);
		sum->p99_ns = MAX(sum->p99_ns, row->p99_ns);
		sum->max_ns = MAX(sum->max_ns, row->max_ns);
	}
}

/* A row of environment.ranks for each rank; of their clocks the worst. */
static void add_environment(trial *whole, const GPtrArray *parts)
{
	static const char clock[] = "tsc_error_ppm";
	JsonArray *rows = json_array_new();
	double worst_ppm = 0;

	for (guint i = 0; i < parts->len; i++) {
		const trial *t = g_ptr_array_index(parts, i);
		JsonObject *row = t == NULL ? json_object_new() : json_object_ref(row_of_rank(t));
		double ppm = t == NULL ? 0
				       : json_object_get_double_member_with_default(
						 t->environment, clock, 0);

		if (t == NULL)
			part_describe(row, i, "", "", "left no part");
		json_array_add_object_element(rows, row);
		worst_ppm = fabs(ppm) > fabs(worst_ppm) ? ppm : worst_ppm;
	}
	whole->environment = json_object_ref(first_of(parts)->environment);
	json_object_set_double_member(whole->environment, clock, worst_ppm);
	json_object_set_array_member(whole->environment, "ranks", rows);
}

/* Are they of one trial? */
static gboolean check_parts(const GPtrArray *parts, GError **error)
{
	const trial *first = first_of(parts);

	for (guint i = 0; i < parts->len; i++) {
		const trial *t = g_ptr_array_index(parts, i);

		if (t != NULL && (t->nb_guests != first->nb_guests ||
					 !g_str_equal(digest_of(t), digest_of(first))))
			return analyze_fail(error, ANALYZE_ERROR_CONTENT,
				"part of rank %u belongs to another trial than those of lower "
				"ranks",
				i);
	}
	return TRUE;
}

trial *part_join(GPtrArray *parts, GError **error)
{
	const trial *first = first_of(parts);
	g_autoptr(trial) whole = trial_new();

	if (!check_parts(parts, error))
		return NULL;
	trial_params_copy(&whole->params, &first->params);
	whole->mix = json_object_ref(first->mix);
	whole->interface_info = json_object_new();
	json_object_set_string_member(whole->interface_info, "interface", whole->params.interface);
	take_guests(whole, parts);
	for (guint i = 0; i < parts->len; i++) {
		const trial *t = g_ptr_array_index(parts, i);

		if (t == NULL)
			continue;
		whole->measured_s = MAX(whole->measured_s, t->measured_s);
		whole->interrupted |= t->interrupted;
		whole->cpu.known |= t->cpu.known;
		if (t->ipdv.recorded && !whole->ipdv.recorded)
			trial_ipdv_start_bins(&whole->ipdv);
		if (!add_departure(&whole->departure, &t->departure) ||
			!trial_record_add(&trial_cpu_fields, &whole->cpu, &t->cpu) ||
			!add_probes(&whole->probes, &t->probes) ||
			!trial_ipdv_add(&whole->ipdv, &t->ipdv))
			return analyze_null(
				error, ANALYZE_ERROR_CONTENT, "sums of all parts exceed 2^64 - 1");
		add_interface_info(whole->interface_info, t, i);
		add_rows(whole, t);
		add_reasons(whole, t, i);
	}
	add_guest_rows(whole, parts, FALSE);
	add_guest_rows(whole, parts, TRUE);
	add_environment(whole, parts);
	return trial_balance(whole, error) ? g_steal_pointer(&whole) : NULL;
}

/* "2 of 3 generators: parts of rank 1 are missing". Newly allocated. */
static char *lack_text(const GPtrArray *parts)
{
	g_autoptr(GString) ranks = g_string_new(NULL);
	guint nb = 0;

	for (guint i = 0; i < parts->len; i++)
		if (g_ptr_array_index(parts, i) == NULL)
			g_string_append_printf(ranks, "%s%u", nb++ == 0 ? "" : ", ", i);
	return nb == 0 ? g_strdup_printf(
				 "%u of %u generators: run ended before their parts were joined",
				 parts->len, parts->len)
		       : g_strdup_printf("%u of %u generators: no parts of rank%s %s",
				 parts->len - nb, parts->len, text_plural(nb), ranks->str);
}

/* What there is of a trial; NULL and error if one of the parts cannot be read. */
static GPtrArray *read_parts(const char *dir, const char *name, guint nb_ranks, GError **error)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);

	for (guint i = 0; i < nb_ranks; i++) {
		g_autofree char *path = path_of_rank(dir, name, i, nb_ranks), *data = NULL;
		g_autoptr(GBytes) bytes = NULL;
		trial *t = NULL;
		size_t len;

		if (g_file_test(path, G_FILE_TEST_EXISTS)) {
			if ((data = file_read(path, &len, error)) == NULL)
				return NULL;
			bytes = g_bytes_new_take(g_steal_pointer(&data), len);
			if ((t = part_from_bytes(bytes, path, error)) == NULL)
				return NULL;
		}
		g_ptr_array_add(parts, t);
	}
	return g_steal_pointer(&parts);
}

/* The trial that parts of that name are, unless it is there. What was done; NULL and error. */
static char *join_left(const char *dir, const char *name, guint nb_ranks, GError **error)
{
	g_autoptr(GPtrArray) parts = read_parts(dir, name, nb_ranks, error);
	g_autofree char *lack = parts == NULL ? NULL : lack_text(parts), *file = NULL, *path = NULL;
	g_autoptr(trial) t = parts == NULL ? NULL : part_join(parts, error);
	gboolean there;

	if (t == NULL)
		return NULL;
	file = trial_file_name(&t->params);
	path = g_build_filename(dir, file, NULL);
	there = g_file_test(path, G_FILE_TEST_EXISTS);
	t->trustworthy = FALSE;
	t->interrupted = TRUE;
	g_ptr_array_insert(t->reasons, 0, g_strdup(lack));
	g_string_printf(t->log, "Joined from parts. %s.\n", lack);
	if (!there && !trial_write(t, dir, error))
		return NULL;
	for (guint i = 0; i < nb_ranks; i++) {
		g_autofree char *part = path_of_rank(dir, name, i, nb_ranks);

		(void)unlink(part);
	}
	return there ? g_strdup_printf(
			       "%s: already exists; removed the parts of an unfinished run", path)
		     : g_strdup_printf("%s: joined from parts; %s", path, lack);
}

/* Is it the name of a part? *nb_ranks: of its trial; *name: without rank, newly allocated. */
static gboolean is_part_name(const char *file, char **name, guint *nb_ranks)
{
	g_autoptr(GRegex)
		form = g_regex_new("^(part_.+_rep[0-9]+)_rank[0-9]+of([0-9]{1,4})$", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *of = NULL;

	if (!g_regex_match(form, file, 0, &match))
		return FALSE;
	of = g_match_info_fetch(match, 2);
	*nb_ranks = (guint)g_ascii_strtoull(of, NULL, 10);
	*name = g_match_info_fetch(match, 1);
	return TRUE;
}

void part_join_left(const char *dir, part_say_fn say, void *user)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const char *file;

	while (list != NULL && (file = g_dir_read_name(list)) != NULL) {
		g_autofree char *name = NULL, *text = NULL;
		g_autoptr(GError) error = NULL;
		guint nb_ranks;

		if (!is_part_name(file, &name, &nb_ranks) ||
			!g_hash_table_add(seen, g_strdup_printf("%s of %u", name, nb_ranks)))
			continue;
		text = join_left(dir, name, nb_ranks, &error);
		if (error != NULL)
			text = g_strdup_printf(
				"%s/%s: cannot join parts: %s", dir, name, error->message);
		say(user, text);
	}
}

/* A run that has just ended may hold it for a moment. */
static void join_under_lock(const char *dir, part_say_fn say, void *user)
{
	g_autofree char *path = g_build_filename(dir, FILE_LOCK_OF_LABEL, NULL), *text = NULL;
	gint64 until_us = g_get_monotonic_time() + LOCK_TIMEOUT_US;
	g_autoptr(file_lock) lock = NULL;
	g_autoptr(GError) error = NULL;
	struct file_lock_owner owner;

	while (file_lock_try(path, &lock, &owner, &error) && lock == NULL &&
		g_get_monotonic_time() < until_us)
		g_usleep(LOCK_POLL_US);
	if (lock != NULL) {
		part_join_left(dir, say, user);
		file_remove_left_over(dir);
		return;
	}
	text = error != NULL
		       ? g_strdup_printf("%s: parts not joined: %s", dir, error->message)
		       : g_strdup_printf("%s: parts not joined: another tsim (%s) is running there",
				 dir, owner.text);
	say(user, text);
}

void part_join_left_below(const char *dir, part_say_fn say, void *user)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
	gboolean has_parts = FALSE;
	const char *file;

	while (list != NULL && (file = g_dir_read_name(list)) != NULL) {
		g_autofree char *path = g_build_filename(dir, file, NULL), *name = NULL;
		guint nb_ranks;

		has_parts |= is_part_name(file, &name, &nb_ranks);
		if (g_file_test(path, G_FILE_TEST_IS_DIR) &&
			!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			part_join_left_below(path, say, user);
	}
	if (has_parts)
		join_under_lock(dir, say, user);
}
