/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/options_private.h"
#include "sim/trial/options_table.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "analyze/base/ini.h"
#include "sim/host/testbed.h"
#include "analyze/base/text.h"

#define CONFIG_GROUP "tsim"
#define SEARCH_GROUP "search"
#define ROW OPTIONS_ROW
#define WORDS OPTION_WORDS

const char *const options_patterns[] = { TRIAL_PATTERN_DEFAULT, "between-guests", "both", NULL };

const struct option_row options_rows[] = {
	OPTIONS_FRAMES_ROWS,
	ROW(TEXT, rate, "rate", 'r', "RATE",
		"Offered load of all guests: 500kpps, 2Gbit/s, 40% (of --link) or max; a list or "
		"sweep (50k..800k:50k): one trial per rate",
		.preset = "100kpps", .unless = "ramp", WORDS("max")),
	ROW(TEXT, ramp, "ramp", 0, "RATES",
		"Offered load that changes within a trial: a list or sweep of rates for equal "
		"parts of the duration (replaces --rate)"),
	OPTIONS_DEPARTURE_ROWS,
	OPTIONS_TESTBED_ROWS,
	OPTION_GROUP("Trial"),
	ROW(TIME, duration_ns, "duration", 'd', "TIME", "Length of the measurement phase",
		.preset = "10s", .min = 1e-3, .max = 3 * OPTIONS_DAY_S),
	ROW(TIME, warm_up_ns, "warm-up", 0, "TIME",
		"Length of the warm-up, whose frames are not counted", .preset = "1s", .min = 0,
		.max = OPTIONS_HOUR_S),
	ROW(TIME, drain_ns, "drain", 0, "TIME",
		"Wait for outstanding frames after the measurement phase (RFC 2544 section 23)",
		.preset = "2s", .min = 0, .max = OPTIONS_HOUR_S),
	OPTIONS_WAIT_ROWS,
	ROW(SWITCH, ipdv, "ipdv", 0, NULL,
		"Record the delay variation between consecutive frames, RFC 3393 (costs receiver "
		"time)"),
	ROW(INT, reps, "reps", 'n', "N", "Repetitions of each trial", .preset = "1", .min = 1,
		.max = 10000),
	ROW(INT, rep, "rep", 0, "N", "Number of the only repetition to measure", .min = 0,
		.max = 9999),
	OPTION_GROUP("Output"),
	OPTIONS_RESULT_ROWS,
	ROW(WORD, format, "format", 'f', "FORMAT", "Output format", .preset = "text",
		WORDS("text", "csv", "json", "jsonl")),
	ROW(SWITCH, all_guests, "all-guests", 'a', NULL,
		"Print all guests, not only the best and the worst"),
	ROW(FILE, capture, "capture", 0, "FILE",
		"Write the frames sent to a pcap file (up to 256 MiB)"),
	OPTIONS_TALK_ROWS,
	{ 0 },
};

/*
 * A key of [tsim] or [search] sets its option. What another command of tsim has no use for is not for
 * it: one file serves all.
 */
static gboolean read_key(const struct ini *file, const char *group, const char *key,
	struct options *o, GError **error)
{
	gboolean search = g_str_equal(group, SEARCH_GROUP);
	const struct option_row *row = option_find(o->rows, key);
	g_autofree char *where = NULL;
	g_autofree char *value = ini_get(file, group, key, &where, error);

	if (value == NULL)
		return FALSE;
	if (row != NULL && !(row->flags & OPTION_NO_KEY))
		return option_set(row, o, where, value, error);
	if (o->rows == options_rows ? search : !search && option_find(options_rows, key) != NULL)
		return TRUE;
	return sim_fail(error, SIM_ERROR_USAGE,
		"%s: unknown key; expected a long option of 'tsim %s --help'", where,
		search ? "search" : "run");
}

static gboolean read_config(const char *path, struct options *o, GError **error)
{
	static const char *const groups[] = { CONFIG_GROUP, SEARCH_GROUP };
	struct ini *file = ini_read(path, error);
	gboolean good = file != NULL;

	for (const char *const *g = good ? ini_sections(file) : NULL; good && *g != NULL; g++) {
		g_autofree char *where = ini_where(file, *g);

		good = g_str_equal(*g, CONFIG_GROUP) || g_str_equal(*g, SEARCH_GROUP) ||
		       testbed_group_known(*g);
		if (!good)
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
				"%s: unknown section [%s]; expected [" CONFIG_GROUP
				"] or [" SEARCH_GROUP
				"] (options of tsim), [host], [guest] or [loadgen] (machines of a "
				"testbed)",
				where, *g);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(groups); i++)
		for (const char *const *k = good ? ini_keys(file, groups[i]) : NULL;
			good && k != NULL && *k != NULL; k++)
			good = read_key(file, groups[i], *k, o, error);
	ini_free(file);
	if (!good)
		g_prefix_error(error, "--config: ");
	return good;
}

/* The value of a key; several goals stand side by side. NULL: it has none. Newly allocated. */
static char *key_text(const struct option_row *row, const struct options *o)
{
	char **texts = row->type == OPTION_TEXTS ? G_STRUCT_MEMBER(char **, o, row->at) : NULL;

	if (row->flags & OPTION_NO_KEY)
		return NULL;
	return texts != NULL && option_find(options_rows, row->name) == NULL
		       ? g_strjoinv(" ", texts)
		       : option_text(row, o);
}

/* A dollar begins a reference in a config file; two are one. */
static void print_keys(const char *group, gboolean search, const struct options *o)
{
	printf("[%s]\n", group);
	for (const struct option_row *row = o->rows; row->name != NULL; row++) {
		gboolean own = option_find(options_rows, row->name) == NULL;
		g_autofree char *value = own == search ? key_text(row, o) : NULL;
		g_auto(GStrv) parts = value == NULL ? NULL : g_strsplit(value, "$", -1);
		g_autofree char *text = value == NULL ? NULL : g_strjoinv("$$", parts);

		if (text != NULL)
			printf("%s=%s\n", row->name, text);
	}
}

