/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/ini.h"

#include <string.h>

#include "analyze/base/error.h"
#include "analyze/base/text.h"

enum {
	FILE_LEN_MAX = 16 << 20,
	SECTIONS_MAX = 10000,
	KEYS_MAX = 1000,        /* of a section */
	DEPTH_MAX = 10,         /* of references, as configparser's */
	REFERENCES_MAX = 10000, /* of a value: ten levels could be any number of them */
	VALUE_LEN_MAX = 65536,  /* bytes, with all references put in */
};

#define DEFAULTS "DEFAULT"

struct entry {
	char *key;
	GString *value; /* as written, lines joined by a blank */
	unsigned line;
};

struct section {
	char *name;
	unsigned line;
	GPtrArray *entries; /* struct entry * */
	GPtrArray *keys;    /* const char *, of entries; NULL-terminated when read */
};

struct ini {
	char *name;
	GPtrArray *sections; /* struct section * */
	GPtrArray *names;    /* of sections but [DEFAULT], NULL-terminated when read */
	struct section *defaults;
	GHashTable *injected;
};

static void entry_free(gpointer p)
{
	struct entry *e = p;

	g_free(e->key);
	g_string_free(e->value, TRUE);
	g_free(e);
}

static void section_free(gpointer p)
{
	struct section *s = p;

	g_free(s->name);
	g_ptr_array_unref(s->entries);
	g_ptr_array_unref(s->keys);
	g_free(s);
}

static struct section *section_new(const char *name)
{
	struct section *s = g_new0(struct section, 1);

	s->name = g_strdup(name);
	s->entries = g_ptr_array_new_with_free_func(entry_free);
	s->keys = g_ptr_array_new();
	return s;
}

static struct section *find_section(const struct ini *i, const char *name)
{
	if (g_str_equal(name, DEFAULTS))
		return i->defaults;
	for (guint n = 0; n < i->sections->len; n++) {
		struct section *s = i->sections->pdata[n];

		if (g_str_equal(s->name, name))
			return s;
	}
	return NULL;
}

static struct entry *find_entry(const struct section *s, const char *key)
{
	for (guint n = 0; s != NULL && n < s->entries->len; n++) {
		struct entry *e = s->entries->pdata[n];

		if (g_str_equal(e->key, key))
			return e;
	}
	return NULL;
}

static gboolean bad_line(
	const struct ini *i, unsigned line, const char *text, const char *what, GError **error)
{
	return input_fail(error, INPUT_ERROR_SYNTAX, "%s:%u: '%s': %s", i->name, line,
		text_quote(text).text, what);
}

static gboolean read_section(
	struct ini *i, char *line, unsigned number, struct section **now, GError **error)
{
	char *end = strchr(line, ']');

	if (end == NULL || end == line + 1)
		return bad_line(i, number, line, "missing ']'", error);
	*end = '\0';
	if (g_str_equal(line + 1, DEFAULTS)) {
		*now = i->defaults;
		return TRUE;
	}
	if (find_section(i, line + 1) != NULL)
		return bad_line(
			i, number, line + 1, "section already exists; rename one of them", error);
	if (i->sections->len == SECTIONS_MAX)
		return bad_line(i, number, line + 1, "more than 10000 sections", error);
	*now = section_new(line + 1);
	(*now)->line = number;
	g_ptr_array_add(i->sections, *now);
	g_ptr_array_add(i->names, (*now)->name);
	return TRUE;
}

static gboolean read_key(
	struct ini *i, char *line, unsigned number, struct section *now, GError **error)
{
	char *split = strpbrk(line, "=:");
	struct entry *e;

	if (split == NULL || split == line)
		return bad_line(i, number, line, "expected [section] or 'key = value'", error);
	if (now->entries->len == KEYS_MAX)
		return bad_line(i, number, line, "more than 1000 keys in a section", error);
	*split = '\0';
	e = g_new0(struct entry, 1);
	e->key = g_ascii_strdown(g_strchomp(line), -1);
	e->value = g_string_new(g_strstrip(split + 1));
	e->line = number;
	if (find_entry(now, e->key) == NULL) {
		g_ptr_array_add(now->entries, e);
		g_ptr_array_add(now->keys, e->key);
		return TRUE;
	}
	input_fail(error, INPUT_ERROR_SYNTAX, "%s:%u: [%s] %s given twice; keep one", i->name,
		number, now->name, e->key);
	entry_free(e);
	return FALSE;
}

static gboolean read_lines(struct ini *i, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	struct section *now = NULL;
	GString *value = NULL; /* of a key that more lines can go on */
	size_t key_indent = 0;

	for (unsigned n = 0; lines[n] != NULL; n++) {
		char *line = g_strchomp(lines[n]), *start = line;
		size_t indent;

		while (g_ascii_isspace(*start))
			start++;
		indent = (size_t)(start - line);
		if (start[0] == '\0' || start[0] == '#' || start[0] == ';')
			continue;
		if (value != NULL && indent > key_indent) {
			g_string_append_printf(value, "%s%s", value->len == 0 ? "" : " ", start);
			continue;
		}
		value = NULL;
		key_indent = indent;
		if (start[0] == '[') {
			if (!read_section(i, start, n + 1, &now, error))
				return FALSE;
			continue;
		}
		if (now == NULL)
			return bad_line(i, n + 1, start,
				"key before the first [section]; move it into a section, or a "
				"variable to [" DEFAULTS "]",
				error);
		if (!read_key(i, start, n + 1, now, error))
			return FALSE;
		value = ((struct entry *)now->entries->pdata[now->entries->len - 1])->value;
	}
	return TRUE;
}

