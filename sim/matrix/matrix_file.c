/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A section of a tests file, and the combinations that it stands for. conf/README.md has the keys;
 * those of autotest mean what they mean there.
 */
#include <errno.h>
#include <string.h>

#include "sim/datapath/fabric.h"
#include "sim/duration.h"
#include "sim/error.h"
#include "sim/matrix/matrix_private.h"
#include "sim/options.h"
#include "sim/params.h"
#include "sim/record.h"
#include "traffic/frame.h"
#include "traffic/rate.h"
#include "traffic/text.h"

enum {
	VALUES_MAX = 10000,  /* of a key */
	TRIALS_MAX = 100000, /* of a matrix: weeks */
	START_S = 2, /* that a trial takes beyond its phases: the generator starts, guests answer */
};

/* More than any rate: kinds are sorted apart, max last. */
#define RATE_KIND 1e16
#define HOUR_NS (UINT64_C(3600) * 1000000000)

/* Keys, and what they are where the file says nothing. The order of the first ones is the tree's. */
static const struct {
	const char *key, *value;
} keys[] = {
	{ "machines", "pcvm" },
	{ "interfaces", "bridge" },
	{ "qemus", "normal:" },
	{ "vhosts", "false" },
	{ "ioregionfds", "false" },
	{ "guests", "1" },
	{ "reflectors", "xdp" },
	{ "rates", "100" },
	{ "sizes", "" },
	{ "size", "" },
	{ "profiles", "" },
	{ "mixes", "" },
	{ "arrivals", "cbr" },
	{ "shares", "equal" },
	{ "runtimes", "10" },
	{ "seeds", "1" },
	{ "repetitions", "1" },
	{ "warm-up", "1s" },
	{ "drain", "2s" },
	{ "warmup", "false" },
	{ "warmup_runtime", "20" },
	{ "cooldown", "false" },
	{ "cooldown_runtime", "20" },
	{ "accumulate", "false" },
	{ "outputdir", "" },
	{ "label", "" },
	{ "tsim_args", "" },
};

struct qemu {
	char *name, *path;
};

/* What the list says, with what a word of autotest's means beside. */
struct interface {
	const struct setup_interface *is;
	gboolean vhost; /* whatever vhosts says */
};

/* A size, a profile or a mix: words for tsim run. */
struct traffic {
	char *word;
	gboolean mix; /* it says how many guests there are */
	uint32_t mix_guests;
};

struct spec {
	const struct ini *file;
	const char *section;
	char *where;      /* "tests.cfg: [vhost]" */
	GPtrArray *notes; /* of the matrix */
	GArray *machines, *interfaces, *qemus, *vhosts, *ioregionfds, *guests, *reflectors;
	GPtrArray *rates, *traffic, *arrivals, *shares, *runtimes, *seeds; /* words */
	guint repetitions;
	char *warm_up, *drain, *dir;
	char **tsim_args;
	gboolean warmup, cooldown, accumulate;
	double warmup_s, cooldown_s;
};

static gboolean bad(const char *where, const char *word, const char *what, GError **error)
{
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: '%s': %s", where, word, what);
	return FALSE;
}

/* What is not as the file says it; each once. */
static void note(const struct spec *s, const char *text)
{
	if (!g_ptr_array_find_with_equal_func(s->notes, text, g_str_equal, NULL))
		g_ptr_array_add(s->notes, (gpointer)(uintptr_t)text);
}

static const char *default_of(const char *key)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(keys[i].key, key))
			return keys[i].value;
	g_assert_not_reached();
}

/* The value of a key, with where it stands. */
static char *value_of(const struct spec *s, const char *key, char **where, GError **error)
{
	g_autoptr(GError) why = NULL;
	char *value = ini_get(s->file, s->section, key, where, &why);

	if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	if (value != NULL)
		return value;
	*where = g_strdup_printf("%s %s", s->where, key);
	return g_strdup(default_of(key));
}

/* Called for each word of a list, which is without blanks around it. */
typedef gboolean (*take_word)(struct spec *s, const char *where, const char *word, GError **error);
/* Is what stands behind a comma still of the word before it? */
typedef gboolean (*goes_on)(const char *word, const char *part);

/* onoff:on=1ms,off=9ms is one process, genome:AG:A=64,G=1518 one profile. */
static gboolean parameter_goes_on(const char *word, const char *part)
{
	const char *equals = strchr(part, '='), *colon = strchr(part, ':');

	return strchr(word, ':') != NULL && equals != NULL && (colon == NULL || equals < colon);
}

/* 3,1,1 is one share; another one stands behind a ';'. */
static gboolean number_goes_on(const char *word, const char *part)
{
	double n;

	return g_ascii_isdigit(word[0]) && text_number(part, &n);
}

/* Words between commas; where those may be parts of a word ';' is, too. */
static GPtrArray *words_of_list(const char *value, goes_on belongs)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) lists = g_strsplit(value, belongs == NULL ? "\n" : ";", -1);

	for (char **list = lists; *list != NULL; list++) {
		g_auto(GStrv) parts = g_strsplit(*list, ",", -1);
		char **last = NULL;

		for (char **part = parts; *part != NULL; part++) {
			g_strstrip(*part);
			if (**part == '\0')
				continue;
			if (last != NULL && belongs != NULL && belongs(*last, *part)) {
				char *longer = g_strconcat(*last, ",", *part, NULL);

				g_free(*last);
				*last = longer;
				continue;
			}
			g_ptr_array_add(words, g_strdup(*part));
			last = (char **)&words->pdata[words->len - 1];
		}
	}
	return words;
}

