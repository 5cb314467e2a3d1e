/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/foreign/autotest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/contract/accumulated.h"
#include "analyze/base/text.h"
#include "analyze/base/error.h"
#include "traffic/frame.h"

static const struct {
	const char *prefix, *suffix;
	enum autotest_kind kind;
} kinds[] = {
	{ "output_", ".log", AUTOTEST_LOG },
	{ "histogram_", ".csv", AUTOTEST_HISTOGRAM },
	{ "moongen_", ".csv", AUTOTEST_THROUGHPUT },
	{ "acc_histogram_", ".csv", AUTOTEST_ACCUMULATED },
};

/* Text after the last of a word: its number. FALSE if there is no such end. */
static gboolean cut_number(char *text, const char *word, uint32_t *out)
{
	char *at = g_strrstr(text, word);
	guint64 v;

	if (at == NULL ||
		!g_ascii_string_to_unsigned(at + strlen(word), 10, 0, UINT32_MAX, &v, NULL))
		return FALSE;
	*at = '\0';
	*out = (uint32_t)v;
	return TRUE;
}

/* IFACE_REFL_rRATE_tTHREADS: frames of 60 bytes for whatever time; kpps. */
static gboolean parse_old(const char *infix, struct trial_params *p)
{
	g_auto(GStrv) f = g_strsplit(infix, "_", 5);
	g_autofree char *name = NULL;
	guint64 rate, threads;

	if (g_strv_length(f) != 4 || *f[0] == '\0' || *f[1] == '\0' || f[2][0] != 'r' ||
		f[3][0] != 't' ||
		!g_ascii_string_to_unsigned(f[2] + 1, 10, 1, UINT32_MAX, &rate, NULL) ||
		!g_ascii_string_to_unsigned(f[3] + 1, 10, 1, UINT32_MAX, &threads, NULL))
		return FALSE;
	/* It measured the host, 60 seconds unless told otherwise, which no name says. */
	name = g_strdup_printf("host_%s_%s_%" PRIu64 "kpps_60B_60s", f[0], f[1], rate);
	if (!trial_infix_parse(name, p))
		return FALSE;
	if (threads > 1) {
		g_free(p->extra);
		p->extra = g_strdup_printf("--threads=%" PRIu64, threads);
	}
	return TRUE;
}

enum autotest_kind autotest_name(const char *name, struct trial_params *p, char **key)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		size_t head = strlen(kinds[i].prefix), tail = strlen(kinds[i].suffix);
		struct trial_params parsed;
		g_autofree char *infix = NULL;
		uint32_t repetition = 0;

		if (!g_str_has_prefix(name, kinds[i].prefix) ||
			!g_str_has_suffix(name, kinds[i].suffix) || strlen(name) <= head + tail ||
			!g_utf8_validate(name, -1, NULL))
			continue;
		infix = g_strndup(name + head, strlen(name) - head - tail);
		if (kinds[i].kind != AUTOTEST_ACCUMULATED &&
			!cut_number(infix, "_rep", &repetition) &&
			!(strstr(infix, "_t") != NULL && cut_number(infix, "_", &repetition)))
			continue;
		if (!trial_infix_parse(infix, &parsed) && !parse_old(infix, &parsed))
			continue;
		/* DPDK's own reflector is tsim's, and several guests are. */
		if (strcmp(parsed.reflector, "dpdk") == 0 || parsed.guests != 1) {
			trial_params_clear(&parsed);
			continue;
		}
		*p = parsed;
		p->repetition = repetition;
		*key = kinds[i].kind == AUTOTEST_ACCUMULATED
			       ? g_strdup(infix)
			       : g_strdup_printf("%s_rep%u", infix, repetition);
		return kinds[i].kind;
	}
	return AUTOTEST_NONE;
}

void autotest_files_free(struct autotest_files *f)
{
	if (f == NULL)
		return;
	trial_params_clear(&f->params);
	g_free(f->log);
	g_free(f->histogram);
	g_free(f->throughput);
	g_free(f->accumulated);
	g_free(f);
}

/* Labels are folders; a folder's name may have any bytes. */
static char *label_of(const char *dir)
{
	g_autofree char *full = g_canonicalize_filename(dir, NULL);
	g_autofree char *base = g_path_get_basename(full);

	return g_utf8_make_valid(base, -1);
}

/* Infix and repetition of a file of tsim's trials, infix of one of its merged sets; else NULL. */
static char *own_key(const char *name)
{
	static const char *const own[][2] = { { "trial_", ".json" }, { "guests_", ".csv" },
		{ "acc_trials_", ".json" }, { "acc_guests_", ".csv" } };

	for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
		size_t head = strlen(own[i][0]), tail = strlen(own[i][1]);

		if (g_str_has_prefix(name, own[i][0]) && g_str_has_suffix(name, own[i][1]) &&
			strlen(name) > head + tail)
			return g_strndup(name + head, strlen(name) - head - tail);
	}
	return NULL;
}

