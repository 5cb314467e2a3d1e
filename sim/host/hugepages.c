/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/host/hugepages.h"

#include "sim/base/error.h"
#include "sim/host/network.h"

enum { PAGE_MIB = 2 };

/* All, and those that are free. */
struct pages {
	guint64 nb, free;
};

static gboolean ask(struct server *s, const char *dir, struct pages *out, GError **error)
{
	static const char script[] = "cat \"$1/nr_hugepages\" \"$1/free_hugepages\"";
	g_autofree char *said = server_ask(s, NULL, "sh", "-c", script, "sh", dir, NULL);
	g_auto(GStrv) n = said == NULL ? NULL : g_strsplit(said, "\n", 3);

	if (n != NULL && g_strv_length(n) >= 2 &&
		g_ascii_string_to_unsigned(n[0], 10, 0, G_MAXUINT32, &out->nb, NULL) &&
		g_ascii_string_to_unsigned(n[1], 10, 0, G_MAXUINT32, &out->free, NULL))
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
		"%s: no hugepages of 2 MiB: do without, or use a kernel that has them",
		server_name(s));
	return FALSE;
}

static gboolean set(struct journal *j, const char *dir, guint64 to, guint64 former, GError **error)
{
	static const char script[] = "echo \"$2\" >\"$1\"";
	g_autofree char *file = g_build_filename(dir, "nr_hugepages", NULL);
	g_autofree char *nb = g_strdup_printf("%" G_GUINT64_FORMAT, to);
	g_autofree char *back = g_strdup_printf("%" G_GUINT64_FORMAT, former);
	g_autofree char *what = g_strdup_printf(
		"%" G_GUINT64_FORMAT " hugepages of 2 MiB", to - former);

	return journal_make(j, what,
		(const char *const[]){ "sh", "-c", script, "sh", file, nb, NULL },
		(const char *const[]){ "sh", "-c", script, "sh", file, back, NULL }, error);
}

gboolean hugepages_reserve(struct journal *j, unsigned mib, GError **error)
{
	struct server *s = journal_server(j);
	g_autofree char *dir = g_build_filename(
		network_sysfs(), "kernel/mm/hugepages/hugepages-2048kB", NULL);
	guint64 wanted = (mib + PAGE_MIB - 1) / PAGE_MIB;
	struct pages are = { 0 };

	if (!server_is_dry(s) && !ask(s, dir, &are, error))
		return FALSE;
	if (are.free >= wanted)
		return TRUE;
	if (!set(j, dir, are.nb + wanted - are.free, are.nb, error))
		return FALSE;
	/* The kernel gives what it can, and calls that a success. */
	if (server_is_dry(s))
		return TRUE;
	if (!ask(s, dir, &are, error))
		return FALSE;
	if (are.free >= wanted)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
		"%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		" hugepages of 2 MiB are free: ask "
		"for less, or reserve them when the machine starts (hugepages=%" G_GUINT64_FORMAT
		" for the kernel)",
		server_name(s), are.free, wanted, wanted);
	return FALSE;
}
