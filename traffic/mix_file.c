/* SPDX-License-Identifier: BSD-3-Clause */
/* Mix files: a key file with a group for each set of guests. */
#include "traffic/mix.h"

#include <string.h>

#include "traffic/arrival.h"
#include "analyze/base/error.h"
#include "traffic/frame.h"
#include "traffic/mix_private.h"
#include "analyze/base/text.h"

enum { FILE_LEN_MAX = 1 << 20 };

struct reader {
	const char *path;
	const char *arrival; /* of groups that do not say */
	uint32_t mtu;
	GKeyFile *keys;
	GHashTable *lines; /* "group" and "group\nkey" to their line */
	mix *m;
};

/* "path:line", of a key or of a group if key is NULL. Newly allocated. */
static char *where(const struct reader *r, const char *group, const char *key)
{
	g_autofree char *id = key == NULL ? g_strdup(group) : g_strconcat(group, "\n", key, NULL);

	return g_strdup_printf(
		"%s:%u", r->path, GPOINTER_TO_UINT(g_hash_table_lookup(r->lines, id)));
}

static gboolean note_line(struct reader *r, char *id, const char *what, guint line, GError **error)
{
	if (g_hash_table_insert(r->lines, id, GUINT_TO_POINTER(line)))
		return TRUE;
	g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
		"%s:%u: %s stands there twice; keep one", r->path, line, what);
	return FALSE;
}

/* GKeyFile keeps no lines and lets a second value win: this looks at the lines themselves. */
static gboolean read_lines(struct reader *r, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *group = NULL;

	for (guint i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]), *end;
		g_autofree char *word = NULL;

		if (line[0] == '\0' || line[0] == '#')
			continue;
		end = strchr(line, line[0] == '[' ? ']' : '=');
		if (end == NULL || (line[0] != '[' && group == NULL)) {
			word = text_quote(line);
			g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
				"%s:%u: '%s' is neither [group] nor, in a group, key = value",
				r->path, i + 1, word);
			return FALSE;
		}
		*end = '\0';
		if (line[0] == '[') {
			g_free(group);
			group = g_strdup(line + 1);
			word = text_quote(group);
			if (!note_line(r, g_strdup(group), word, i + 1, error))
				return FALSE;
			continue;
		}
		g_strchomp(line);
		word = text_quote(line);
		if (!note_line(r, g_strconcat(group, "\n", line, NULL), word, i + 1, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean check_keys(const struct reader *r, const char *group, GError **error)
{
	static const char *const known[] = { "guests", "profile", "share", "arrival", "interface",
		NULL };
	g_auto(GStrv) keys = g_key_file_get_keys(r->keys, group, NULL, NULL);

	for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
		if (g_strv_contains(known, keys[i]))
			continue;

		g_autofree char *at = where(r, group, keys[i]);
		g_autofree char *word = text_quote(keys[i]);

		g_set_error(error, INPUT_ERROR, INPUT_ERROR_NOT_FOUND,
			"%s: '%s' is not a key; there are guests, profile, share, arrival, "
			"interface",
			at, word);
		return FALSE;
	}
	return TRUE;
}

/* The value of a key, or fallback; NULL and error if there is neither. */
static char *value_of(const struct reader *r, const char *group, const char *key,
	const char *fallback, GError **error)
{
	g_autofree char *value = g_key_file_get_value(r->keys, group, key, NULL);

	if (value != NULL || fallback != NULL)
		return value != NULL ? g_steal_pointer(&value) : g_strdup(fallback);

	g_autofree char *at = where(r, group, NULL);
	g_autofree char *word = text_quote(group);

	g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
		"%s: group '%s' has no %s; add the line '%s = %s'", at, word, key, key,
		strcmp(key, "guests") == 0 ? "1" : "imix");
	return NULL;
}

static gboolean read_guests(
	const struct reader *r, const char *group, uint64_t *out, GError **error)
{
	g_autofree char *value = value_of(r, group, "guests", NULL, error);

	if (value == NULL)
		return FALSE;
	if (!text_uint(value, UINT64_MAX, out)) {
		g_autofree char *at = where(r, group, "guests");
		g_autofree char *word = text_quote(value);

		g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
			"%s: guests '%s' is not a whole number; write how many, 1..%d", at, word,
			FRAME_GUESTS_MAX);
		return FALSE;
	}
	return TRUE;
}

