/* SPDX-License-Identifier: BSD-3-Clause */
/* Profile files: declarations in comments, then CSV rows. One line is one record. */
#include "traffic/profile.h"

#include <math.h>
#include <string.h>

#include <csv.h>

#include "analyze/base/error.h"
#include "traffic/frame.h"
#include "traffic/profile_private.h"
#include "analyze/base/text.h"

enum { FIELDS = 2 };

/* Weights beyond these are slips, and their sums and quotients would lose digits. */
static const double weight_min = 1e-9, weight_max = 1e15;

struct reader {
	const char *path;
	profile *p;
	unsigned line;
	unsigned declared; /* a bit for each of declarations */
	gboolean has_header;
	GArray *classes; /* struct profile_class */
	GByteArray *sequence;
	char *field[FIELDS]; /* of the record that is being read */
	unsigned nb_fields;
	GError *error; /* of a callback */
};

static const char *const unit_names[] = { "frame", "ip", "mbuf", NULL };
static const char *const weight_names[] = { "packets", "bytes", "bandwidth", NULL };
static const char *const mode_names[] = { "random", "ratio", "sequence", NULL };
static const char trace_name[] = "trace"; /* a mode that no file can ask for */

const char *profile_unit_name(enum profile_unit unit)
{
	return unit_names[unit];
}

const char *profile_weight_name(enum profile_weight weight)
{
	return weight_names[weight];
}

const char *profile_mode_name(enum profile_mode mode)
{
	return mode == PROFILE_TRACE ? trace_name : mode_names[mode];
}

/* What a file declares in comments. */
static const struct {
	const char *key;
	size_t at; /* in struct profile: an enum where there are words, else a text */
	const char *const *words; /* NULL: any text */
	const char *missing;      /* the line to add, for the error; NULL: it can be missing */
} declarations[] = {
	{ "unit", offsetof(profile, unit), unit_names, "'# unit: frame', ip or mbuf" },
	{ "weight", offsetof(profile, weight), weight_names,
		"'# weight: packets', bytes or bandwidth" },
	{ "mode", offsetof(profile, mode), mode_names, "'# mode: random', ratio or sequence" },
	{ "source", offsetof(profile, source), NULL, "'# source: where the numbers come from'" },
	{ "title", offsetof(profile, title), NULL, NULL },
	{ "unverified", offsetof(profile, unverified), NULL, NULL },
	{ "synthetic", offsetof(profile, synthetic), NULL, NULL },
};

static gboolean declare_key(struct reader *r, size_t i, const char *value)
{
	void *at = (char *)r->p + declarations[i].at;
	const char *const *words = declarations[i].words;
	unsigned k = 0;

	if (r->declared & 1U << i)
		return input_fail(
			&r->error, INPUT_ERROR_SYNTAX, "%s declared twice", declarations[i].key);
	r->declared |= 1U << i;
	if (words == NULL) {
		*(char **)at = g_strdup(value);
		return TRUE;
	}
	while (words[k] != NULL && strcmp(words[k], value) != 0)
		k++;
	if (words[k] == NULL) {
		g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)words);

		return input_fail(&r->error, INPUT_ERROR_SYNTAX, "unknown %s '%s'; expected %s",
			declarations[i].key, text_quote(value).text, list);
	}
	*(unsigned *)at = k; /* as large as an enum */
	return TRUE;
}

/* "# key: value", or a comment that is none of ours. */
static gboolean read_comment(struct reader *r, const char *text)
{
	const char *start = text + 1 + strspn(text + 1, " \t");
	size_t len = strspn(start, "abcdefghijklmnopqrstuvwxyz");
	g_autofree char *key = g_strndup(start, len), *value = NULL;

	if (r->has_header || len == 0 || start[len] != ':' ||
		(start[len + 1] != '\0' && !g_ascii_isspace(start[len + 1])))
		return TRUE;
	value = g_strstrip(g_strdup(start + len + 1));
	if (value[0] == '\0')
		return input_fail(&r->error, INPUT_ERROR_SYNTAX, "'%s:' requires a value",
			text_quote(key).text);
	for (size_t i = 0; i < G_N_ELEMENTS(declarations); i++)
		if (strcmp(key, declarations[i].key) == 0)
			return declare_key(r, i, value);
	return input_fail(&r->error, INPUT_ERROR_SYNTAX,
		"unknown key '%s'; expected title, unit, weight, mode, source, unverified or "
		"synthetic (start a plain comment with ##)",
		text_quote(key).text);
}