static gboolean take_list_of(
	struct spec *s, const char *key, goes_on belongs, take_word take, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, key, &where, error);
	g_autoptr(GPtrArray) words = value == NULL ? NULL : words_of_list(value, belongs);

	if (words == NULL)
		return FALSE;
	if (words->len > VALUES_MAX)
		return bad(where, key, "more than 10000 values", error);
	for (guint i = 0; i < words->len; i++)
		if (!take(s, where, words->pdata[i], error))
			return FALSE;
	if (words->len == 0 && default_of(key)[0] != '\0')
		return bad(where, value, "the list is empty; leave the key out for its default",
			error);
	return TRUE;
}

static gboolean take_list(struct spec *s, const char *key, take_word take, GError **error)
{
	return take_list_of(s, key, NULL, take, error);
}

/* The keys of the section are all known. */
static gboolean check_keys(const struct spec *s, const char *const *found, GError **error)
{
	const char *names[G_N_ELEMENTS(keys) + 1] = { NULL };

	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
		names[i] = keys[i].key;
	for (; *found != NULL; found++) {
		g_autofree char *where = NULL;

		if (g_strv_contains(names, *found))
			continue;
		g_free(ini_get(s->file, s->section, *found, &where, NULL));
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"%s: '%s': there is no such key; is it '%s'?",
			where == NULL ? s->where : where, *found, setup_nearest(*found, names));
		return FALSE;
	}
	return TRUE;
}

/* Each once, as autotest's sets; word is the list's. */
static gboolean add_word(GPtrArray *list, char *word, const char *where, GError **error)
{
	if (g_ptr_array_find_with_equal_func(list, word, g_str_equal, NULL)) {
		g_free(word);
		return TRUE;
	}
	g_ptr_array_add(list, word);
	return list->len <= VALUES_MAX || bad(where, word, "more than 10000 values", error);
}

static gboolean take_machine(struct spec *s, const char *where, const char *word, GError **error)
{
	enum machine m;

	if (!setup_machine_parse(where, word, &m, error))
		return FALSE;
	g_array_append_val(s->machines, m);
	return TRUE;
}

static gboolean take_interface(struct spec *s, const char *where, const char *word, GError **error)
{
	struct interface i = { .vhost = g_str_equal(word, "bridge-vhost") };

	if (i.vhost)
		note(s, "bridge-vhost is bridge with vhost on");
	i.is = setup_interface_find(where, i.vhost ? "bridge" : word, error);
	if (i.is == NULL)
		return FALSE;
	g_array_append_val(s->interfaces, i);
	return TRUE;
}

/* vmux was the word for the only thing that it could do; today it is a model without machines. */
static const struct setup_interface *meant(
	const struct spec *s, enum machine m, const struct setup_interface *i)
{
	if (!setup_is_vm(m) || !g_str_equal(i->word, "vmux"))
		return i;
	note(s, "vmux of a virtual machine is vmux-pt");
	return setup_interface_find("interfaces", "vmux-pt", NULL);
}

static gboolean take_qemu(struct spec *s, const char *where, const char *word, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(word, ":", 2);
	struct qemu q;

	if (parts[0][0] == '\0' || parts[1] == NULL || strpbrk(parts[0], "_/ ") != NULL)
		return bad(where, word,
			"write NAME:FOLDER of qemu-system-x86_64, or NAME: for $PATH; names have "
			"no '_'",
			error);
	q.name = g_strdup(parts[0]);
	q.path = g_strdup(parts[1]);
	g_array_append_val(s->qemus, q);
	return TRUE;
}

static gboolean parse_boolean(const char *where, const char *word, gboolean *out, GError **error)
{
	static const char *const yes[] = { "true", "on", "yes", NULL };
	static const char *const no[] = { "false", "off", "no", NULL };
	g_autofree char *lower = g_ascii_strdown(word, -1);

	*out = g_strv_contains(yes, lower);
	return *out || g_strv_contains(no, lower) || bad(where, word, "true or false", error);
}

static gboolean take_vhost(struct spec *s, const char *where, const char *word, GError **error)
{
	gboolean on;

	if (!parse_boolean(where, word, &on, error))
		return FALSE;
	g_array_append_val(s->vhosts, on);
	return TRUE;
}

static gboolean take_ioregionfd(struct spec *s, const char *where, const char *word, GError **error)
{
	gboolean on;

	if (!parse_boolean(where, word, &on, error))
		return FALSE;
	g_array_append_val(s->ioregionfds, on);
	return TRUE;
}

static gboolean take_reflector(struct spec *s, const char *where, const char *word, GError **error)
{
	enum reflector_kind r;

	/* Both are DPDK programs that swap MACs. */
	if (g_str_equal(word, "moongen"))
		note(s, "moongen is dpdk: treflect, which does the same");
	if (!setup_reflector_parse(where, g_str_equal(word, "moongen") ? "dpdk" : word, &r, error))
		return FALSE;
	g_array_append_val(s->reflectors, r);
	return TRUE;
}

