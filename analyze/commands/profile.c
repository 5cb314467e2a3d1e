/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze profile from-pcap: the frame lengths of a capture as profile files. */
#include <stdio.h>
#include <string.h>

#include "analyze/commands/commands.h"
#include "analyze/base/error.h"
#include "analyze/base/file.h"
#include "traffic/pcap_sizes.h"
#include "analyze/base/text.h"

/* What was asked for, and what came of it. */
struct job {
	char *output, *direction;
	int by;     /* index in kinds; -1: one profile */
	int format; /* enum cli_format; -1: not given */
	int nb_classes;
	struct pcap_sizes_options options;
};

static gboolean check_words(struct job *j, char **words, GError **error)
{
	if (strcmp(words[0], "from-pcap") != 0)
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"profile: expected 'from-pcap FILE', got '%s'", words[0]);
	if (j->format >= 0 && j->by < 0) {
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX, "--format requires --by");
	}
	if (j->by >= 0)
		j->options.by = j->by == 0 ? PCAP_SIZES_BY_MAC : PCAP_SIZES_BY_IP;
	return j->direction == NULL || pcap_sizes_direction(j->direction, &j->options, error);
}

/* A file that says something else is somebody's work: it stays, and that is an error. */
static gboolean may_write(const char *path, const char *text, gboolean *same, GError **error)
{
	g_autofree char *there = NULL;
	gsize len;

	*same = FALSE;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return TRUE;
	if (g_file_get_contents(path, &there, &len, NULL) && len == strlen(text) &&
		memcmp(there, text, len) == 0) {
		*same = TRUE;
		return TRUE;
	}
	return analyze_fail(error, ANALYZE_ERROR_IO,
		"%s: exists with different content: not overwritten; remove it, or use another "
		"--output",
		path);
}

static gboolean add_file(file_set *set, const char *path, const char *text, GError **error)
{
	gboolean same;

	return may_write(path, text, &same, error) &&
	       (same || file_set_add(set, path, text, strlen(text), error));
}

/* "trace-52-54-00-fa-00-60.csv": a name that is a path part and a profile's name. */
static char *host_file(const char *capture, const struct pcap_sizes_host *h)
{
	g_autofree char *base = g_path_get_basename(capture);
	g_autofree char *stem = NULL, *host = text_file_part(h->name);
	char *dot = strrchr(base, '.');

	if (dot != NULL && dot != base)
		*dot = '\0';
	stem = text_file_part(base);
	g_strdelimit(stem, ".", '-');
	g_strdelimit(host, ".", '-');
	return g_strdup_printf("%s-%s.csv", stem, host);
}

struct host_row {
	const char *name, *file; /* file NULL: none */
	uint64_t frames, bytes;
	guint lengths; /* different ones */
	double mean, profile_mean;
};

#define AT(member_) .at = offsetof(struct host_row, member_)

static const struct table_column host_columns[] = {
	{ "host", NULL, TABLE_TEXT, AT(name), .flags = TABLE_KEY },
	{ "frames", NULL, TABLE_COUNT, AT(frames) },
	{ "bytes", NULL, TABLE_COUNT, AT(bytes) },
	{ "mean_frame_bytes", "mean size", TABLE_REAL, AT(mean), .format = "%.2f" },
	{ "lengths", NULL, TABLE_NUMBER, AT(lengths) },
	{ "profile_mean_bytes", NULL, TABLE_REAL, AT(profile_mean), .flags = TABLE_HIDDEN },
	{ "file", NULL, TABLE_TEXT, AT(file) },
};

/* One file a host, all or none; what has no address is in the table alone. */
static gboolean write_hosts(
	const struct job *j, const char *capture, const pcap_sizes *s, table *t, GError **error)
{
	const char *dir = j->output != NULL ? j->output : ".";
	g_autoptr(file_set) set = file_set_new();

	if (!file_make_folder(dir, error))
		return FALSE;
	table_columns(t, host_columns, G_N_ELEMENTS(host_columns));
	for (guint i = 0; i < s->hosts->len; i++) {
		const struct pcap_sizes_host *h = g_ptr_array_index(s->hosts, i);
		double mean;
		g_autofree char *text = pcap_sizes_profile(s, h, (unsigned)j->nb_classes, &mean);
		g_autofree char *name = host_file(capture, h);
		g_autofree char *path = h->name[0] != '\0' ? g_build_filename(dir, name, NULL)
							   : NULL;

		if (path != NULL && !add_file(set, path, text, error))
			return FALSE;
		table_add(t, &(struct host_row){ h->name[0] != '\0' ? h->name : "(none)", path,
				     h->frames, h->bytes, g_hash_table_size(h->counts),
				     (double)h->bytes / (double)h->frames, mean });
	}
	return file_set_publish(set, error);
}

