/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/side_names.h"

#include <string.h>

/* The parts of a path from the root on; of what is no path it alone. */
static GStrv parts_of(const char *name)
{
	g_autofree char *full = g_canonicalize_filename(name, NULL);

	return strchr(name, '/') != NULL ? g_strsplit(full + 1, "/", -1) : g_strsplit(name, "/", 1);
}

static char *last_parts(GStrv parts, guint nb)
{
	guint len = g_strv_length(parts);
	g_autofree char *text = g_strjoinv("-", parts + (len - MIN(nb, len)));

	return g_utf8_make_valid(text, -1);
}

static gboolean is_taken(GStrv texts, guint nb, guint own)
{
	for (guint i = 0; i < nb; i++) {
		if (i != own && strcmp(texts[i], texts[own]) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Each that is not alone gets a part more, if it has one. FALSE: none has. */
static gboolean lengthen_names(GStrv texts, GStrv *parts, guint *length, guint nb)
{
	g_autofree gboolean *taken = g_new(gboolean, nb + 1);
	gboolean more = FALSE;

	for (guint i = 0; i < nb; i++)
		taken[i] = is_taken(texts, nb, i) && length[i] < g_strv_length(parts[i]);
	for (guint i = 0; i < nb; i++) {
		if (!taken[i])
			continue;
		more = TRUE;
		g_free(texts[i]);
		texts[i] = last_parts(parts[i], ++length[i]);
	}
	return more;
}

GStrv side_names(const char *const *names)
{
	guint nb = g_strv_length((char **)names);
	GStrv texts = g_new0(char *, nb + 1);
	g_autofree GStrv *parts = g_new0(GStrv, nb + 1);
	g_autofree guint *length = g_new0(guint, nb + 1);
	g_autofree gboolean *taken = g_new0(gboolean, nb + 1);

	for (guint i = 0; i < nb; i++) {
		parts[i] = parts_of(names[i]);
		length[i] = 1;
		texts[i] = last_parts(parts[i], 1);
	}
	while (lengthen_names(texts, parts, length, nb))
		;
	for (guint i = 0; i < nb; i++)
		taken[i] = is_taken(texts, nb, i);
	for (guint i = 0; i < nb; i++) {
		/* The same place under several names has no part that would help. */
		if (taken[i]) {
			g_free(texts[i]);
			texts[i] = last_parts(parts[i], 1);
		}
		g_strfreev(parts[i]);
	}
	return texts;
}

char *side_label(const char *name, const char *label)
{
	return g_str_has_suffix(name, label) ? g_strdup(name)
					     : g_strdup_printf("%s-%s", name, label);
}
