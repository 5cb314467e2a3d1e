/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/base/error.h"

enum { QUOTE_MAX = 48, FILE_PART_MAX = 60, HASH_LEN = 8, NEAREST_LEN_MAX = 64 };

static size_t scan_digits(const char *text)
{
	return strspn(text, G_CSET_DIGITS);
}

size_t text_scan_number(const char *text, double *out)
{
	size_t n = text[0] == '-' || text[0] == '+', digits = scan_digits(text + n);

	n += digits;
	if (text[n] == '.' && g_ascii_isdigit(text[n + 1])) {
		digits = scan_digits(text + n + 1);
		n += 1 + digits;
	}
	if (digits == 0)
		return 0;
	if (text[n] == 'e' || text[n] == 'E') {
		size_t sign = text[n + 1] == '-' || text[n + 1] == '+';

		digits = scan_digits(text + n + 1 + sign);
		if (digits > 0)
			n += 1 + sign + digits;
	}
	g_autofree char *number = g_strndup(text, n);

	*out = g_ascii_strtod(number, NULL);
	return n;
}

gboolean text_number(const char *text, double *out)
{
	double value;
	size_t n = text_scan_number(text, &value);

	if (n == 0 || text[n] != '\0' || !isfinite(value))
		return FALSE;
	*out = value;
	return TRUE;
}

gboolean text_share(const char *text, double *out)
{
	g_autofree char *number = g_strdup(text);
	size_t len = strlen(number);
	gboolean percent = len > 0 && number[len - 1] == '%';
	double v;

	if (percent)
		number[len - 1] = '\0';
	if (!text_number(g_strstrip(number), &v))
		return FALSE;
	*out = percent ? v / 100 : v;
	return TRUE;
}

gboolean text_switch(const char *text, gboolean *out)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_ascii_strcasecmp(text, words[i]) == 0) {
			*out = i % 2 == 1;
			return TRUE;
		}
	}
	return FALSE;
}

gboolean text_uint(const char *text, uint64_t max, uint64_t *out)
{
	guint64 value;

	if (!g_ascii_isdigit(text[0]) ||
		!g_ascii_string_to_unsigned(text, 10, 0, max, &value, NULL))
		return FALSE;
	*out = value;
	return TRUE;
}

static const struct {
	const char *name;
	uint64_t ns;
} time_units[] = { { "h", 3600000000000 }, { "min", 60000000000 }, { "s", 1000000000 },
	{ "ms", 1000000 }, { "us", 1000 }, { "ns", 1 } };

gboolean text_duration(const char *text, double *ns)
{
	double value;
	size_t n = text_scan_number(text, &value);

	for (size_t i = 0; n > 0 && i < G_N_ELEMENTS(time_units); i++) {
		if (strcmp(text + n, time_units[i].name) != 0)
			continue;
		value *= (double)time_units[i].ns;
		if (!(value >= 0.0) || !isfinite(value))
			return FALSE;
		*ns = value;
		return TRUE;
	}
	return FALSE;
}

char *text_duration_format(uint64_t ns)
{
	guint i = ns == 0 ? 2 : 0;

	while (ns % time_units[i].ns != 0)
		i++;
	return g_strdup_printf("%" PRIu64 "%s", ns / time_units[i].ns, time_units[i].name);
}

char *text_duration_fault(const char *text, uint64_t min_ns, uint64_t max_ns, uint64_t *ns)
{
	const char *units = "(ns, us, ms, s, min, h)";
	g_autofree char *least = text_duration_format(min_ns), *most = text_duration_format(max_ns);
	double v;
	size_t n = text_scan_number(text, &v);

	if (n == 0)
		return g_strdup("expected a number with its unit, such as 500ms, 10s or 2h");
	if (text[n] == '\0')
		return g_strdup_printf("unit missing %s", units);
	if (v < 0)
		return g_strdup("negative");
	if (text[n] == ',')
		return g_strdup("the decimal separator is '.'");
	if (!text_duration(text, &v))
		return isfinite(v) ? g_strdup_printf("unknown unit '%s' %s", text + n, units)
				   : g_strdup_printf("above %s", most);
	if (v < (double)min_ns)
		return g_strdup_printf("below %s", least);
	if (v > (double)max_ns)
		return g_strdup_printf("above %s", most);
	*ns = (uint64_t)v;
	return NULL;
}

