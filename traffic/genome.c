/* SPDX-License-Identifier: BSD-3-Clause */
/* IMIX genomes of RFC 6985: "aaafg" is an order that repeats, not a ratio. */
#include <string.h>

#include "traffic/frame.h"
#include "traffic/profile_private.h"
#include "analyze/base/text.h"
#include "analyze/base/error.h"

enum { CUSTOM_LETTERS = 26, WRITTEN_OUT_MAX = 100 /* frames; RFC 6985 section 6 */ };

#define REMEDY "expected genome:aaafg or genome:AAAGG:A=64,G=1518"

/* RFC 6985 section 4. z is the MTU. */
static const struct {
	char letter;
	uint32_t frame_len;
} standard[] = {
	{ 'a', 64 },
	{ 'b', 128 },
	{ 'c', 256 },
	{ 'd', 512 },
	{ 'e', 1024 },
	{ 'f', 1280 },
	{ 'g', 1518 },
	{ 'h', 2112 },
	{ 'i', 9000 },
	{ 'j', 16000 },
};

struct genome {
	const char *spec;
	uint32_t frame_len[128]; /* of each letter; 0 if it stands for none */
	uint8_t class_of[128];   /* valid where used */
	gboolean used[128];
	char letters[FRAME_CLASSES_MAX]; /* of each class */
	gboolean custom;
	GArray *classes; /* struct profile_class */
	GByteArray *sequence;
};

/* "A=64,G=1518" */
static gboolean read_map(struct genome *g, const char *text, GError **error)
{
	g_auto(GStrv) entries = g_strsplit(text, ",", -1);

	for (size_t i = 0; entries[i] != NULL; i++) {
		const char *entry = g_strstrip(entries[i]);
		uint64_t len;

		if (!g_ascii_isupper(entry[0]) || entry[1] != '=' ||
			!text_uint(entry + 2, UINT32_MAX, &len))
			return input_fail(error, INPUT_ERROR_SYNTAX,
				"invalid map entry '%s'; expected LETTER=SIZE: A=64,G=1518",
				text_quote(entry).text);
		if (len < FRAME_LEN_MIN || len > FRAME_LEN_MAX)
			return input_fail(error, INPUT_ERROR_RANGE,
				"%s: size is outside %d..%d bytes (with FCS)",
				text_quote(entry).text, FRAME_LEN_MIN, FRAME_LEN_MAX);
		if (g->frame_len[(unsigned char)entry[0]] != 0)
			return input_fail(
				error, INPUT_ERROR_SYNTAX, "letter %c has two sizes", entry[0]);
		g->frame_len[(unsigned char)entry[0]] = (uint32_t)len;
	}
	return TRUE;
}

/* Is the letter one that can be sent? */
static gboolean check_letter(struct genome *g, char letter, GError **error)
{
	struct text_quoted word = text_quote((char[]){ letter, '\0' });

	if (!g_ascii_isalpha(letter))
		return input_fail(
			error, INPUT_ERROR_SYNTAX, "'%s' is not a letter; " REMEDY, word.text);
	if (g_ascii_isupper(letter) != g->custom)
		return input_fail(error, INPUT_ERROR_SYNTAX,
			g->custom ? "'%s' cannot be mapped: letters with a map are capitals"
				  : "'%s' has no size; capitals require a map: "
				    "genome:AAAGG:A=64,G=1518",
			word.text);
	if (g->frame_len[(unsigned char)letter] == 0)
		return input_fail(error, INPUT_ERROR_RANGE,
			letter == 'z' ? "'%s' is the MTU frame length, which is unknown; set "
					"--mtu"
			: g->custom   ? "'%s' has no size; add it to the map after the colon"
				      : "unknown letter '%s'; expected a to j or z (RFC 6985)",
			word.text);
	if (g->frame_len[(unsigned char)letter] > FRAME_LEN_MAX)
		return input_fail(error, INPUT_ERROR_RANGE,
			"'%s' is %u bytes, above the maximum of %d", word.text,
			g->frame_len[(unsigned char)letter], FRAME_LEN_MAX);
	if (g->frame_len[(unsigned char)letter] < FRAME_LEN_MIN)
		return input_fail(error, INPUT_ERROR_RANGE,
			"'%s' is %u bytes, below the minimum of %d", word.text,
			g->frame_len[(unsigned char)letter], FRAME_LEN_MIN);
	return TRUE;
}

static void add_run(struct genome *g, char letter, guint count)
{
	unsigned char l = (unsigned char)letter;
	guint from = g->sequence->len;

	if (!g->used[l]) {
		struct profile_class c = { .listed_lo = g->frame_len[l],
			.listed_hi = g->frame_len[l] };

		g->used[l] = TRUE;
		g->class_of[l] = (uint8_t)g->classes->len;
		g->letters[g->classes->len] = letter;
		g_array_append_val(g->classes, c);
	}
	g_array_index(g->classes, struct profile_class, g->class_of[l]).listed_weight += count;
	g_byte_array_set_size(g->sequence, from + count);
	memset(g->sequence->data + from, g->class_of[l], count);
}

