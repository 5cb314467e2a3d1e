/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/option.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/base/error.h"

static gboolean G_GNUC_PRINTF(4, 5)
	bad_value(GError **error, const char *where, const char *word, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	return error_set(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"%s: expected %s, got '%s'", where, what, text_quote(word).text);
}

static void *place_of(const struct option_row *row, const void *base)
{
	return (char *)(uintptr_t)base + row->at;
}

static gboolean is_text(const struct option_row *row)
{
	return row->type == OPTION_TEXT || row->type == OPTION_CHOICE || row->type == OPTION_FILE ||
	       row->type == OPTION_DIR;
}

static int unset_int(const struct option_row *row)
{
	return row->type == OPTION_WORD || row->min <= 0 ? -1 : 0;
}

const struct option_row *option_find(const struct option_row *rows, const char *name)
{
	for (const struct option_row *row = rows; row->name != NULL; row++)
		if (row->type != OPTION_HEADING && row->type != OPTION_REST &&
			strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* Index of word in the row's words; -1 and error. */
static int choose_word(
	const struct option_row *row, const char *where, const char *word, GError **error)
{
	g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)row->words);
	g_autofree char *hint = text_did_you_mean(word, row->words);

	for (int i = 0; row->words[i] != NULL; i++)
		if (strcmp(row->words[i], word) == 0)
			return i;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"%s: invalid value '%s'%s; expected %s", where, text_quote(word).text, hint, all);
	return -1;
}

/* As a double 2^63 - 1 would be 2^63. */
static uint64_t max_uint64(const struct option_row *row)
{
	return row->max > 0 ? (uint64_t)row->max : G_MAXINT64;
}

static gboolean in_range(const struct option_row *row, double v)
{
	return (v > row->min || (v == row->min && !(row->flags & OPTION_ABOVE))) &&
	       (v < row->max || (v == row->max && !(row->flags & OPTION_BELOW)));
}

/* "above 50 and below 100", "from 0 to 10". */
static char *range_words(const struct option_row *row)
{
	/* By OPTION_ABOVE and OPTION_BELOW. */
	static const char *const to[] = { "to", "up to", "to below", "and below" };
	const char *from = row->flags & OPTION_ABOVE ? "above" : "from";

	if (isinf(row->max))
		return g_strdup_printf("%s %g", from, row->min);
	return g_strdup_printf("%s %g %s %g", from, row->min,
		to[row->flags & (OPTION_ABOVE | OPTION_BELOW)], row->max);
}

/* Of INT, UINT64 and NUMBER. */
static gboolean set_number(
	const struct option_row *row, void *at, const char *where, const char *word, GError **error)
{
	g_autofree char *range = range_words(row);
	gint64 whole;
	double v;

	if (row->type == OPTION_UINT64)
		return text_uint(word, max_uint64(row), at) ||
		       bad_value(error, where, word, "an integer from 0 to %" PRIu64,
			       max_uint64(row));
	if (row->type == OPTION_INT) {
		if (!g_ascii_string_to_signed(
			    word, 10, (gint64)row->min, (gint64)row->max, &whole, NULL))
			return bad_value(error, where, word, "an integer from %.0f to %.0f",
				row->min, row->max);
		*(int *)at = (int)whole;
		return TRUE;
	}
	if (!text_number(word, &v) || !in_range(row, v))
		return bad_value(error, where, word, "a number %s", range);
	*(double *)at = v;
	return TRUE;
}

static gboolean set_share(const struct option_row *row, double *at, const char *where,
	const char *word, GError **error)
{
	double v;

	if (!text_share(word, &v))
		return bad_value(error, where, word, "a share such as 0.05 or 5%%");
	if (v < row->min || v >= 1)
		return bad_value(error, where, word, "a share from %g to less than 1", row->min);
	*at = v;
	return TRUE;
}