/* All that the rows need has been declared. */
static gboolean check_declared(struct reader *r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(declarations); i++)
		if (declarations[i].missing != NULL && !(r->declared & 1U << i))
			return input_fail(&r->error, INPUT_ERROR_SYNTAX,
				"missing declaration before the first row; add the line %s",
				declarations[i].missing);
	if (r->p->mode == PROFILE_SEQUENCE && r->p->weight != PROFILE_PACKETS)
		return input_fail(&r->error, INPUT_ERROR_SYNTAX,
			"mode sequence requires '# weight: packets'");
	return TRUE;
}

static gboolean read_length(struct reader *r, const char *text, uint32_t *out)
{
	uint32_t overhead = profile_unit_overhead(r->p->unit);
	uint64_t len;

	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
		return input_fail(&r->error, INPUT_ERROR_SYNTAX,
			"invalid size '%s'; expected bytes (64) or a range (65-128)",
			text_quote(text).text);
	if (!text_uint(text, FRAME_LEN_MAX, &len) || len + overhead > FRAME_LEN_MAX)
		return input_fail(&r->error, INPUT_ERROR_RANGE,
			"size %s is above %u, the maximum in unit %s (frames of %d bytes)",
			text_quote(text).text, FRAME_LEN_MAX - overhead,
			profile_unit_name(r->p->unit), FRAME_LEN_MAX);
	if (len == 0)
		return input_fail(&r->error, INPUT_ERROR_RANGE, "invalid size 0; the minimum is 1");
	*out = (uint32_t)len;
	return TRUE;
}

static gboolean read_size(struct reader *r, const char *text, struct profile_class *c)
{
	g_auto(GStrv) ends = g_strsplit(text, "-", 2);

	if (ends[0] == NULL || ends[1] == NULL || text[0] == '-') {
		if (!read_length(r, text, &c->listed_lo))
			return FALSE;
		c->listed_hi = c->listed_lo;
		return TRUE;
	}
	if (!read_length(r, g_strstrip(ends[0]), &c->listed_lo) ||
		!read_length(r, g_strstrip(ends[1]), &c->listed_hi))
		return FALSE;
	if (c->listed_lo > c->listed_hi)
		return input_fail(&r->error, INPUT_ERROR_RANGE,
			"invalid range %u-%u; expected %u-%u", c->listed_lo, c->listed_hi,
			c->listed_hi, c->listed_lo);
	return TRUE;
}

static gboolean read_weight(struct reader *r, const char *text, struct profile_class *c)
{
	double w;
	size_t n = text_scan_number(text, &w);

	if (n == 0 || text[n] != '\0')
		return input_fail(&r->error, INPUT_ERROR_SYNTAX,
			"invalid weight '%s'; expected a number such as 7 or 58.67",
			text_quote(text).text);
	if (!(w > 0.0))
		return input_fail(&r->error, INPUT_ERROR_RANGE,
			"weight %s is not above zero; remove the row to exclude its size",
			text_quote(text).text);
	if (!isfinite(w) || w < weight_min || w > weight_max)
		return input_fail(&r->error, INPUT_ERROR_RANGE,
			"weight %s is outside %g..%g; scale the weights", text_quote(text).text,
			weight_min, weight_max);
	if (r->p->mode == PROFILE_SEQUENCE &&
		(w != floor(w) || w > PROFILE_SEQUENCE_MAX - (double)r->sequence->len))
		return input_fail(&r->error, INPUT_ERROR_RANGE,
			"weight %s: mode sequence requires whole numbers and at most %d frames "
			"in total",
			text_quote(text).text, PROFILE_SEQUENCE_MAX);
	c->listed_weight = w;
	return TRUE;
}

/* The class that a row of a sequence belongs to; rows of the same size are one class. */
static guint find_class(const struct reader *r, const struct profile_class *c)
{
	guint i = 0;

	for (; r->p->mode == PROFILE_SEQUENCE && i < r->classes->len; i++) {
		const struct profile_class *other = &g_array_index(
			r->classes, struct profile_class, i);

		if (other->listed_lo == c->listed_lo && other->listed_hi == c->listed_hi)
			return i;
	}
	return r->classes->len;
}