static GHashTable *own_keys(const GPtrArray *names)
{
	GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < names->len; i++) {
		char *key = own_key(g_ptr_array_index(names, i));
		char *repetition = key != NULL ? g_strrstr(key, "_rep") : NULL;

		if (key == NULL)
			continue;
		/* What is accumulated beside its repetitions is tsim's, too. */
		if (repetition != NULL)
			g_hash_table_add(keys, g_strndup(key, (gsize)(repetition - key)));
		g_hash_table_add(keys, key);
	}
	return keys;
}

GPtrArray *autotest_find(const char *dir, const GPtrArray *names)
{
	GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)autotest_files_free);
	g_autoptr(GHashTable) own = own_keys(names);
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable)
		infixes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *label = label_of(dir);

	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		struct autotest_files *f;
		struct trial_params p;
		g_autofree char *key = NULL;
		enum autotest_kind kind = autotest_name(name, &p, &key);

		if (kind == AUTOTEST_NONE)
			continue;
		f = g_hash_table_lookup(by_key, key);
		if (f != NULL || g_hash_table_contains(own, key)) {
			trial_params_clear(&p);
		} else {
			if (kind != AUTOTEST_ACCUMULATED)
				g_hash_table_add(infixes, trial_infix(&p));
			f = g_new0(struct autotest_files, 1);
			f->params = p;
			g_free(f->params.label);
			f->params.label = g_strdup(label);
			g_ptr_array_add(found, f);
			g_hash_table_insert(by_key, g_steal_pointer(&key), f);
		}
		if (f != NULL)
			*(kind == AUTOTEST_LOG               ? &f->log
				: kind == AUTOTEST_HISTOGRAM ? &f->histogram
				: kind == AUTOTEST_THROUGHPUT
					? &f->throughput
					: &f->accumulated) = g_build_filename(dir, name, NULL);
	}
	for (guint i = found->len; i-- > 0;) {
		const struct autotest_files *f = g_ptr_array_index(found, i);
		g_autofree char *infix = f->accumulated != NULL ? trial_infix(&f->params) : NULL;

		if (infix != NULL && g_hash_table_contains(infixes, infix))
			g_ptr_array_remove_index(found, i);
	}
	return found;
}

/* A file's bytes; NULL where it cannot be read, which is then a reason. */
static char *read_part(trial *t, const char *path, size_t *len)
{
	g_autoptr(GError) error = NULL;
	char *data = path != NULL ? file_read(path, len, &error) : NULL;

	if (error != NULL)
		autotest_note_doubt(t, "%s", error->message);
	return data;
}

static void read_histogram(trial *t, const char *path)
{
	size_t len = 0;
	g_autofree char *data = read_part(t, path, &len);
	g_autoptr(GError) error = NULL;
	struct trial_dist *d = &t->latency;
	g_autoptr(exact) e = data != NULL ? exact_parse(path, data, len, &error) : NULL;

	if (e != NULL && e->sum_ns > G_MAXINT64)
		g_set_error(&error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: sum of latencies exceeds 2^63 ns: file is corrupt; restore or remove "
			"it",
			path);
	if (error != NULL)
		autotest_note_doubt(t, "%s", error->message);
	if (e == NULL || error != NULL)
		return;
	t->moongen->histogram_good = TRUE;
	t->moongen->kept = exact_ref(e);
	d->quartiles_known = FALSE; /* they are known better now */
	d->count = e->count;
	d->sum_ns = e->sum_ns;
	d->min_ns = e->nb > 0 ? e->bins[0].ns : 0;
	d->max_ns = e->nb > 0 ? e->bins[e->nb - 1].ns : 0;
	if (e->nb == 0)
		autotest_note_oddity(t, "%s: empty file: no probe came back", path);
	if (t->moongen->samples_known && t->moongen->samples != e->count)
		autotest_note_doubt(t,
			"%s: %" PRIu64 " samples, the log has %" PRIu64
			": different runs, or one file is truncated",
			path, e->count, t->moongen->samples);
}

gboolean autotest_load(trial *t, GError **error)
{
	const char *path = t->moongen->histogram;
	g_autofree char *data = NULL;
	g_autoptr(exact) e = NULL;
	size_t len;

	/* One that was broken before is a reason by now, and has no latencies. */
	if (path == NULL || t->latency.exact != NULL || !t->moongen->histogram_good)
		return TRUE;
	if (t->moongen->kept != NULL) {
		t->latency.exact = g_steal_pointer(&t->moongen->kept);
		return TRUE;
	}
	data = file_read(path, &len, error);
	e = data != NULL ? exact_parse(path, data, len, error) : NULL;
	if (e == NULL)
		return FALSE;
	if (e->count != t->latency.count)
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: changed while being read; try again when nothing writes to it", path);
	t->latency.exact = g_steal_pointer(&e);
	return TRUE;
}

