/* SPDX-License-Identifier: BSD-3-Clause */
/* Mix files: a section for each set of guests. */
#include "traffic/mix.h"

#include <string.h>

#include "analyze/base/error.h"
#include "analyze/base/ini.h"
#include "analyze/base/text.h"
#include "traffic/arrival.h"
#include "traffic/frame.h"
#include "traffic/mix_private.h"

enum { GUESTS, PROFILE, SHARE, ARRIVAL, INTERFACE, NB_KEYS };
static const char *const known[] = { "guests", "profile", "share", "arrival", "interface", NULL };

/* A section: of every key its value, NULL if there is none, and where that stands, or the section. */
struct group {
	const char *name;
	char *value[NB_KEYS], *where[NB_KEYS];
};

static gboolean read_keys(const struct ini *file, struct group *g, GError **error)
{
	g_autoptr(GError) why = NULL;

	for (const char *const *key = ini_keys(file, g->name); *key != NULL; key++) {
		g_autofree char *hint = text_did_you_mean(*key, known), *where = NULL;

		if (g_strv_contains(known, *key))
			continue;
		g_free(ini_get(file, g->name, *key, &where, NULL));
		return input_fail(error, INPUT_ERROR_NOT_FOUND,
			"%s: unknown key%s; expected guests, profile, share, arrival or interface",
			where != NULL ? where : *key, hint);
	}
	for (int k = 0; k < NB_KEYS; k++) {
		g->value[k] = ini_get(file, g->name, known[k], &g->where[k], &why);
		if (why != NULL) {
			g_propagate_error(error, g_steal_pointer(&why));
			return FALSE;
		}
		if (g->value[k] == NULL)
			g->where[k] = ini_where(file, g->name);
	}
	return TRUE;
}

static gboolean lacks_key(const struct group *g, int key, const char *example, GError **error)
{
	return input_fail(error, INPUT_ERROR_SYNTAX,
		"%s: group '%s' requires '%s'; add the line '%s = %s'", g->where[key],
		text_quote(g->name).text, known[key], known[key], example);
}

static gboolean set_profile(
	mix *m, const struct group *g, uint32_t mtu, struct mix_guest *guest, GError **error)
{
	gboolean is_trace = guest->profile != NULL;

	if (is_trace && g->value[PROFILE] != NULL)
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: arrival %s has its own frame lengths; remove this line, or use "
			"another arrival",
			g->where[PROFILE], guest->arrival);
	if (is_trace)
		return TRUE;
	if (g->value[PROFILE] == NULL)
		return lacks_key(g, PROFILE, "imix", error);
	guest->profile = mix_profile(m, g->value[PROFILE], mtu, error);
	if (guest->profile == NULL)
		g_prefix_error(error, "%s: ", g->where[PROFILE]);
	return guest->profile != NULL;
}

static gboolean add_group(
	mix *m, const struct group *g, const char *process, uint32_t mtu, GError **error)
{
	const char *share = g->value[SHARE] != NULL ? g->value[SHARE] : "1";
	struct mix_guest guest = { 0 };
	uint64_t nb;

	if (g->value[GUESTS] == NULL)
		return lacks_key(g, GUESTS, "1", error);
	if (!text_uint(g->value[GUESTS], UINT64_MAX, &nb))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: invalid number of guests '%s'; expected 1 to %d", g->where[GUESTS],
			text_quote(g->value[GUESTS]).text, FRAME_GUESTS_MAX);
	if (g->value[ARRIVAL] != NULL)
		process = g->value[ARRIVAL];
	if (!mix_set_arrival(m, g->where[ARRIVAL], process, &guest, error) ||
		!set_profile(m, g, mtu, &guest, error))
		return FALSE;
	if (g->value[INTERFACE] != NULL) {
		if (!mix_check_interface(g->where[INTERFACE], g->value[INTERFACE], error))
			return FALSE;
		guest.interface = g_string_chunk_insert(m->strings, g->value[INTERFACE]);
	}
	return mix_check_share(g->where[SHARE], share, &guest.share, error) &&
	       mix_add_guests(m, g->where[GUESTS], &guest, g->name, nb, error);
}

/* file: freed. */
static mix *make_mix(struct ini *file, const char *process, uint32_t mtu, GError **error)
{
	g_autofree char *base = g_path_get_basename(ini_name(file));
	char *dot = strrchr(base, '.');
	g_autoptr(mix) m = NULL;
	gboolean good = arrival_check("arrival", process, error);

	if (dot != NULL && dot != base)
		*dot = '\0';
	m = mix_alloc(base);
	for (const char *const *name = ini_sections(file); good && *name != NULL; name++) {
		struct group g = { .name = *name };

		good = read_keys(file, &g, error) && add_group(m, &g, process, mtu, error);
		for (int k = 0; k < NB_KEYS; k++) {
			g_free(g.value[k]);
			g_free(g.where[k]);
		}
	}
	if (good && m->nb_guests == 0)
		good = input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: no group of guests; add one: [web], guests = 48, profile = imix",
			ini_name(file));
	ini_free(file);
	if (!good)
		return NULL;
	mix_normalize(m);
	return g_steal_pointer(&m);
}

mix *mix_parse(const char *name, const char *text, size_t len, const char *process, uint32_t mtu,
	GError **error)
{
	g_autofree char *copy = g_strndup(text, len); /* ends with a NUL */
	struct ini *file = text_check(name, copy, len, error) ? ini_parse(name, copy, error) : NULL;

	return file == NULL ? NULL : make_mix(file, process, mtu, error);
}

mix *mix_open(const char *path, const char *process, uint32_t mtu, GError **error)
{
	struct ini *file = ini_read(path, error);

	return file == NULL ? NULL : make_mix(file, process, mtu, error);
}