static gboolean set_time(const struct option_row *row, uint64_t *at, const char *where,
	const char *word, GError **error)
{
	g_autofree char *why = text_duration_fault(
		word, (uint64_t)(row->min * 1e9), (uint64_t)(row->max * 1e9), at);

	if (why == NULL)
		return TRUE;
	return error_set(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"%s: invalid time '%s': %s", where, text_quote(word).text, why);
}

static void append_word(char ***list, const char *word)
{
	guint nb = *list == NULL ? 0 : g_strv_length(*list);

	*list = g_renew(char *, *list, nb + 2);
	(*list)[nb] = g_strdup(word);
	(*list)[nb + 1] = NULL;
}

gboolean option_set(const struct option_row *row, void *base, const char *where, const char *word,
	GError **error)
{
	void *at = place_of(row, base);
	int index;

	if (*word == '\0')
		return error_set(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			"%s: empty value; expected %s", where,
			row->type == OPTION_SWITCH ? "true or false" : row->metavar);
	/* Results hold what was said, and JSON is UTF-8. */
	if (!g_utf8_validate(word, -1, NULL))
		return error_set(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			"%s: '%s' is not valid UTF-8", where, text_quote(word).text);
	switch (row->type) {
	case OPTION_SWITCH:
		return text_switch(word, at) || bad_value(error, where, word, "true or false");
	case OPTION_INT:
	case OPTION_UINT64:
	case OPTION_NUMBER:
		return set_number(row, at, where, word, error);
	case OPTION_SHARE:
		return set_share(row, at, where, word, error);
	case OPTION_TIME:
		return set_time(row, at, where, word, error);
	case OPTION_WORD:
		index = choose_word(row, where, word, error);
		if (index >= 0)
			*(int *)at = index;
		return index >= 0;
	case OPTION_CHOICE:
		if (choose_word(row, where, word, error) < 0)
			return FALSE;
		/* fall through */
	case OPTION_TEXT:
	case OPTION_FILE:
	case OPTION_DIR:
		g_free(*(char **)at);
		*(char **)at = g_strdup(word);
		return TRUE;
	case OPTION_TEXTS:
	case OPTION_FILES:
	case OPTION_REST:
		append_word(at, word);
		return TRUE;
	case OPTION_HEADING:
		break;
	}
	g_assert_not_reached();
}

void option_init(const struct option_row *rows, void *base)
{
	for (const struct option_row *row = rows; row->name != NULL; row++) {
		void *at = place_of(row, base);

		if (row->type == OPTION_INT || row->type == OPTION_WORD)
			*(int *)at = unset_int(row);
		else if (row->type == OPTION_TIME)
			*(uint64_t *)at = UINT64_MAX;
		if (row->preset != NULL && !is_text(row) &&
			!option_set(row, base, row->name, row->preset, NULL))
			g_assert_not_reached();
	}
}

void option_finish(const struct option_row *rows, void *base)
{
	for (const struct option_row *row = rows; row->name != NULL; row++) {
		const struct option_row *other = row->unless == NULL
							 ? NULL
							 : option_find(rows, row->unless);
		char **at = place_of(row, base);

		if (is_text(row) && *at == NULL && !(row->flags & OPTION_LATE) &&
			(other == NULL || *(char **)place_of(other, base) == NULL))
			*at = g_strdup(row->preset);
	}
}

void option_clear(const struct option_row *rows, void *base)
{
	for (const struct option_row *row = rows; row->name != NULL; row++) {
		char **at = place_of(row, base);

		if (is_text(row))
			g_clear_pointer(at, g_free);
		else if (row->type == OPTION_TEXTS || row->type == OPTION_FILES ||
			 row->type == OPTION_REST)
			g_clear_pointer((char ***)(void *)at, g_strfreev);
	}
}