static gboolean write_one(const struct job *j, const pcap_sizes *s, GError **error)
{
	g_autofree char *text = pcap_sizes_profile(
		s, g_ptr_array_index(s->hosts, 0), (unsigned)j->nb_classes, NULL);
	g_autoptr(file_set) set = NULL;
	gboolean plain;

	if (j->output == NULL) {
		fputs(text, stdout);
		return TRUE;
	}
	set = file_set_new();
	if (!add_file(set, j->output, text, error) || !file_set_publish(set, error))
		return FALSE;
	plain = strchr(j->output, '/') == NULL && !g_str_has_suffix(j->output, ".csv");
	fprintf(stderr, "%s: wrote %s; use it with tsim --profile %s%s\n", COMMANDS_PROGRAM,
		j->output, plain ? "./" : "", j->output);
	return TRUE;
}

/* What is not as it was on the wire. */
static int say_notes(const pcap_sizes *s)
{
	if (s->nb_padded > 0)
		fprintf(stderr,
			"%s: note: %s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" frames captured before padding; counted as 64 bytes\n",
			COMMANDS_PROGRAM, s->path, (guint64)s->nb_padded, (guint64)s->frames);
	if (s->nb_cut > 0)
		fprintf(stderr,
			"%s: note: %s: %" G_GUINT64_FORMAT
			" frames truncated before their addresses; capture at least 64 bytes per "
			"frame\n",
			COMMANDS_PROGRAM, s->path, (guint64)s->nb_cut);
	if (s->nb_long == 0)
		return CLI_DONE;
	fprintf(stderr,
		"%s: warning: %s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		" frames longer than %d bytes (segmentation offload of the host), counted as that "
		"size; capture after 'ethtool -K INTERFACE tso off gso off gro off', or on another "
		"host\n",
		COMMANDS_PROGRAM, s->path, (guint64)s->nb_long, (guint64)s->frames, FRAME_LEN_MAX);
	return CLI_NOT_TRUSTWORTHY;
}

static int convert_capture(const struct job *j, const char *capture)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(pcap_sizes) s = pcap_sizes_open(capture, &j->options, &error);
	g_autoptr(table) t = table_new();

	if (s == NULL ||
		!(j->by >= 0 ? write_hosts(j, capture, s, t, &error) : write_one(j, s, &error)))
		return cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	if (j->by >= 0) {
		g_autofree char *text = table_format(
			t, j->format < 0 ? CLI_TEXT : (enum cli_format)j->format);

		fputs(text, stdout);
	}
	return say_notes(s);
}

static int run_profile(void *user, char **words)
{
	struct job *j = user;
	g_autoptr(GError) error = NULL;
	int result = check_words(j, words, &error) ? convert_capture(j, words[1])
						   : cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);

	g_free(j->options.direction);
	return result;
}

static const char *const kinds[] = { "host", "ip", NULL };

#define ROW(type, member, ...) OPTION_ROW(type, struct job, member, __VA_ARGS__)

static const struct option_row rows[] = {
	OPTION_GROUP("Frames"),
	ROW(TEXT, direction, "direction", 0, "HOST:out|in",
		"Only frames sent (:out) or received (:in) by a MAC, IPv4 or IPv6 address (default "
		"all)",
		.was = 'D'),
	ROW(WORD, by, "by", 'b', "host|ip",
		"One profile per source, and a table: host (MAC address) or ip (default: one "
		"profile)",
		.words = kinds),
	OPTION_GROUP("Output"),
	ROW(INT, nb_classes, "classes", 0, "N",
		"Rows per profile: the most frequent lengths, and ranges of all others", .was = 'c',
		.preset = "64", .min = 1, .max = PCAP_SIZES_CLASSES),
	ROW(FILE, output, "output", 'o', "PATH",
		"Profile (default: standard output); with --by, directory (default: current "
		"directory)"),
	ROW(WORD, format, "format", 'f', "FORMAT",
		"Format of the --by table: text, csv or json (default text)", .words = cli_formats),
	{ 0 },
};

COMMANDS_COMMAND(profile, struct job, rows, .arguments = "from-pcap FILE", .min_words = 2,
	.max_words = 2, .summary = "Make size profiles from a packet capture");