static gboolean read_letters(struct genome *g, const char *text, GError **error)
{
	if (*text == '\0')
		return input_fail(error, INPUT_ERROR_SYNTAX, "no letters; " REMEDY);
	while (*text != '\0') {
		guint64 count = 1;

		if (g_ascii_isdigit(*text)) {
			char *end;

			count = g_ascii_strtoull(text, &end, 10); /* too large: clamped */
			text = end;
		}
		if (*text == '\0')
			return input_fail(error, INPUT_ERROR_SYNTAX,
				"count without a letter at the end; a count precedes its "
				"letter: 20a1g");
		if (!check_letter(g, *text, error))
			return FALSE;
		if (count == 0 || count > PROFILE_SEQUENCE_MAX - g->sequence->len)
			return input_fail(error, INPUT_ERROR_RANGE,
				"letter %c: invalid count; expected at least 1, and at most %d "
				"frames in total",
				*text, PROFILE_SEQUENCE_MAX);
		add_run(g, *text++, (guint)count);
	}
	for (char letter = 'A'; g->custom && letter <= 'Z'; letter++)
		if (g->frame_len[(unsigned char)letter] != 0 && !g->used[(unsigned char)letter])
			return input_fail(error, INPUT_ERROR_SYNTAX,
				"letter %c has a size but is not used; remove it from the map",
				letter);
	return TRUE;
}

/*
 * letters[i] stands for class i. What RFC 6985 says must be reported stands in brackets: the sizes
 * of custom letters, and the MTU.
 */
static char *write_genome(const profile *p, const char *letters)
{
	gboolean custom = g_ascii_isupper(letters[0]), counted = p->sequence_len > WRITTEN_OUT_MAX;
	const char *before = " (";
	GString *s = g_string_new(custom ? "CUSTOM IMIX - " : "IMIX - ");

	for (uint32_t i = 0, run; i < p->sequence_len; i += run) {
		run = 1;
		while (counted && i + run < p->sequence_len &&
			p->sequence[i + run] == p->sequence[i])
			run++;
		if (run > 1)
			g_string_append_printf(s, "%u", run);
		g_string_append_c(s, letters[p->sequence[i]]);
	}
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		if (!custom && letters[i] != 'z')
			continue;
		g_string_append_printf(
			s, "%s%c=%u", before, letters[i], p->classes[i].frame_len_lo);
		before = " ";
	}
	if (before[1] == '\0')
		g_string_append_c(s, ')');
	return g_string_free(s, FALSE);
}

static profile *make_profile(struct genome *g, const char *letters)
{
	g_autofree char *name = g_strconcat("genome-", letters, NULL);
	profile *p = profile_alloc(g->spec, name);

	p->title = g_strdup_printf("IMIX genome of %u frames", g->sequence->len);
	p->source = g_strdup("RFC 6985, letters from the command line");
	p->mode = PROFILE_SEQUENCE;
	profile_take(p, g->classes, g->sequence);
	g_free(p->genome);
	p->genome = write_genome(p, g->letters); /* with the letters that were given */
	return p;
}

profile *genome_parse(const char *spec, uint32_t mtu, GError **error)
{
	const char *text = spec + strlen("genome:");
	g_auto(GStrv) parts = g_strsplit(text, ":", 2);
	const char *letters = parts[0] != NULL ? parts[0] : "";
	g_autoptr(GArray) classes = g_array_new(FALSE, TRUE, sizeof(struct profile_class));
	g_autoptr(GByteArray) sequence = g_byte_array_new();
	struct genome g = {
		.spec = spec,
		.custom = parts[0] != NULL && parts[1] != NULL,
		.classes = classes,
		.sequence = sequence,
	};
	profile *p = NULL;

	for (size_t i = 0; !g.custom && i < G_N_ELEMENTS(standard); i++)
		g.frame_len[(unsigned char)standard[i].letter] = standard[i].frame_len;
	if (!g.custom)
		g.frame_len['z'] = mtu;
	if ((!g.custom || read_map(&g, parts[1], error)) && read_letters(&g, letters, error)) {
		/* Two maps of the same letters are two mixes, and so two names. */
		g_autofree char *name = g_strdelimit(g_strdup(text), ":,", '-');

		p = make_profile(&g, name);
	} else {
		g_prefix_error(error, "profile '%s': ", text_quote(spec).text);
	}
	return p;
}

char *genome_format(const profile *p)
{
	char letters[FRAME_CLASSES_MAX] = { 0 };
	gboolean custom = FALSE;

	for (uint32_t i = 0; i < p->nb_classes; i++) {
		if (p->classes[i].frame_len_lo != p->classes[i].frame_len_hi)
			return NULL;
		for (size_t k = 0; k < G_N_ELEMENTS(standard); k++)
			if (standard[k].frame_len == p->classes[i].frame_len_lo)
				letters[i] = standard[k].letter;
		custom = custom || letters[i] == 0;
	}
	if (custom && p->nb_classes > CUSTOM_LETTERS)
		return NULL;
	for (uint32_t i = 0; custom && i < p->nb_classes; i++)
		letters[i] = (char)('A' + i);
	return write_genome(p, letters);
}