char *option_text(const struct option_row *row, const void *base)
{
	const void *at = place_of(row, base);
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	switch (row->type) {
	case OPTION_SWITCH:
		return g_strdup(*(const gboolean *)at ? "true" : "false");
	case OPTION_WORD:
		return *(const int *)at < 0 ? NULL : g_strdup(row->words[*(const int *)at]);
	case OPTION_INT:
		if (row->preset == NULL && *(const int *)at == unset_int(row))
			return NULL;
		return g_strdup_printf("%d", *(const int *)at);
	case OPTION_UINT64:
		return g_strdup_printf("%" PRIu64, *(const uint64_t *)at);
	case OPTION_NUMBER:
	case OPTION_SHARE:
		return g_strdup(
			g_ascii_formatd(number, sizeof(number), "%.15g", *(const double *)at));
	case OPTION_TIME:
		return *(const uint64_t *)at == UINT64_MAX
			       ? NULL
			       : text_duration_format(*(const uint64_t *)at);
	default:
		return is_text(row) ? g_strdup(*(char *const *)at) : NULL;
	}
}

const char *option_preset(const struct option_row *rows, const char *name)
{
	return option_find(rows, name)->preset;
}

gboolean option_is_preset(const struct option_row *rows, const void *base, const char *name)
{
	const struct option_row *row = option_find(rows, name);
	g_autofree char *text = option_text(row, base);

	return text == NULL || g_strcmp0(text, row->preset) == 0;
}

/* A command line that is being parsed. */
struct parser {
	const struct option_row *rows;
	void *base;
	char **next; /* word */
	struct option_line *line;
	GError **error;
};

static gboolean unknown_option(const struct parser *p, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;
	const char *near;

	for (const struct option_row *row = p->rows; row->name != NULL; row++)
		if (row->type != OPTION_HEADING && row->type != OPTION_REST)
			g_ptr_array_add(names, (gpointer)(uintptr_t)row->name);
	g_ptr_array_add(names, NULL);
	near = text_nearest(name, (const char *const *)names->pdata);
	hint = text_suggestion("--", near);
	return error_set(p->error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
		"unknown option '--%s'%s", text_quote(name).text, hint);
}

/* Is word a long option of the table, or --help? */
static gboolean is_option(const struct option_row *rows, const char *word)
{
	g_autofree char *name = NULL;

	if (!g_str_has_prefix(word, "--"))
		return FALSE;
	name = g_strndup(word + 2, strcspn(word + 2, "="));
	return strcmp(name, "help") == 0 || option_find(rows, name) != NULL;
}

/* Sets an option to what is attached to it, or else to the next word. */
static gboolean set_from(struct parser *p, const struct option_row *row, const char *attached)
{
	g_autofree char *where = g_strconcat("--", row->name, NULL);
	const char *word = attached;

	if (word == NULL && (*p->next == NULL || is_option(p->rows, *p->next)))
		return error_set(p->error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			"%s: missing value; expected %s", where, row->metavar);
	if (word == NULL)
		word = *p->next++;
	return option_set(row, p->base, where, word, p->error);
}

static gboolean parse_long(struct parser *p, const char *arg)
{
	const char *equals = strchr(arg, '=');
	g_autofree char *name = g_strndup(arg, strcspn(arg, "="));
	const struct option_row *row = option_find(p->rows, name);
	gboolean negated = row == NULL && g_str_has_prefix(name, "no-");

	if (strcmp(arg, "help") == 0)
		return p->line->help = TRUE;
	if (negated)
		row = option_find(p->rows, name + strlen("no-"));
	if (row == NULL || (negated && (row->type != OPTION_SWITCH || equals != NULL)))
		return unknown_option(p, name);
	if (row->type == OPTION_SWITCH && equals == NULL)
		return set_from(p, row, negated ? "false" : "true");
	return set_from(p, row, equals == NULL ? NULL : equals + 1);
}

static gboolean unknown_letter(const struct parser *p, char letter)
{
	const struct option_row *row = p->rows;
	g_autofree char *hint = NULL;

	while (row->name != NULL && row->was != letter)
		row++;
	hint = text_suggestion("--", row->name);
	return error_set(p->error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
		"unknown option '-%s'%s", text_quote((const char[]){ letter, '\0' }).text, hint);
}