/* What a merge recorded of an accumulated histogram that it wrote: a doubt stays one. */
static void read_sources(trial *t)
{
	g_autofree char *path = accumulated_path(t->path), *text = NULL;
	g_autoptr(GError) error = NULL;
	size_t len = 0;
	accumulated *of;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return;
	text = read_part(t, path, &len);
	of = text != NULL ? accumulated_parse(path, text, len, &error) : NULL;
	if (of != NULL && (of->latencies != t->latency.count || of->sum_ns != t->latency.sum_ns))
		g_set_error(&error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: belongs to another histogram; merge the repetitions again", path);
	t->moongen->of = of;
	if (of != NULL && error == NULL)
		text_copy_all(t->reasons, of->reasons);
	if (error != NULL)
		g_ptr_array_add(t->reasons, g_strdup(error->message));
	t->trustworthy = t->trustworthy && of != NULL && error == NULL && of->trustworthy;
}

/* The log, then the throughput, as far as they are there. */
static void read_texts(trial *t, const struct autotest_files *f)
{
	size_t log_len = 0, len = 0;
	g_autofree char *log = read_part(t, f->log, &log_len), *data = NULL;
	g_autoptr(GError) error = NULL;

	if (log != NULL)
		(void)autotest_read_log(t, f->log, log, log_len);
	data = read_part(t, f->throughput, &len);
	if (data != NULL && !autotest_read_throughput(t, f->throughput, data, len, &error))
		autotest_note_oddity(t, "%s", error->message);
}

/* When it ran: the log's last change, which is what tells two runs of one name apart. */
static void set_environment(trial *t)
{
	struct stat file;
	g_autoptr(GDateTime) changed = NULL;
	g_autofree char *text = NULL;

	t->environment = json_object_new();
	if (stat(t->path, &file) != 0)
		return;
	changed = g_date_time_new_from_unix_utc(file.st_mtime);
	text = changed != NULL ? g_date_time_format(changed, "%Y-%m-%dT%H:%M:%SZ") : NULL;
	if (text != NULL)
		json_object_set_string_member(t->environment, "file_changed", text);
}

/* One guest with one size; all that is known is theirs. */
static void set_guest(trial *t)
{
	const uint32_t one = 1;
	struct trial_guest *g;
	struct trial_size *s;

	trial_set_guests(t, 1, &one);
	g = &t->guests[0];
	g->mac = g_strdup("");
	g->interface = g_strdup(t->params.interface);
	g->profile = g_strdup(t->params.profile);
	g->group = g_strdup("");
	g->state = g_strdup("ok");
	g->share = 1;
	g->c = t->totals;
	s = g->sizes;
	s->frame_len_lo = s->frame_len_hi = t->params.frame_len;
	s->c = t->totals;
	s->c.foreign = 0;
	/* Bins are in one place only: the totals'. */
	s->latency = t->latency;
	s->latency.exact = NULL;
	g->latency = s->latency;
}

trial *autotest_read(const struct autotest_files *f, GError **error)
{
	g_autoptr(trial) t = trial_new();
	const char *path = f->log != NULL          ? f->log
			   : f->histogram != NULL  ? f->histogram
			   : f->throughput != NULL ? f->throughput
						   : f->accumulated;

	g_return_val_if_fail(path != NULL, NULL);
	trial_params_copy(&t->params, &f->params);
	t->path = g_strdup(path);
	t->moongen = trial_moongen_new();
	t->moongen->log = g_strdup(f->log);
	t->moongen->histogram = g_strdup(f->histogram != NULL ? f->histogram : f->accumulated);
	t->moongen->throughput = g_strdup(f->throughput);
	t->moongen->accumulated = f->accumulated != NULL;
	t->moongen->mean_ns = t->moongen->stddev_ns = NAN;
	read_texts(t, f);
	read_histogram(t, t->moongen->histogram);
	if (t->moongen->accumulated)
		read_sources(t);
	if (t->moongen->histogram == NULL && t->moongen->samples_known) {
		t->latency.count = t->moongen->samples;
		t->latency.range_unknown = t->moongen->samples > 0;
		if (t->moongen->samples > 0 &&
			t->moongen->mean_ns * (double)t->moongen->samples < 9e18)
			t->latency.sum_ns = (uint64_t)llround(
				t->moongen->mean_ns * (double)t->moongen->samples);
		autotest_note_oddity(
			t, "no histogram: only the quartiles of the log are available");
	}
	if (!t->moongen->rates_known && !t->moongen->samples_known && t->seconds->len == 0 &&
		!(t->latency.count > 0 || t->moongen->histogram != NULL))
		return analyze_null(error, ANALYZE_ERROR_CONTENT,
			"%s: not a MoonGen log: %s; restore or remove it", path,
			t->reasons->len > 0 ? (const char *)g_ptr_array_index(t->reasons, 0)
					    : "empty file");
	t->measured_s = t->moongen->rates_known ? f->params.duration_s : 0;
	set_environment(t);
	set_guest(t);
	if (!trial_groups_sum(t, error))
		return NULL;
	return g_steal_pointer(&t);
}