static gboolean parse_u64(const char *text, guint64 max, guint64 *out)
{
	return g_ascii_string_to_unsigned(text, 10, 0, max, out, NULL);
}

/* "10" or "10..150:10" as numbers; *handled: it is of that form. */
static gboolean numbers_of(
	const char *where, const char *word, GArray *out, gboolean *handled, GError **error)
{
	g_auto(GStrv) ends = g_strsplit(word, "..", 2);
	g_auto(GStrv) step = NULL;
	guint64 first, last, by;

	*handled = parse_u64(ends[0], G_MAXUINT32, &first);
	if (!*handled)
		return TRUE;
	if (ends[1] == NULL) {
		g_array_append_val(out, first);
		return TRUE;
	}
	step = g_strsplit(ends[1], ":", 2);
	*handled = parse_u64(step[0], G_MAXUINT32, &last) &&
		   (step[1] == NULL || parse_u64(step[1], G_MAXUINT32, &by));
	if (!*handled)
		return TRUE;
	if (step[1] == NULL || by == 0 || last < first || (last - first) / by >= VALUES_MAX)
		return bad(where, word, "a range is written 10..150:10, first..last:step", error);
	for (guint64 n = first; n <= last; n += by)
		g_array_append_val(out, n);
	return TRUE;
}

/* Numbers of a list that has nothing else. */
static gboolean only_numbers(
	const char *where, const char *word, guint64 min, guint64 max, GArray *out, GError **error)
{
	gboolean handled;

	if (!numbers_of(where, word, out, &handled, error))
		return FALSE;
	for (guint i = 0; i < out->len && handled; i++)
		handled = g_array_index(out, guint64, i) >= min &&
			  g_array_index(out, guint64, i) <= max;
	if (handled)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"%s: '%s': a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
		", or a range 10..150:10",
		where, word, min, max);
	return FALSE;
}

static gboolean take_guests(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));

	if (!only_numbers(where, word, 1, FRAME_GUESTS_MAX, n, error))
		return FALSE;
	for (guint i = 0; i < n->len; i++) {
		uint32_t guests = (uint32_t)g_array_index(n, guint64, i);

		g_array_append_val(s->guests, guests);
	}
	return s->guests->len <= VALUES_MAX || bad(where, word, "more than 10000 values", error);
}

static gboolean take_seed(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));

	if (!only_numbers(where, word, 0, G_MAXUINT32, n, error))
		return FALSE;
	for (guint i = 0; i < n->len; i++) {
		guint64 seed = g_array_index(n, guint64, i);

		if (!add_word(s->seeds, g_strdup_printf("--seed=%" G_GUINT64_FORMAT, seed), where,
			    error))
			return FALSE;
	}
	return TRUE;
}

/* text: of one rate, with its unit. */
static gboolean add_rate(struct spec *s, const char *where, const char *text, GError **error)
{
	struct rate r;

	return rate_parse(where, text, &r, error) &&
	       add_word(s->rates, g_strdup_printf("--rate=%s", text), where, error);
}

/* Bare numbers are kpps, as autotest's. */
static gboolean take_rate(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autoptr(GArray) rates = NULL;
	gboolean handled;

	if (!numbers_of(where, word, n, &handled, error))
		return FALSE;
	for (guint i = 0; i < n->len; i++) {
		g_autofree char *text = g_strdup_printf(
			"%" G_GUINT64_FORMAT "kpps", g_array_index(n, guint64, i));

		if (!add_rate(s, where, text, error))
			return FALSE;
	}
	if (handled)
		return TRUE;
	rates = rate_parse_list(where, word, error);
	if (rates == NULL || (strstr(word, "..") == NULL && !add_rate(s, where, word, error)))
		return FALSE;
	/* A sweep of rates with units is one of frames a second. */
	for (guint i = 0; strstr(word, "..") != NULL && i < rates->len; i++) {
		const struct rate *r = &g_array_index(rates, struct rate, i);
		g_autofree char *text = g_strdup_printf("%.17gpps", r->value);

		if (r->kind != RATE_PPS)
			return bad(where, word,
				"a sweep here is of kpps; list other rates one by one", error);
		if (!add_rate(s, where, text, error))
			return FALSE;
	}
	return TRUE;
}

/* mix_guests: 0 where it is no mix. */
static gboolean add_traffic(
	struct spec *s, char *word, uint32_t mix_guests, const char *where, GError **error)
{
	struct traffic *t = g_new0(struct traffic, 1);

	t->word = word;
	t->mix = mix_guests != 0;
	t->mix_guests = mix_guests;
	g_ptr_array_add(s->traffic, t);
	return s->traffic->len <= VALUES_MAX || bad(where, word, "more than 10000 values", error);
}