/* "-q", "-qa", "-r500k". */
static gboolean parse_letters(struct parser *p, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct option_row *row = p->rows;

		if (*letters == 'h') {
			p->line->help = TRUE;
			continue;
		}
		while (row->name != NULL && row->letter != *letters)
			row++;
		if (row->name == NULL)
			return unknown_letter(p, *letters);
		if (row->type != OPTION_SWITCH)
			return set_from(p, row, letters[1] == '\0' ? NULL : letters + 1);
		if (!set_from(p, row, "true"))
			return FALSE;
	}
	return TRUE;
}

/* Behind "--": what the command passes on, or else words. */
static void parse_rest(struct parser *p)
{
	const struct option_row *row = p->rows;

	while (row->name != NULL && row->type != OPTION_REST)
		row++;
	for (; *p->next != NULL; p->next++) {
		if (row->name != NULL)
			append_word(place_of(row, p->base), *p->next);
		else
			g_ptr_array_add(p->line->words, *p->next);
	}
}

/* Not getopt_long: its state is global, and it takes the beginnings of options for them. */
gboolean option_parse(const struct option_row *rows, void *base, char **argv,
	struct option_line *line, GError **error)
{
	struct parser p = { rows, base, argv, line, error };
	gboolean good = TRUE;

	*line = (struct option_line){ .words = g_ptr_array_new() };
	while (good && *p.next != NULL) {
		char *arg = *p.next++;

		if (strcmp(arg, "--") == 0)
			parse_rest(&p);
		else if (g_str_has_prefix(arg, "--"))
			good = parse_long(&p, arg + 2);
		else if (arg[0] == '-' && arg[1] != '\0')
			good = parse_letters(&p, arg + 1);
		else
			g_ptr_array_add(line->words, arg);
	}
	g_ptr_array_add(line->words, NULL);
	line->words->len--;
	if (!good)
		option_line_clear(line);
	return good;
}

void option_line_clear(struct option_line *line)
{
	g_clear_pointer(&line->words, g_ptr_array_unref);
}

/* ": a, b or c". */
static void append_words(GString *to, const char *const *words)
{
	for (guint i = 0; words[i] != NULL; i++)
		g_string_append_printf(to, "%s%s",
			i == 0                 ? ": "
			: words[i + 1] == NULL ? " or "
					       : ", ",
			words[i]);
}

/* ", 1 to 64"; NULL: nothing worth to be said. */
static char *help_range(const struct option_row *row)
{
	g_autofree char *least = NULL, *most = NULL;

	if (row->type == OPTION_INT && row->max < G_MAXINT)
		return g_strdup_printf(", %.0f to %.0f", row->min, row->max);
	if (row->type == OPTION_UINT64)
		return g_strdup_printf(", 0 to %" PRIu64, max_uint64(row));
	if (row->type == OPTION_NUMBER) {
		least = range_words(row);
		return g_strdup_printf(", %s", least);
	}
	if (row->type != OPTION_TIME)
		return NULL;
	least = text_duration_format((uint64_t)(row->min * 1e9));
	most = text_duration_format((uint64_t)(row->max * 1e9));
	return g_strdup_printf(", %s to %s", least, most);
}

char *option_help(const struct option_row *row)
{
	GString *s = g_string_new(row->help);
	g_autofree char *range = help_range(row);

	if ((row->type == OPTION_WORD || row->type == OPTION_CHOICE) && strchr(s->str, ':') == NULL)
		append_words(s, row->words);
	if (range != NULL) {
		const char *tail = strstr(s->str, " (default");

		g_string_insert(s, tail == NULL ? -1 : tail - s->str, range);
	}
	if (row->type == OPTION_TEXTS || row->type == OPTION_FILES)
		g_string_append(s, " (repeatable)");
	if (row->preset != NULL)
		g_string_append_printf(s, " (default %s)", row->preset);
	return g_string_free(s, FALSE);
}