/* Behind read_arrival, which sets the profile of a trace. */
static gboolean read_profile(
	struct reader *r, const char *group, struct mix_guest *guest, GError **error)
{
	g_autofree char *at = where(r, group, "profile");
	g_autofree char *value = NULL;

	if (guest->profile != NULL) {
		if (!g_key_file_has_key(r->keys, group, "profile", NULL))
			return TRUE;
		g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
			"%s: arrival %s has frame lengths of its own; take out this line, or give "
			"the group another arrival",
			at, guest->arrival);
		return FALSE;
	}
	value = value_of(r, group, "profile", NULL, error);
	if (value == NULL)
		return FALSE;
	guest->profile = mix_profile(r->m, value, r->mtu, error);
	if (guest->profile == NULL)
		g_prefix_error(error, "%s: ", at);
	return guest->profile != NULL;
}

static gboolean read_arrival(
	struct reader *r, const char *group, struct mix_guest *guest, GError **error)
{
	g_autofree char *value = value_of(r, group, "arrival", r->arrival, NULL);
	g_autofree char *at = where(r, group, "arrival");

	return mix_set_arrival(r->m, at, value, guest, error);
}

static gboolean read_interface(
	struct reader *r, const char *group, struct mix_guest *guest, GError **error)
{
	g_autofree char *value = g_key_file_get_value(r->keys, group, "interface", NULL);
	g_autofree char *at = where(r, group, "interface");

	if (value == NULL)
		return TRUE;
	guest->interface = mix_keep(r->m, value);
	return mix_check_interface(at, value, error);
}

static gboolean read_group(struct reader *r, const char *group, GError **error)
{
	g_autofree char *share = value_of(r, group, "share", "1", NULL);
	g_autofree char *share_at = where(r, group, "share");
	g_autofree char *guests_at = where(r, group, "guests");
	struct mix_guest guest = { 0 };
	uint64_t nb;

	if (!check_keys(r, group, error) || !read_guests(r, group, &nb, error) ||
		!read_arrival(r, group, &guest, error) || !read_profile(r, group, &guest, error) ||
		!read_interface(r, group, &guest, error) ||
		!mix_check_share(share_at, share, &guest.share, error))
		return FALSE;
	return mix_add_guests(r->m, guests_at, &guest, group, nb, error);
}

static gboolean read_text(struct reader *r, const char *text, size_t len, GError **error)
{
	g_auto(GStrv) groups = NULL;
	g_autoptr(GError) why = NULL;

	if (!text_check(r->path, text, len, error) || !read_lines(r, text, error))
		return FALSE;
	if (len > 0 && !g_key_file_load_from_data(r->keys, text, len, G_KEY_FILE_NONE, &why)) {
		g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
			"%s: %s; write [group] and key = value lines", r->path, why->message);
		return FALSE;
	}
	groups = g_key_file_get_groups(r->keys, NULL);
	for (size_t i = 0; groups[i] != NULL; i++)
		if (!read_group(r, groups[i], error))
			return FALSE;
	if (r->m->nb_guests > 0)
		return TRUE;
	g_set_error(error, INPUT_ERROR, INPUT_ERROR_SYNTAX,
		"%s: has no group of guests; write [web], guests = 48, profile = imix", r->path);
	return FALSE;
}

static char *base_name(const char *path)
{
	g_autofree char *base = g_path_get_basename(path);
	char *dot = strrchr(base, '.');

	if (dot != NULL && dot != base)
		*dot = '\0';
	return g_steal_pointer(&base);
}

mix *mix_parse(const char *name, const char *text, size_t len, const char *process, uint32_t mtu,
	GError **error)
{
	g_autofree char *base = base_name(name);
	g_autofree char *copy = g_strndup(text, len); /* ends with a NUL */
	g_autoptr(mix) m = mix_alloc(base);
	g_autoptr(GKeyFile) keys = g_key_file_new();
	g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *shown = g_filename_display_name(name);
	struct reader r = { shown, process, mtu, keys, lines, m };

	if (!arrival_check("arrival", process, error) || !read_text(&r, copy, len, error))
		return NULL;
	mix_normalize(m);
	return g_steal_pointer(&m);
}

mix *mix_open(const char *path, const char *process, uint32_t mtu, GError **error)
{
	size_t len;
	g_autofree char *text = text_read(path, FILE_LEN_MAX, &len, error);

	return text == NULL ? NULL : mix_parse(path, text, len, process, mtu, error);
}