/* autotest counts without the FCS. */
static gboolean take_size(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));

	if (!only_numbers(where, word, FRAME_LEN_MIN - FRAME_FCS_LEN, FRAME_LEN_MAX - FRAME_FCS_LEN,
		    n, error))
		return FALSE;
	for (guint i = 0; i < n->len; i++) {
		guint64 len = g_array_index(n, guint64, i) + FRAME_FCS_LEN;

		if (!add_traffic(s, g_strdup_printf("--profile=fixed:%" G_GUINT64_FORMAT, len), 0,
			    where, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean take_profile(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(profile) p = profile_open(word, 0, error);

	if (p == NULL) {
		g_prefix_error(error, "%s: ", where);
		return FALSE;
	}
	return add_traffic(s, g_strdup_printf("--profile=%s", word), 0, where, error);
}

static gboolean take_mix(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(mix) m = mix_open(word, "cbr", 0, error);

	if (m == NULL) {
		g_prefix_error(error, "%s: ", where);
		return FALSE;
	}
	return add_traffic(s, g_strdup_printf("--mix=%s", word), m->nb_guests, where, error);
}

static gboolean take_arrival(struct spec *s, const char *where, const char *word, GError **error)
{
	if (!arrival_check(where, word, error))
		return FALSE;
	return add_word(s->arrivals, g_strdup_printf("--arrival=%s", word), where, error);
}

static gboolean take_share(struct spec *s, const char *where, const char *word, GError **error)
{
	return add_word(s->shares, g_strdup_printf("--share=%s", word), where, error);
}

/* Seconds without a unit. */
static char *duration_of(const char *word)
{
	double n;

	return text_number(word, &n) ? g_strdup_printf("%ss", word) : g_strdup(word);
}

static gboolean add_runtime(struct spec *s, const char *where, const char *text, GError **error)
{
	uint64_t ns;

	return duration_parse(where, text, 24 * HOUR_NS, &ns, error) &&
	       add_word(s->runtimes, g_strdup_printf("--duration=%s", text), where, error);
}

static gboolean take_runtime(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autofree char *text = duration_of(word);
	gboolean handled = FALSE;

	if (strstr(word, "..") == NULL)
		return add_runtime(s, where, text, error);
	if (!numbers_of(where, word, n, &handled, error))
		return FALSE;
	if (!handled)
		return bad(where, word, "a range of seconds is written 10..30:10", error);
	for (guint i = 0; i < n->len; i++) {
		g_autofree char *seconds = g_strdup_printf(
			"%" G_GUINT64_FORMAT "s", g_array_index(n, guint64, i));

		if (!add_runtime(s, where, seconds, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean take_switch(struct spec *s, const char *key, gboolean *out, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, key, &where, error);

	return value != NULL && parse_boolean(where, value, out, error);
}

static gboolean take_seconds(struct spec *s, const char *key, double *out, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, key, &where, error);
	g_autofree char *text = value == NULL ? NULL : duration_of(value);
	uint64_t ns;

	if (text == NULL || !duration_parse(where, text, 24 * HOUR_NS, &ns, error))
		return FALSE;
	*out = (double)ns / 1e9;
	return TRUE;
}

static gboolean take_option(struct spec *s, const char *key, char **out, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, key, &where, error);
	g_autofree char *text = value == NULL ? NULL : duration_of(value);
	uint64_t ns;

	if (text == NULL || !duration_parse(where, text, HOUR_NS, &ns, error))
		return FALSE;
	*out = g_strdup_printf("--%s=%s", key, text);
	return TRUE;
}

static gboolean take_repetitions(struct spec *s, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, "repetitions", &where, error);
	guint64 n;

	if (value == NULL)
		return FALSE;
	if (!parse_u64(value, 10000, &n) || n == 0)
		return bad(where, value, "from 1 to 10000", error);
	s->repetitions = (guint)n;
	return TRUE;
}

/* One spelling of each folder, as equal trials of two sections are found by it. */
static char *plain_path(const char *path)
{
	g_autofree char *here = g_get_current_dir(), *whole = g_canonicalize_filename(path, NULL);
	gsize len = strlen(here);

	if (g_str_has_prefix(whole, here) && whole[len] == '/')
		return g_strdup(whole + len + 1);
	return g_steal_pointer(&whole);
}

/* outputdir is autotest's; else out/LABEL, and the label is the section's name. */
static gboolean take_dir(struct spec *s, GError **error)
{
	g_autofree char *where = NULL, *where_label = NULL;
	g_autofree char *dir = value_of(s, "outputdir", &where, error);
	g_autofree char *label = dir == NULL ? NULL : value_of(s, "label", &where_label, error);
	g_autofree char *path = NULL, *last = NULL;

	if (label == NULL)
		return FALSE;
	if (dir[0] == '\0')
		path = g_build_filename("out", label[0] != '\0' ? label : s->section, NULL);
	else
		path = g_build_filename(dir, label[0] != '\0' ? label : NULL, NULL);
	last = g_path_get_basename(path);
	if (last[0] == '.' || last[0] == '/' || strpbrk(last, "\n\t\\") != NULL)
		return bad(label[0] != '\0' ? where_label : where, path,
			"its last part names the series: letters, digits, '-', '.'", error);
	s->dir = plain_path(path);
	return TRUE;
}

/* What a matrix says itself: here it would be said twice, or of other trials. */
static gboolean check_args(const struct spec *s, const char *where, GError **error)
{
	static const char *const own[] = { "--profile", "--mix", "--guests", "--rate", "--ramp",
		"--share", "--arrival", "--machine", "--interface", "--vhost", "--qemu",
		"--ioregionfd", "--reflector", "--as", "--port", "--socket-dir", "--mac",
		"--duration", "--warm-up", "--drain", "--connect-timeout", "--reps", "--rep",
		"--seed", "--out", "--label", "--overwrite", "--capture", "--config", "--check",
		"--print-config", NULL };

	for (char **word = s->tsim_args; word != NULL && *word != NULL; word++) {
		g_auto(GStrv) parts = g_strsplit(*word, "=", 2);

		if ((**word == '-' && (*word)[1] != '-') || g_str_equal(*word, "--") ||
			(parts[0] != NULL && g_strv_contains(own, parts[0])))
			return bad(where, *word,
				"not here: long options that no key of a matrix stands for", error);
	}
	return TRUE;
}

static gboolean take_args(struct spec *s, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, "tsim_args", &where, error);
	g_autoptr(GError) why = NULL;

	if (value == NULL)
		return FALSE;
	if (value[0] == '\0')
		return TRUE;
	if (g_shell_parse_argv(value, NULL, &s->tsim_args, &why))
		return check_args(s, where, error);
	return bad(where, value, why->message, error);
}

/* What a word of tsim run stands for, to be sorted by: rates of a kind, seconds, frame lengths. */
static double number_of(const char *word)
{
	const char *text = strchr(word, '=') + 1;
	struct rate r = { 0 };
	uint64_t ns = 0;

	if (g_str_has_prefix(word, "--rate="))
		return rate_parse("", text, &r, NULL) ? r.value + (double)r.kind * RATE_KIND : 0;
	if (g_str_has_prefix(word, "--duration="))
		return duration_parse("", text, 24 * HOUR_NS, &ns, NULL) ? (double)ns : 0;
	return (double)g_ascii_strtoull(
		strrchr(word, g_str_has_prefix(word, "--seed=") ? '=' : ':') + 1, NULL, 10);
}

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	return compare(number_of(*(const char *const *)a), number_of(*(const char *const *)b));
}

static gint by_size(gconstpointer a, gconstpointer b)
{
	return compare(number_of((*(const struct traffic *const *)a)->word),
		number_of((*(const struct traffic *const *)b)->word));
}

static gint by_guests(gconstpointer a, gconstpointer b)
{
	return compare(*(const uint32_t *)a, *(const uint32_t *)b);
}

static gboolean take_traffic(struct spec *s, GError **error)
{
	if (!take_list(s, "sizes", take_size, error) || !take_list(s, "size", take_size, error))
		return FALSE;
	g_ptr_array_sort(s->traffic, by_size);
	if (!take_list_of(s, "profiles", parameter_goes_on, take_profile, error) ||
		!take_list(s, "mixes", take_mix, error))
		return FALSE;
	return s->traffic->len != 0 ||
	       add_traffic(s, g_strdup("--profile=imix"), 0, s->where, error);
}

/* However they were written, as autotest's sets of numbers. Words stay as they are. */
static gboolean ascend(struct spec *s)
{
	g_array_sort(s->guests, by_guests);
	g_ptr_array_sort(s->rates, by_number);
	g_ptr_array_sort(s->runtimes, by_number);
	g_ptr_array_sort(s->seeds, by_number);
	return TRUE;
}

static gboolean read_spec(struct spec *s, GError **error)
{
	return check_keys(s, ini_keys(s->file, s->section), error) &&
	       take_list(s, "machines", take_machine, error) &&
	       take_list(s, "interfaces", take_interface, error) &&
	       take_list(s, "qemus", take_qemu, error) &&
	       take_list(s, "vhosts", take_vhost, error) &&
	       take_list(s, "ioregionfds", take_ioregionfd, error) &&
	       take_list(s, "guests", take_guests, error) &&
	       take_list(s, "reflectors", take_reflector, error) &&
	       take_list(s, "rates", take_rate, error) && take_traffic(s, error) &&
	       take_list_of(s, "arrivals", parameter_goes_on, take_arrival, error) &&
	       take_list_of(s, "shares", number_goes_on, take_share, error) &&
	       take_list(s, "runtimes", take_runtime, error) &&
	       take_list(s, "seeds", take_seed, error) && take_repetitions(s, error) &&
	       take_option(s, "warm-up", &s->warm_up, error) &&
	       take_option(s, "drain", &s->drain, error) &&
	       take_switch(s, "warmup", &s->warmup, error) &&
	       take_switch(s, "cooldown", &s->cooldown, error) &&
	       take_switch(s, "accumulate", &s->accumulate, error) &&
	       take_seconds(s, "warmup_runtime", &s->warmup_s, error) &&
	       take_seconds(s, "cooldown_runtime", &s->cooldown_s, error) && take_dir(s, error) &&
	       take_args(s, error) && ascend(s);
}

static void traffic_free(gpointer p)
{
	struct traffic *t = p;

	g_free(t->word);
	g_free(t);
}

static void spec_init(struct spec *s, const struct ini *file, const char *section, char *where)
{
	*s = (struct spec){
		.file = file,
		.section = section,
		.where = where,
		.machines = g_array_new(FALSE, FALSE, sizeof(enum machine)),
		.interfaces = g_array_new(FALSE, FALSE, sizeof(struct interface)),
		.qemus = g_array_new(FALSE, FALSE, sizeof(struct qemu)),
		.vhosts = g_array_new(FALSE, FALSE, sizeof(gboolean)),
		.ioregionfds = g_array_new(FALSE, FALSE, sizeof(gboolean)),
		.guests = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.reflectors = g_array_new(FALSE, FALSE, sizeof(enum reflector_kind)),
		.rates = g_ptr_array_new_with_free_func(g_free),
		.traffic = g_ptr_array_new_with_free_func(traffic_free),
		.arrivals = g_ptr_array_new_with_free_func(g_free),
		.shares = g_ptr_array_new_with_free_func(g_free),
		.runtimes = g_ptr_array_new_with_free_func(g_free),
		.seeds = g_ptr_array_new_with_free_func(g_free),
	};
}

/* Names of QEMUs are the matrix's from here on: its setups have them. */
static void spec_clear(struct spec *s, struct matrix *m)
{
	for (guint i = 0; i < s->qemus->len; i++) {
		g_ptr_array_add(m->strings, g_array_index(s->qemus, struct qemu, i).name);
		g_ptr_array_add(m->strings, g_array_index(s->qemus, struct qemu, i).path);
	}
	g_array_unref(s->machines);
	g_array_unref(s->interfaces);
	g_array_unref(s->qemus);
	g_array_unref(s->vhosts);
	g_array_unref(s->ioregionfds);
	g_array_unref(s->guests);
	g_array_unref(s->reflectors);
	g_ptr_array_unref(s->rates);
	g_ptr_array_unref(s->traffic);
	g_ptr_array_unref(s->arrivals);
	g_ptr_array_unref(s->shares);
	g_ptr_array_unref(s->runtimes);
	g_ptr_array_unref(s->seeds);
	g_strfreev(s->tsim_args);
	g_free(s->warm_up);
	g_free(s->drain);
	g_free(s->dir);
	g_free(s->where);
}

void matrix_trial_free(gpointer p)
{
	struct matrix_trial *t = p;

	g_free(t->dir);
	g_free(t->infix);
	g_ptr_array_unref(t->args);
	trial_params_clear(&t->params);
	g_free(t->section);
	g_free(t);
}

/* Guests that are processes are tsim run's own; the lab says what others are. */
static void add_guest_words(GPtrArray *words, const struct setup *s)
{
	if (s->machine != MACHINE_PROCESS)
		return;
	g_ptr_array_add(words, g_strdup("--machine=process"));
	g_ptr_array_add(words, g_strdup_printf("--interface=%s", s->interface->word));
	if (g_str_equal(s->interface->word, "virtio"))
		g_ptr_array_add(words, g_strdup_printf("--vhost=%s", s->vhost ? "on" : "off"));
}

static const char *digest_of(struct matrix *m, const struct options *o, const mix *x)
{
	g_autofree char *key = g_strdup_printf(
		"%s|%s|%s|%s|%s|%d", o->profile, o->mix, o->guests, o->arrival, o->share, o->mtu);
	char *digest = g_hash_table_lookup(m->digests, key);

	if (digest != NULL)
		return digest;
	digest = record_mix_digest(x);
	g_hash_table_insert(m->digests, g_steal_pointer(&key), digest);
	return digest;
}

/* Words that say what the guests are and where results go; the rest are the trial's own. */
static GPtrArray *all_words(const struct matrix_trial *t)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *label = g_path_get_basename(t->dir);

	if (t->setup.machine != MACHINE_PROCESS) {
		g_ptr_array_add(words, g_strdup("--machine=external"));
		g_ptr_array_add(words,
			g_strdup_printf("--as=machine=%s,interface=%s,qemu=%s,vhost=%s,"
					"ioregionfd=%s,reflector=%s",
				setup_machine_word(t->setup.machine), t->setup.interface->word,
				t->setup.qemu, t->setup.vhost ? "on" : "off",
				t->setup.ioregionfd ? "on" : "off",
				setup_reflector_word(t->setup.reflector)));
	}
	/* Which one it is the lab knows; that there is one decides what --cores may say. */
	if ((t->setup.interface->needs & SETUP_WIRE) != 0 && t->setup.machine != MACHINE_PROCESS)
		g_ptr_array_add(words, g_strdup("--port=wire"));
	for (guint i = 0; i < t->args->len; i++)
		g_ptr_array_add(words, g_strdup(t->args->pdata[i]));
	g_ptr_array_add(words, g_strdup_printf("--label=%s", label));
	g_ptr_array_add(words, NULL);
	return words;
}

