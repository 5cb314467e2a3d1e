/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/option.h: the one table of a command's options. Its rows give parsing, ranges, defaults,
 * keys of config files, --help, the man page and completion. GLib only: programs in guests use it.
 */
#ifndef ANALYZE_BASE_OPTION_H
#define ANALYZE_BASE_OPTION_H

#include <stddef.h>

#include <glib.h>

/* What an option's place in the command's struct holds. */
enum option_type {
	OPTION_HEADING, /* no option: name heads the rows after it in --help */
	OPTION_SWITCH,  /* gboolean: --NAME, --no-NAME, --NAME=true|yes|on|1|false|no|off|0 */
	OPTION_TEXT,    /* char *; words, if any, are examples for completion */
	OPTION_CHOICE,  /* char *, one of words */
	OPTION_WORD,    /* int or enum: index in words; -1 if not given and without preset */
	OPTION_FILE,    /* char * */
	OPTION_DIR,     /* char * */
	OPTION_TEXTS,   /* char **: NULL, or what was given, once or several times */
	OPTION_FILES,   /* the same, of paths */
	OPTION_INT,     /* int, min to max; not given: 0, or -1 if 0 is in that range */
	OPTION_UINT64, /* uint64_t, 0 to max; max 0: to 2^63 - 1, as far as integers of JSON files go */
	OPTION_NUMBER, /* double, min to max; see OPTION_ABOVE and OPTION_BELOW */
	OPTION_SHARE,  /* double, min to below 1; as 0.05 or 5% */
	OPTION_TIME, /* uint64_t ns, min to max seconds; UINT64_MAX if not given, without preset */
	OPTION_REST, /* no option: char **, the words behind "--"; NULL if there are none */
};

enum option_flags {
	OPTION_ABOVE = 1,  /* NUMBER: min itself is too small */
	OPTION_BELOW = 2,  /* NUMBER: max itself is too large */
	OPTION_LATE = 8,   /* a text whose preset the command sets itself, where it has a meaning */
	OPTION_NO_KEY = 4, /* neither a key of config files nor printed as one */
};

struct option_row {
	const char *name; /* without "--"; NULL ends the table */
	char letter;      /* 0: none */
	char was;         /* letter that it once had, to be suggested; 0: none */
	enum option_type type;
	size_t at;          /* offsetof() in the command's struct */
	const char *preset; /* the default as a user would write it; NULL: none */
	const char *unless; /* option that, if given, leaves this one without its preset */
	double min, max;
	const char *const *words; /* NULL-terminated */
	const char *metavar;
	const char *help; /* a noun phrase; range, words and preset are added to it */
	unsigned flags;
};

/* A row that heads the following ones. */
#define OPTION_GROUP(text)                             \
	{                                              \
		.name = (text), .type = OPTION_HEADING \
	}

/* An option's row: what all have (letter 0: none), then what it has of its own: .preset = "1", .max = 9 */
#define OPTION_ROW(type_, struct_, member_, name_, letter_, metavar_, help_, ...)          \
	{                                                                                  \
		.type = OPTION_##type_, .at = offsetof(struct_, member_), .name = (name_), \
		.letter = (letter_), .metavar = (metavar_), .help = (help_), __VA_ARGS__   \
	}

/* Member words of such a row: OPTION_WORDS("on", "off"). */
#define OPTION_WORDS(...)              \
	.words = (const char *const[]) \
	{                              \
		__VA_ARGS__, NULL      \
	}

/* What a command line has beside options. */
struct option_line {
	GPtrArray *words; /* char *, borrowed from argv; NULL-terminated, len does not count that */
	gboolean help;    /* --help or -h is among them */
};

/* Errors of all functions: G_OPTION_ERROR; the text begins with the option. */

/* Sets every place to its preset, or to "not given"; texts only by option_finish. */
void option_init(const struct option_row *rows, void *base);
/* argv: without the command's name, NULL-terminated. TRUE: *line is to be cleared. */
gboolean option_parse(const struct option_row *rows, void *base, char **argv,
	struct option_line *line, GError **error);
void option_line_clear(struct option_line *line);
/* Presets of texts that were not given. */
void option_finish(const struct option_row *rows, void *base);
/* Frees what options hold. */
void option_clear(const struct option_row *rows, void *base);

/* NULL: no option has that name. */
const struct option_row *option_find(const struct option_row *rows, const char *name);
/* Sets one option to a word. where begins the error. */
gboolean option_set(const struct option_row *row, void *base, const char *where, const char *word,
	GError **error);
/* The value as one would write it, newly allocated; NULL if not given, and of TEXTS and FILES. */
char *option_text(const struct option_row *row, const void *base);
/* Is the value of the option of that name its preset, or not given? */
gboolean option_is_preset(const struct option_row *rows, const void *base, const char *name);
/* The preset of the option of that name. */
const char *option_preset(const struct option_row *rows, const char *name);
/* The help with range, words and preset. Newly allocated. */
char *option_help(const struct option_row *row);

#endif
