/* SPDX-License-Identifier: BSD-3-Clause */
/* Profiles by what a user calls them: names of shipped ones, paths, and words such as fixed:64. */
#include <inttypes.h>
#include <string.h>

#include "analyze/base/datadir.h"
#include "analyze/base/error.h"
#include "analyze/base/text.h"
#include "traffic/frame.h"
#include "traffic/profile_private.h"

enum { FILE_LEN_MAX = 1 << 20 };

/* A profile of one class of frame lengths lo .. hi: fixed and uniform. */
static profile *make_single(const char *spec, uint32_t lo, uint32_t hi)
{
	g_autofree char *name = g_strdup(spec);
	profile *p = profile_alloc(spec, g_strdelimit(name, ":", '-'));

	p->title = lo == hi ? g_strdup_printf("%u bytes", lo)
			    : g_strdup_printf("uniform, %u to %u bytes", lo, hi);
	p->source = g_strdup("command line");
	p->mode = lo == hi ? PROFILE_SEQUENCE : PROFILE_RANDOM;
	p->nb_classes = 1;
	p->classes = g_new0(struct profile_class, 1);
	p->classes[0] = (struct profile_class){
		.listed_lo = lo, .listed_hi = hi, .listed_weight = 1
	};
	if (lo == hi) {
		p->sequence = g_new0(uint8_t, 1);
		p->sequence_len = 1;
	}
	profile_finish(p);
	return p;
}

static gboolean read_length(const char *spec, const char *text, uint32_t *out, GError **error)
{
	uint64_t len;

	if (!text_uint(text, UINT32_MAX, &len))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"profile '%s': invalid frame length; expected fixed:64 or "
			"uniform:64-1518",
			text_quote(spec).text);
	if (len < FRAME_LEN_MIN || len > FRAME_LEN_MAX)
		return input_fail(error, INPUT_ERROR_RANGE,
			"profile '%s': frame length %" PRIu64
			" is outside %d..%d bytes (with FCS: 64, not 60)",
			text_quote(spec).text, len, FRAME_LEN_MIN, FRAME_LEN_MAX);
	*out = (uint32_t)len;
	return TRUE;
}

static profile *open_uniform(const char *spec, const char *text, GError **error)
{
	const char *dash = strchr(text, '-');
	g_autofree char *first = g_strndup(text, strcspn(text, "-"));
	uint32_t lo, hi;

	if (!read_length(spec, first, &lo, error) ||
		!read_length(spec, dash == NULL ? "" : dash + 1, &hi, error))
		return NULL;
	if (lo <= hi)
		return make_single(spec, lo, hi);
	return input_null(error, INPUT_ERROR_RANGE,
		"profile '%s': invalid range; expected uniform:%u-%u", spec, hi, lo);
}

static profile *open_file(const char *spec, const char *path, GError **error)
{
	size_t len;
	g_autofree char *text = text_read(path, FILE_LEN_MAX, &len, error);
	profile *p = text == NULL ? NULL : profile_parse(path, text, len, error);

	if (p != NULL) {
		g_free(p->spec);
		p->spec = g_strdup(spec);
	}
	return p;
}

static profile *unknown_name(const char *spec, GError **error)
{
	g_auto(GStrv) names = profile_names(error);
	g_autofree char *list = NULL, *hint = NULL;

	if (names == NULL) {
		g_prefix_error(error, "profile '%s': ", text_quote(spec).text);
		return NULL;
	}
	hint = text_did_you_mean(spec, (const char *const *)names);
	list = g_strjoinv(", ", names);
	return input_null(error, INPUT_ERROR_NOT_FOUND,
		"unknown profile '%s'%s; expected %s, ./FILE.csv, fixed:64, uniform:64-1518 or "
		"genome:aaafg",
		text_quote(spec).text, hint, list);
}

profile *profile_open(const char *spec, uint32_t mtu, GError **error)
{
	uint32_t len;

	if (g_str_has_prefix(spec, "fixed:"))
		return read_length(spec, spec + strlen("fixed:"), &len, error)
			       ? make_single(spec, len, len)
			       : NULL;
	if (g_str_has_prefix(spec, "uniform:"))
		return open_uniform(spec, spec + strlen("uniform:"), error);
	if (g_str_has_prefix(spec, "genome:"))
		return genome_parse(spec, mtu, error);
	if (strchr(spec, '/') != NULL || g_str_has_suffix(spec, ".csv"))
		return open_file(spec, spec, error);

	g_autofree char *name = g_strdup_printf("profiles/%s.csv", spec);
	g_autofree char *path = spec[0] == '\0' ? NULL : datadir_find(name, NULL);

	return path == NULL ? unknown_name(spec, error) : open_file(spec, path, error);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **profile_names(GError **error)
{
	g_autofree char *folder = datadir_find("profiles", error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = NULL;
	const char *file;

	if (folder == NULL)
		return NULL;
	dir = g_dir_open(folder, 0, error);
	if (dir == NULL)
		return NULL;
	while ((file = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(file, ".csv"))
			g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(".csv")));
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