static gboolean params_of_options(
	struct matrix *m, const struct options *o, struct trial_params *out, GError **error)
{
	g_autoptr(mix) x = options_mix(o, error);
	g_autoptr(GArray) rates = x == NULL ? NULL : rate_parse_list("rates", o->rate, error);
	struct trial_params *p;
	double pps;

	if (rates == NULL ||
		!params_pps(o, x, "rates", &g_array_index(rates, struct rate, 0), &pps, error))
		return FALSE;
	p = params_new(o, x, digest_of(m, o, x), 1, (uint64_t)(pps + 0.5), 0);
	*out = *p;
	g_free(p);
	return TRUE;
}

/* What tsim run will store the trial as. */
static gboolean set_params(
	struct matrix *m, const struct spec *s, struct matrix_trial *t, GError **error)
{
	g_autoptr(GPtrArray) words = all_words(t);
	struct options o;
	gboolean done;

	if (!options_parse_words((const char *const *)words->pdata, &o, error)) {
		g_prefix_error(error, "%s: ", s->where);
		return FALSE;
	}
	done = params_of_options(m, &o, &t->params, error);
	options_clear(&o);
	if (!done)
		g_prefix_error(error, "%s: ", s->where);
	return done;
}

/* One combination: everything but the repetition. */
struct leaf {
	struct setup setup;
	const struct traffic *traffic;
	const char *rate, *arrival, *share, *runtime, *seed; /* words of tsim run */
};

