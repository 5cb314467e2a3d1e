/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/cpu_time.h"

#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"

enum { UTIME = 14, STIME = 15, NUM_THREADS = 20 }; /* fields, see proc(5) */

/* Adds a process; FALSE: there is none. */
static gboolean add_process(const char *pid, struct cpu_time *sum)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid), *text = NULL;
	g_auto(GStrv) fields = NULL;
	const char *behind;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return FALSE;
	/* The name, field 2, may hold anything. */
	behind = strrchr(text, ')');
	fields = behind == NULL ? NULL : g_strsplit(behind, " ", -1);
	if (fields == NULL || g_strv_length(fields) < NUM_THREADS)
		return FALSE;
	sum->ns += (g_ascii_strtoull(fields[UTIME - 2], NULL, 10) +
			   g_ascii_strtoull(fields[STIME - 2], NULL, 10)) *
		   (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));
	sum->threads += (unsigned)g_ascii_strtoull(fields[NUM_THREADS - 2], NULL, 10);
	return TRUE;
}

gboolean cpu_time_check(const char *option, const char *pids, GError **error)
{
	g_auto(GStrv) all = g_strsplit(pids == NULL ? "" : pids, ",", -1);
	struct cpu_time unused = { 0 };

	for (char **pid = all; *pid != NULL; pid++) {
		guint64 number;

		if (!g_ascii_string_to_unsigned(*pid, 10, 1, G_MAXINT32, &number, NULL))
			return sim_fail(error, SIM_ERROR_USAGE,
				"%s: expected PIDs such as 123,125, got '%s'", option, pids);
		if (!add_process(*pid, &unused))
			return sim_fail(error, SIM_ERROR_USAGE, "%s: no process %s on this machine",
				option, *pid);
	}
	return TRUE;
}

struct cpu_time cpu_time_read(const char *pids)
{
	g_auto(GStrv) all = g_strsplit(pids == NULL ? "" : pids, ",", -1);
	struct cpu_time sum = { 0 };

	for (char **pid = all; *pid != NULL; pid++)
		(void)add_process(*pid, &sum);
	return sum;
}