struct text_quoted text_quote(const char *text)
{
	struct text_quoted quoted;
	size_t len = strnlen(text, QUOTE_MAX + 1);
	gboolean cut = len > QUOTE_MAX;
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)MIN(len, QUOTE_MAX));

	for (char *p = valid; *p != '\0'; p++)
		if (g_ascii_iscntrl(*p))
			*p = '?';
	g_snprintf(quoted.text, sizeof(quoted.text), "%s%s", valid, cut ? "..." : "");
	return quoted;
}

char *text_file_part(const char *text)
{
	GString *s = g_string_new(text);

	for (size_t i = 0; i < s->len; i++)
		if (!g_ascii_isalnum(s->str[i]) && s->str[i] != '.')
			s->str[i] = '-';
	if (s->len == 0 || s->str[0] == '.')
		g_string_prepend_c(s, '-');
	if (s->len > FILE_PART_MAX) {
		/* What is cut off still tells two names apart. */
		g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

		g_string_truncate(s, FILE_PART_MAX - HASH_LEN - 1);
		g_string_append_printf(s, "-%.*s", HASH_LEN, hash);
	}
	return g_string_free(s, FALSE);
}

/* Slips from a to b, in any case: letters missing, added, wrong, or swapped with their neighbour. */
static size_t count_slips(const char *a, const char *b)
{
	size_t width = strlen(b) + 1;
	g_autofree size_t *rows = g_new0(size_t, 3 * width);
	size_t *above = rows, *row = rows + width, *two_above = rows + 2 * width;

	for (size_t j = 0; j < width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t *oldest = two_above;

		two_above = above;
		above = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j < width; j++) {
			size_t change = above[j - 1] +
					(g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]));

			row[j] = MIN(change, MIN(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], two_above[j - 2] + 1);
		}
	}
	return row[width - 1];
}

const char *text_nearest(const char *word, const char *const *names)
{
	size_t len = strlen(word), least = MAX(1, (len + 1) / 3) + 1;
	const char *best = NULL, *begun = NULL;
	guint nb_begun = 0;

	if (len < 2 || len > NEAREST_LEN_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		size_t d = count_slips(word, *names);

		if (g_str_has_prefix(*names, word)) {
			begun = *names;
			nb_begun++;
		}
		if (d < least) {
			least = d;
			best = *names;
		}
	}
	return best == NULL && nb_begun == 1 ? begun : best;
}

char *text_suggestion(const char *prefix, const char *word)
{
	return word == NULL ? g_strdup("")
			    : g_strdup_printf(" (did you mean '%s%s'?)", prefix, word);
}

char *text_did_you_mean(const char *word, const char *const *names)
{
	return text_suggestion("", text_nearest(word, names));
}

char *text_last_line(const char *text)
{
	g_autofree char *all = g_strchomp(g_strdup(text));
	const char *nl = strrchr(all, '\n');

	return g_strdup(nl == NULL ? all : nl + 1);
}

char *text_read(const char *path, size_t max, size_t *len, GError **error)
{
	g_autofree char *shown = g_filename_display_name(path), *text = NULL;
	FILE *f = fopen(path, "re");
	int err = errno;
	size_t nb;

	if (f == NULL)
		return input_null(error, err == ENOENT ? INPUT_ERROR_NOT_FOUND : INPUT_ERROR_IO,
			"%s: open failed: %s; check the path", shown, g_strerror(err));
	text = g_malloc(max + 2);
	nb = fread(text, 1, max + 1, f);
	err = ferror(f) ? errno : 0;
	fclose(f);
	if (err == 0 && nb <= max) {
		text[nb] = '\0';
		*len = nb;
		return g_realloc(g_steal_pointer(&text), nb + 1);
	}
	if (err != 0)
		return input_null(
			error, INPUT_ERROR_IO, "%s: read failed: %s", shown, g_strerror(err));
	return input_null(
		error, INPUT_ERROR_RANGE, "%s: longer than %zu bytes; check the path", shown, max);
}

gboolean text_check(const char *path, const char *text, size_t len, GError **error)
{
	const char *bad;
	size_t i = 0;
	unsigned line = 1;

	g_utf8_validate_len(text, len, &bad);
	for (; i < (size_t)(bad - text); i++) {
		if (text[i] == '\n')
			line++;
		else if (g_ascii_iscntrl(text[i]) && text[i] != '\t' && text[i] != '\r')
			break;
	}
	if (i == len)
		return TRUE;
	return input_fail(error, INPUT_ERROR_SYNTAX,
		"%s:%u: invalid byte 0x%02x; expected plain UTF-8 text", path, line,
		(unsigned char)text[i]);
}

void text_copy_all(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
}