static GPtrArray *words_of(const struct spec *s, const struct leaf *leaf, guint rep)
{
	g_autofree char *guests = g_strdup_printf("--guests=%u", leaf->setup.guests);
	/* A mix says these itself. */
	const char *const own[] = { leaf->traffic->word, leaf->rate, leaf->arrival,
		leaf->traffic->mix ? NULL : leaf->share, leaf->runtime, leaf->seed,
		leaf->traffic->mix ? NULL : guests, s->warm_up, s->drain };
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	add_guest_words(words, &leaf->setup);
	for (unsigned i = 0; i < G_N_ELEMENTS(own); i++)
		if (own[i] != NULL)
			g_ptr_array_add(words, g_strdup(own[i]));
	for (char **word = s->tsim_args; word != NULL && *word != NULL; word++)
		g_ptr_array_add(words, g_strdup(*word));
	g_ptr_array_add(words, g_strdup_printf("--rep=%u", rep));
	return words;
}

/* "-poisson" behind the folder's name, where there are several and file names do not hold which. */
static void append_value(GString *dir, const GPtrArray *list, const char *prefix, const char *word)
{
	g_autofree char *value = g_strdup(strchr(word, '=') + 1);

	if (list->len > 1)
		g_string_append_printf(dir, "-%s%s", prefix, g_strdelimit(value, "/\\_:, \t", '-'));
}