static struct ini *parse_text(const char *path, const char *text, size_t len, GError **error)
{
	g_autofree char *name = g_filename_display_name(path);
	struct ini *i;

	if (!text_check(name, text, len, error))
		return NULL;
	i = g_new0(struct ini, 1);
	i->name = g_steal_pointer(&name);
	i->sections = g_ptr_array_new_with_free_func(section_free);
	i->names = g_ptr_array_new();
	i->defaults = section_new(DEFAULTS);
	i->injected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!read_lines(i, text, error)) {
		ini_free(i);
		return NULL;
	}
	g_ptr_array_add(i->names, NULL);
	for (guint n = 0; n < i->sections->len; n++)
		g_ptr_array_add(((struct section *)i->sections->pdata[n])->keys, NULL);
	return i;
}

struct ini *ini_parse(const char *name, const char *text, GError **error)
{
	return parse_text(name, text, strlen(text), error);
}

struct ini *ini_read(const char *path, GError **error)
{
	size_t len;
	g_autofree char *text = text_read(path, FILE_LEN_MAX, &len, error);

	return text == NULL ? NULL : parse_text(path, text, len, error);
}

void ini_free(struct ini *i)
{
	if (i == NULL)
		return;
	g_ptr_array_unref(i->sections);
	g_ptr_array_unref(i->names);
	section_free(i->defaults);
	g_hash_table_unref(i->injected);
	g_free(i->name);
	g_free(i);
}

const char *ini_name(const struct ini *i)
{
	return i->name;
}

const char *const *ini_sections(const struct ini *i)
{
	return (const char *const *)i->names->pdata;
}

const char *const *ini_keys(const struct ini *i, const char *section)
{
	static const char *const none[] = { NULL };
	const struct section *s = find_section(i, section);

	return s == NULL ? none : (const char *const *)s->keys->pdata;
}

void ini_inject(struct ini *i, const char *key, const char *value)
{
	g_hash_table_replace(i->injected, g_ascii_strdown(key, -1), g_strdup(value));
}

char *ini_where(const struct ini *i, const char *section)
{
	const struct section *s = find_section(i, section);

	return g_strdup_printf("%s:%u", i->name, s == NULL ? 0 : s->line);
}

/* Of a section, else of [DEFAULT], else injected. */
static const char *find_raw(
	const struct ini *i, const struct section *s, const char *key, unsigned *line)
{
	struct entry *e = find_entry(s, key);

	if (e == NULL)
		e = find_entry(i->defaults, key);
	*line = e == NULL ? 0 : e->line;
	return e != NULL ? e->value->str : g_hash_table_lookup(i->injected, key);
}

/* A value while its references are put in. */
struct expansion {
	const struct ini *i;
	const char *where;
	GString *into;
	unsigned nb; /* references until now */
};

static gboolean bad_value(const struct expansion *x, const char *what, GError **error)
{
	return input_fail(error, INPUT_ERROR_SYNTAX, "%s: %s", x->where, what);
}

static gboolean bad_reference(
	const struct expansion *x, const char *name, const char *what, GError **error)
{
	return input_fail(error, INPUT_ERROR_SYNTAX, "%s: ${%s}: %s", x->where, name, what);
}

static gboolean expand_value(struct expansion *x, const struct section *s, const char *value,
	unsigned depth, GError **error);

/* ${key} or ${section:key}. */
static gboolean expand_reference(struct expansion *x, const struct section *s, const char *name,
	unsigned depth, GError **error)
{
	const char *colon = strchr(name, ':'), *value;
	g_autofree char *key = g_ascii_strdown(colon == NULL ? name : colon + 1, -1);
	unsigned line;

	if (colon != NULL) {
		g_autofree char *section = g_strndup(name, (gsize)(colon - name));

		s = find_section(x->i, section);
	}
	value = s == NULL ? NULL : find_raw(x->i, s, key, &line);
	if (value == NULL)
		return bad_reference(x, name, "key not found; expected ${section:key}", error);
	if (depth >= DEPTH_MAX)
		return bad_reference(x, name, "circular or too deeply nested reference", error);
	if (++x->nb > REFERENCES_MAX)
		return bad_reference(x, name, "too many references in one value", error);
	return expand_value(x, s, value, depth + 1, error);
}

static gboolean expand_value(struct expansion *x, const struct section *s, const char *value,
	unsigned depth, GError **error)
{
	while (*value != '\0') {
		const char *end = g_str_has_prefix(value, "${") ? strchr(value, '}') : NULL;

		if (x->into->len > VALUE_LEN_MAX)
			return bad_value(x, "value longer than 64 KiB", error);
		if (end != NULL) {
			g_autofree char *name = g_strndup(value + 2, (gsize)(end - value - 2));

			if (!expand_reference(x, s, name, depth, error))
				return FALSE;
			value = end + 1;
			continue;
		}
		if (value[0] == '$' && value[1] != '$')
			return bad_value(x, "'$' without {key}; write $$ for a dollar sign", error);
		value += value[0] == '$';
		g_string_append_c(x->into, *value++);
	}
	return TRUE;
}

char *ini_get(
	const struct ini *i, const char *section, const char *key, char **where, GError **error)
{
	const struct section *s = find_section(i, section);
	unsigned line;
	const char *value = find_raw(i, s, key, &line);
	g_autofree char *place = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	struct expansion x;

	/* What is injected is there to be referred to. */
	if (value == NULL || line == 0)
		return NULL;
	place = g_strdup_printf("%s:%u: [%s] %s", i->name, line, section, key);
	x = (struct expansion){ .i = i, .where = place, .into = text };
	if (!expand_value(&x, s, value, 0, error))
		return NULL;
	if (where != NULL)
		*where = g_steal_pointer(&place);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
