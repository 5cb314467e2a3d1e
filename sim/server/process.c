/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/process.h"

#include <stdint.h>
#include <string.h>

#include "sim/server/server_scripts.h"

enum { SLACK_MS = 20000 }; /* of a stop, beyond its grace: it is verified, too */

/* list: DIR. */
static const char list_script[] = "cd \"$1\" 2>/dev/null || exit 0\n"
				  "for f in *.pid; do [ -e \"$f\" ] && echo \"${f%.pid}\"; done\n"
				  "exit 0\n";

/* Where its files are; NULL and error if it cannot be the name of files. */
static char *process_folder(struct server *s, const char *name, GError **error)
{
	const char *known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const char *state;

	if (name != NULL && (name[0] == '\0' || strspn(name, known) != strlen(name))) {
		server_fail(
			s, error, "invalid process name '%s'; use letters, digits and '-'", name);
		return NULL;
	}
	state = server_state_dir(s, error);
	return state == NULL ? NULL : g_build_filename(state, "process", NULL);
}

/* What starts or stops the process of that name, and says why it cannot. */
static gboolean run_for(struct server *s, const char *name, const char *const *argv,
	unsigned timeout_ms, GError **error)
{
	g_auto(server_result) r = { 0 };

	return server_run(s, argv, NULL, timeout_ms, &r, error) &&
	       (r.status == 0 || server_fail(s, error, "process %s: %s", name, g_strchomp(r.err)));
}

gboolean process_start(struct server *s, const char *name, const char *netns,
	const char *const *argv, GError **error)
{
	g_autofree char *dir = server_is_dry(s) ? NULL : process_folder(s, name, error);
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_auto(GStrv) words = NULL;

	if (dir == NULL && !server_is_dry(s))
		return FALSE;
	if (dir != NULL)
		g_strv_builder_add_many(all, "sh", "-c", PROCESS_FUNCTIONS_SH PROCESS_START_SH,
			"sh", dir, name, NULL);
	if (netns != NULL)
		g_strv_builder_add_many(all, "ip", "netns", "exec", netns, NULL);
	g_strv_builder_addv(all, (const char **)(uintptr_t)argv);
	words = g_strv_builder_end(all);
	return run_for(s, name, (const char *const *)words, 0, error);
}

gboolean process_look(
	struct server *s, const char *name, enum process_state *state, int *status, GError **error)
{
	g_autofree char *dir = process_folder(s, name, error);
	g_autofree char *said = NULL;

	*state = PROCESS_NONE;
	*status = 0;
	if (server_is_dry(s))
		return TRUE;
	said = dir == NULL ? NULL
			   : server_ask(s, error, "sh", "-c", PROCESS_FUNCTIONS_SH PROCESS_LOOK_SH,
				     "sh", dir, name, NULL);
	if (said == NULL)
		return FALSE;
	g_strchomp(said);
	if (g_str_equal(said, "running")) {
		*state = PROCESS_RUNNING;
	} else if (g_str_equal(said, "gone")) {
		*state = PROCESS_ENDED; /* with who would have said how */
		*status = 128 + 9;
	} else if (!g_str_equal(said, "none")) {
		*state = PROCESS_ENDED;
		*status = (int)g_ascii_strtoll(said, NULL, 10);
	}
	return TRUE;
}

gboolean process_stop(struct server *s, const char *name, unsigned grace_ms, GError **error)
{
	g_autofree char *dir = process_folder(s, name, error);
	g_autofree char *tenths = g_strdup_printf("%u", grace_ms / 100);
	const char *argv[] = { "sh", "-c", (PROCESS_FUNCTIONS_SH PROCESS_STOP_SH), "sh", dir, name,
		tenths, NULL };
	const char *dry[] = { "stop", name, NULL };

	if (server_is_dry(s))
		return server_do(s, dry, error);
	return dir != NULL && run_for(s, name, argv, grace_ms + SLACK_MS, error);
}

char *process_end_text(enum process_state state, int status)
{
	if (state == PROCESS_NONE)
		return g_strdup("was stopped");
	return status > 128 ? g_strdup_printf("was killed by signal %d", status - 128)
			    : g_strdup_printf("exited with status %d", status);
}

/* Words of a script of the folder that looks at names. NULL and error. */
static char **names_command(
	struct server *s, const char *script, const char *const *names, GError **error)
{
	g_autofree char *dir = process_folder(s, NULL, error);
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();

	if (dir == NULL)
		return NULL;
	g_strv_builder_add_many(all, "sh", "-c", script, "sh", dir, NULL);
	g_strv_builder_addv(all, (const char **)(uintptr_t)names);
	return g_strv_builder_end(all);
}

char *process_pids(struct server *s, const char *const *names)
{
	g_auto(GStrv) argv = names_command(s, PROCESS_FUNCTIONS_SH PROCESS_PIDS_SH, names, NULL);
	char *said = argv == NULL ? NULL : server_askv(s, (const char *const *)argv, NULL);

	return said == NULL ? NULL : g_strchomp(said);
}

struct stream *process_watch(struct server *s, const char *const *names, GError **error)
{
	g_auto(GStrv) argv = names_command(s, PROCESS_WATCH_SH, names, error);

	return argv == NULL ? NULL : server_open(s, (const char *const *)argv, error);
}

char *process_words(struct server *s, const char *name, unsigned lines)
{
	g_autofree char *dir = process_folder(s, name, NULL);
	g_autofree char *path = dir == NULL ? NULL : g_strdup_printf("%s/%s.log", dir, name);
	g_autofree char *number = g_strdup_printf("%u", lines);
	char *said = path == NULL ? NULL
				  : server_ask(s, NULL, "tail", "-n", number, "--", path, NULL);

	return said == NULL ? g_strdup("") : g_strchomp(said);
}

char **process_list(struct server *s, GError **error)
{
	g_autofree char *dir = process_folder(s, NULL, error);
	g_autofree char *said = NULL;

	if (server_is_dry(s))
		return g_new0(char *, 1);
	said = dir == NULL ? NULL : server_ask(s, error, "sh", "-c", list_script, "sh", dir, NULL);
	if (said == NULL)
		return NULL;
	g_strchomp(said);
	return said[0] == '\0' ? g_new0(char *, 1) : g_strsplit(said, "\n", -1);
}