static char *dir_of(const struct spec *s, const struct leaf *leaf)
{
	GString *dir = g_string_new(s->dir);

	append_value(dir, s->arrivals, "", leaf->arrival);
	if (!leaf->traffic->mix)
		append_value(dir, s->shares, "", leaf->share);
	append_value(dir, s->seeds, "seed", leaf->seed);
	return g_string_free(dir, FALSE);
}

static struct matrix_trial *trial_of(const struct spec *s, const struct leaf *leaf, guint rep)
{
	struct matrix_trial *t = g_new0(struct matrix_trial, 1);

	t->setup = leaf->setup;
	t->dir = dir_of(s, leaf);
	t->args = words_of(s, leaf, rep);
	t->section = g_strdup(s->where);
	t->warm_up_s = s->warmup ? s->warmup_s : 0;
	t->cool_down_s = s->cooldown ? s->cooldown_s : 0;
	t->accumulate = s->accumulate;
	return t;
}

/* TRUE: they are one trial. Else no file could hold both. */
static gboolean check_equal(
	const struct matrix_trial *a, const struct matrix_trial *b, GError **error)
{
	g_autofree char *difference = trial_params_difference(&b->params, &a->params);

	if (difference == NULL && setup_differs_at(&a->setup, &b->setup) == 7)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"%s: a trial would have the name of one of %s, %s/%s, with %s; give one of them "
		"another outputdir or label",
		b->section, a->section, a->dir, a->infix,
		difference == NULL ? "another folder of QEMU" : difference);
	return FALSE;
}

/* t is the matrix's, or freed. */
static gboolean add_trial(struct matrix *m, struct matrix_trial *t, GError **error)
{
	g_autofree char *key = g_strdup_printf(
		"%s/%s_rep%u", t->dir, t->infix, t->params.repetition);
	const struct matrix_trial *other = g_hash_table_lookup(m->seen, key);
	gboolean fine = other == NULL || check_equal(other, t, error);

	if (other != NULL) {
		matrix_trial_free(t);
		return fine;
	}
	t->estimate_s = t->params.duration_s + t->params.warm_up_s + START_S + t->cool_down_s +
			(t->params.repetition == 0 ? t->warm_up_s : 0);
	m->nb_combinations += t->params.repetition == 0;
	g_hash_table_insert(m->seen, g_steal_pointer(&key), t);
	g_ptr_array_add(m->trials, t);
	if (m->trials->len <= TRIALS_MAX)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: more than %d trials; split the matrix",
		t->section, TRIALS_MAX);
	return FALSE;
}

static gboolean add_leaf(
	struct matrix *m, const struct spec *s, const struct leaf *leaf, GError **error)
{
	struct matrix_trial *first = trial_of(s, leaf, 0);
	struct trial_params params = { 0 };
	g_autofree char *infix = NULL;
	gboolean done = set_params(m, s, first, error);