static gboolean read_row(struct reader *r)
{
	struct profile_class c = { 0 };
	guint i;

	if (!r->has_header) {
		if (r->nb_fields != FIELDS || strcmp(r->field[0], "size") != 0 ||
			strcmp(r->field[1], "weight") != 0)
			return input_fail(&r->error, INPUT_ERROR_SYNTAX,
				"expected the header 'size,weight' (comma-separated) before the "
				"first row");
		if (!check_declared(r))
			return FALSE;
		r->has_header = TRUE;
		return TRUE;
	}
	if (r->nb_fields != FIELDS)
		return input_fail(&r->error, INPUT_ERROR_SYNTAX,
			"expected 2 fields (size,weight), got %u", r->nb_fields);
	if (!read_size(r, r->field[0], &c) || !read_weight(r, r->field[1], &c))
		return FALSE;
	i = find_class(r, &c);
	if (i == FRAME_CLASSES_MAX)
		return input_fail(&r->error, INPUT_ERROR_RANGE,
			"more than %d sizes; merge adjacent sizes into ranges such as 65-128",
			FRAME_CLASSES_MAX);
	if (i == r->classes->len)
		g_array_append_val(r->classes, c);
	else
		g_array_index(r->classes, struct profile_class, i).listed_weight += c.listed_weight;
	if (r->p->mode == PROFILE_SEQUENCE) {
		guint from = r->sequence->len;

		g_byte_array_set_size(r->sequence, from + (guint)c.listed_weight);
		memset(r->sequence->data + from, (int)i, (size_t)c.listed_weight);
	}
	return TRUE;
}

static void on_field(void *text, size_t len, void *data)
{
	struct reader *r = data;

	if (r->nb_fields < FIELDS)
		r->field[r->nb_fields] = g_strndup(text, len);
	r->nb_fields++;
}

static void on_row(int end, void *data)
{
	struct reader *r = data;

	(void)end;
	if (r->error == NULL)
		read_row(r);
	for (unsigned i = 0; i < FIELDS; i++)
		g_clear_pointer(&r->field[i], g_free);
	r->nb_fields = 0;
}

static gboolean read_record(struct reader *r, struct csv_parser *csv, const char *text)
{
	size_t len = strlen(text);
	gboolean whole = csv_parse(csv, text, len, on_field, on_row, r) == len &&
			 csv_fini(csv, on_field, on_row, r) == 0;

	if (!whole && r->error == NULL)
		input_fail(&r->error, INPUT_ERROR_SYNTAX,
			"unbalanced or misplaced quote; quotes are not required");
	return r->error == NULL;
}

static gboolean read_lines(struct reader *r, struct csv_parser *csv, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gboolean good = TRUE;

	for (size_t i = 0; good && lines[i] != NULL; i++) {
		r->line = (unsigned)i + 1;
		good = lines[i][0] == '#' ? read_comment(r, lines[i])
					  : read_record(r, csv, lines[i]);
	}
	if (good && r->classes->len == 0) {
		r->line--; /* the last line ends with a newline */
		good = input_fail(&r->error, INPUT_ERROR_SYNTAX,
			"no rows; expected 'size,weight' and rows such as 64,7");
	}
	if (!good)
		g_prefix_error(&r->error, "%s:%u: ", r->path, r->line);
	return good;
}

static gboolean read_text(struct reader *r, const char *text, size_t len)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct csv_parser csv;
	gboolean good;

	if (!text_check(r->path, text, len, &r->error))
		return FALSE;
	if (g_str_has_prefix(text, byte_order_mark))
		text += strlen(byte_order_mark);
	csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI);
	good = read_lines(r, &csv, text);
	for (unsigned i = 0; i < FIELDS; i++)
		g_clear_pointer(&r->field[i], g_free); /* of a record that broke off */
	csv_free(&csv);
	return good;
}

profile *profile_parse(const char *name, const char *text, size_t len, GError **error)
{
	g_autofree char *base = g_path_get_basename(name);
	g_autofree char *copy = g_strndup(text, len); /* ends with a NUL */
	g_autofree char *shown = g_filename_display_name(name);
	g_autoptr(GArray) classes = g_array_new(FALSE, TRUE, sizeof(struct profile_class));
	g_autoptr(GByteArray) sequence = g_byte_array_new();
	struct reader r = { .path = shown, .classes = classes, .sequence = sequence };
	g_autoptr(profile) p = NULL;

	if (g_str_has_suffix(base, ".csv"))
		base[strlen(base) - strlen(".csv")] = '\0';
	r.p = p = profile_alloc(name, base);
	if (len == 0)
		g_set_error(&r.error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
			"%s: file is empty; profiles/README.md describes the format", shown);
	else
		(void)read_text(&r, copy, len);
	if (r.error != NULL) {
		g_propagate_error(error, r.error);
		return NULL;
	}
	if (p->title == NULL)
		p->title = g_strdup(p->name);
	profile_take(p, classes, sequence);
	return g_steal_pointer(&p);
}