static void print_config(const struct options *o)
{
	print_keys(CONFIG_GROUP, FALSE, o);
	if (o->rows != options_rows)
		print_keys(SEARCH_GROUP, TRUE, o);
}

char **options_words(const struct options *o)
{
	static const char *const of_guests[] = { "machine", "interface", "vhost", "qemu",
		"ioregionfd", "reflector", "mac", "out", "label", NULL };
	GPtrArray *words = g_ptr_array_new();

	for (const struct option_row *row = o->rows; row->name != NULL; row++) {
		char **texts = row->type == OPTION_TEXTS ? G_STRUCT_MEMBER(char **, o, row->at)
							 : NULL;
		g_autofree char *value = NULL;

		if (row->flags & OPTION_NO_KEY || g_strv_contains(of_guests, row->name))
			continue;
		value = option_text(row, o);
		if (value != NULL)
			g_ptr_array_add(words, g_strdup_printf("--%s=%s", row->name, value));
		for (; texts != NULL && *texts != NULL; texts++)
			g_ptr_array_add(words, g_strdup_printf("--%s=%s", row->name, *texts));
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static char *quote_command_line(char **argv)
{
	GString *s = g_string_new("tsim");

	for (; *argv != NULL; argv++) {
		g_autofree char *quoted = g_shell_quote(*argv);

		g_string_append_printf(s, " %s",
			strpbrk(*argv, " \t\n'\"\\$`*?<>|&;()#~") == NULL ? *argv : quoted);
	}
	return g_string_free(s, FALSE);
}

static void begin_options(
	struct options *o, struct cores_place place, const struct option_row *rows)
{
	*o = (struct options){ .place = place, .rows = rows };
	option_init(options_rows, o);
	if (rows != options_rows)
		option_init(rows, o);
}

/* The command line; where it names a config file, on top of that. */
static gboolean parse_all(const struct cli_program *program, char **argv, struct cores_place place,
	const struct option_row *rows, struct options *o, GError **error)
{
	struct cli_call call;
	g_autofree char *config = NULL;
	struct option_line line;

	begin_options(o, place, rows);
	if (!cli_parse(program, argv, &call, error))
		return FALSE;
	config = g_strdup(((const struct options *)call.asked)->config);
	cli_call_clear(&call);
	if (config != NULL && !read_config(config, o, error)) {
		g_prefix_error(error, "tsim: ");
		if (g_ascii_isdigit(*config) && !g_file_test(config, G_FILE_TEST_EXISTS)) {
			g_autofree char *text = g_strdup((*error)->message);

			g_clear_error(error);
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
				"%s (-c is --config; use --cores for CPUs)", text);
		}
		return FALSE;
	}
	/* It has parsed before. */
	if (!option_parse(rows, o, argv + (*argv != NULL && **argv != '-'), &line, error))
		return FALSE;
	option_line_clear(&line);
	return TRUE;
}

/* An error of an option whose value is the config file's names that place, too. */
static void name_config(const struct options *o, GError **error)
{
	const char *text = (*error)->message;
	g_autofree char *name = NULL, *where = NULL, *value = NULL, *used = NULL;
	const struct option_row *row;
	struct ini *file;

	if (o->config == NULL || !g_str_has_prefix(text, "--"))
		return;
	name = g_strndup(text + 2, strcspn(text + 2, ":,= "));
	row = option_find(o->rows, name);
	if (row == NULL || (file = ini_read(o->config, NULL)) == NULL)
		return;
	value = ini_get(file, option_find(options_rows, name) == NULL ? SEARCH_GROUP : CONFIG_GROUP,
		name, &where, NULL);
	used = key_text(row, o);
	if (value != NULL && g_strcmp0(value, used) == 0)
		g_prefix_error(error, "--config: %s: ", where);
	ini_free(file);
}

int options_parse(const struct cli_program *program, char **argv, struct cores_place place,
	const struct options_kind *kind, struct options *o, gboolean *done)
{
	g_autoptr(GError) error = NULL;
	gboolean parsed = parse_all(program, argv, place, kind->rows, o, &error);

	*done = FALSE;
	if (parsed)
		o->command_line = quote_command_line(argv);
	if (!parsed || !options_check(o, &error) ||
		(kind->check != NULL && !kind->check(o, &error))) {
		if (parsed)
			name_config(o, &error);
		kind->clear(o);
		fprintf(stderr, "%s%s\n", parsed ? "tsim: " : "", error->message);
		return CLI_USAGE;
	}
	if (o->print_config)
		print_config(o);
	*done = o->print_config || o->check;
	return CLI_DONE;
}

gboolean options_parse_words(const char *const *words, const struct options_kind *kind,
	struct options *o, GError **error)
{
	g_auto(GStrv) argv = g_strdupv((char **)(uintptr_t)words);
	g_autoptr(GError) why = NULL;
	struct option_line line;

	begin_options(o, (struct cores_place){ .count = 1 }, kind->rows);
	if (!option_parse(kind->rows, o, argv, &line, &why)) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", why->message);
	} else {
		option_line_clear(&line);
		if (options_check(o, error) && (kind->check == NULL || kind->check(o, error)))
			return TRUE;
	}
	kind->clear(o);
	return FALSE;
}

const struct options_kind options_of_run = { .rows = options_rows, .clear = options_clear };

void options_clear(struct options *o)
{
	option_clear(options_rows, o);
	options_forget(o);
	g_free(o->command_line);
	*o = (struct options){ 0 };
}