	g_ptr_array_add(first->args, NULL);
	if (!done) {
		matrix_trial_free(first);
		return FALSE;
	}
	first->infix = trial_infix(&first->params);
	infix = g_strdup(first->infix);
	trial_params_copy(&params, &first->params);
	done = add_trial(m, first, error);
	for (guint rep = 1; done && rep < s->repetitions; rep++) {
		struct matrix_trial *t = trial_of(s, leaf, rep);

		g_ptr_array_add(t->args, NULL);
		trial_params_copy(&t->params, &params);
		t->params.repetition = rep;
		t->infix = g_strdup(infix);
		done = add_trial(m, t, error);
	}
	trial_params_clear(&params);
	return done;
}

static void count_impossible(struct matrix *m, const char *why, guint n)
{
	guint before = GPOINTER_TO_UINT(g_hash_table_lookup(m->reasons, why));

	g_hash_table_replace(m->reasons, g_strdup(why), GUINT_TO_POINTER(before + n));
}

/* The number in a list of n's last digit, in a system of numbers whose base is the list's length. */
static gpointer take_digit(const GPtrArray *list, guint *n)
{
	gpointer item = list->pdata[*n % list->len];

	*n /= list->len;
	return item;
}

static gboolean add_leaves(
	struct matrix *m, const struct spec *s, const struct setup *setup, guint nb, GError **error)
{
	for (guint i = 0; i < nb; i++) {
		struct leaf leaf = { .setup = *setup };
		guint n = i;

		leaf.seed = take_digit(s->seeds, &n);
		leaf.runtime = take_digit(s->runtimes, &n);
		leaf.share = take_digit(s->shares, &n);
		leaf.arrival = take_digit(s->arrivals, &n);
		leaf.traffic = take_digit(s->traffic, &n);
		leaf.rate = take_digit(s->rates, &n);
		if (leaf.traffic->mix)
			leaf.setup.guests = leaf.traffic->mix_guests;
		if (!add_leaf(m, s, &leaf, error))
			return FALSE;
	}
	return TRUE;
}

/* Set-ups by one number: a place in the product of their lists, the last of which goes round first. */
static gboolean setup_at(const struct spec *s, guint64 n, struct setup *out)
{
	const GArray *lists[] = { s->reflectors, s->guests, s->ioregionfds, s->vhosts, s->qemus,
		s->interfaces, s->machines };
	guint at[G_N_ELEMENTS(lists)];
	const struct interface *interface;

	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++) {
		at[i] = (guint)(n % lists[i]->len);
		n /= lists[i]->len;
	}
	interface = &g_array_index(s->interfaces, struct interface, at[5]);
	*out = (struct setup){
		.reflector = g_array_index(s->reflectors, enum reflector_kind, at[0]),
		.guests = g_array_index(s->guests, uint32_t, at[1]),
		.ioregionfd = g_array_index(s->ioregionfds, gboolean, at[2]),
		.vhost = g_array_index(s->vhosts, gboolean, at[3]) || interface->vhost,
		.qemu = g_array_index(s->qemus, struct qemu, at[4]).name,
		.qemu_path = g_array_index(s->qemus, struct qemu, at[4]).path,
		.machine = g_array_index(s->machines, enum machine, at[6]),
	};
	out->interface = meant(s, out->machine, interface->is);
	return n == 0;
}

/* Doubles, as these are products of lists of any length. */
static gboolean check_nb(struct matrix *m, const struct spec *s, double nb_leaves, GError **error)
{
	double nb_setups = (double)s->machines->len * s->interfaces->len * s->qemus->len *
			   s->vhosts->len * s->ioregionfds->len * s->guests->len *
			   s->reflectors->len;

	m->nb_looked_at += nb_setups * nb_leaves * s->repetitions;
	if (m->nb_looked_at <= m->max_looked_at)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"%s: its lists and those before it have %.0f combinations, more than %.0f; split "
		"the "
		"matrix",
		s->where, m->nb_looked_at, m->max_looked_at);
	return FALSE;
}

static gboolean add_setups(struct matrix *m, const struct spec *s, GError **error)
{
	/* Values that a machine has no use for make equal ones. */
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	double nb_leaves = (double)s->rates->len * s->traffic->len * s->arrivals->len *
			   s->shares->len * s->runtimes->len * s->seeds->len;
	struct setup setup;

	if (!check_nb(m, s, nb_leaves, error))
		return FALSE;
	for (guint64 n = 0; setup_at(s, n, &setup); n++) {
		g_autofree char *text = NULL;
		const char *why;

		setup_normal(&setup);
		text = setup_text(&setup);
		if (!g_hash_table_add(seen, g_strdup_printf("%s %s", text, setup.qemu_path)))
			continue;
		why = setup_impossible(&setup);
		if (why != NULL)
			count_impossible(m, why, (guint)nb_leaves);
		else if (!add_leaves(m, s, &setup, (guint)nb_leaves, error))
			return FALSE;
	}
	return TRUE;
}

gboolean matrix_add_section(
	struct matrix *m, const struct ini *file, const char *section, GError **error)
{
	struct spec s;
	gboolean done;

	spec_init(&s, file, section, g_strdup_printf("%s: [%s]", ini_name(file), section));
	s.notes = m->notes;
	done = read_spec(&s, error) && add_setups(m, &s, error);
	spec_clear(&s, m);
	return done;
}
