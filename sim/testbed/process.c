/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/testbed/process.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/error.h"

enum { SLACK_MS = 20000 }; /* of a stop, beyond its grace: it is verified, too */

/*
 * Functions of all scripts here; $d is the folder, $name the process. stat_of PID sets state, group
 * and start (fields 3, 5 and 22 of /proc/PID/stat; the name before may hold anything).
 */
#define FUNCTIONS                                                                                \
	"fields() { state=$1 group=$3; shift 19; start=$1; }\n"                                  \
	"stat_of() { read -r line 2>/dev/null <\"/proc/$1/stat\" && fields ${line##*) }; }\n"    \
	"boot=$(cat /proc/sys/kernel/random/boot_id)\n"                                          \
	"recorded() { pid= at= id=; [ -e \"$d/$name.pid\" ] && read -r pid at id "               \
	"<\"$d/$name.pid\"; }\n"                                                                 \
	"is_it() { stat_of \"$pid\" && [ \"$start\" = \"$at\" ] && [ \"$id\" = \"$boot\" ]; }\n" \
	"runs() { recorded && is_it && [ \"$state\" != Z ]; }\n"

/*
 * start: DIR NAME WORD... The inner script leads the session. A signal to its group is for the
 * process: it stays to tell how that ended.
 */
static const char start_script
	[] = "d=$1 name=$2\n"
	     "shift 2\n" FUNCTIONS "mkdir -p \"$d\" || exit 1\n"
	     "if runs; then echo \"$name runs already, PID $pid\" >&2; exit 1; fi\n"
	     "rm -f \"$d/$name.pid\" \"$d/$name.exit\"\n"
	     ": >\"$d/$name.log\" || exit 1\n"
	     "setsid sh -c '\n"
	     "d=$1 name=$2\n"
	     "shift 2\n"
	     "trap : HUP INT TERM\n"
	     "fields() { shift 19; start=$1; }\n"
	     "read -r line <\"/proc/$$/stat\"\n"
	     "fields ${line##*) }\n"
	     "echo \"$$ $start $(cat /proc/sys/kernel/random/boot_id)\" >\"$d/$name.new\"\n"
	     "mv \"$d/$name.new\" \"$d/$name.pid\"\n"
	     "\"$@\"\n"
	     "echo $? >\"$d/$name.new\"\n"
	     "mv \"$d/$name.new\" \"$d/$name.exit\"\n"
	     "' sh \"$d\" \"$name\" \"$@\" </dev/null >>\"$d/$name.log\" 2>&1 &\n"
	     "n=0\n"
	     "until [ -e \"$d/$name.pid\" ] || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.1; done\n"
	     "[ -e \"$d/$name.pid\" ] || { echo \"it does not start\" >&2; exit 1; }\n";

/* look: DIR NAME. */
static const char look_script[] = "d=$1 name=$2\n" FUNCTIONS "if runs; then echo running\n"
				  "elif [ -e \"$d/$name.exit\" ]; then cat \"$d/$name.exit\"\n"
				  "elif [ -e \"$d/$name.pid\" ]; then echo gone\n"
				  "else echo none; fi\n";

/*
 * stop: DIR NAME TENTHS. Its group lives on when its leader was killed; the number of a group that
 * has members is no new process's. Zombies are gone: who reaps them is not ours to say.
 */
static const char stop_script
	[] = "d=$1 name=$2 tenths=$3\n" FUNCTIONS "members() {\n"
	     "	for f in /proc/[0-9]*/stat; do\n"
	     "		f=${f#/proc/}\n"
	     "		stat_of \"${f%/stat}\" && [ \"$group\" = \"$pid\" ] && [ \"$state\" != Z ] "
	     "&& return 0\n"
	     "	done\n"
	     "	return 1\n"
	     "}\n"
	     "recorded || { rm -f \"$d/$name.exit\" \"$d/$name.log\"; exit 0; }\n"
	     "if is_it || { [ ! -e \"/proc/$pid\" ] && [ \"$id\" = \"$boot\" ]; }; then\n"
	     "	kill -TERM \"-$pid\" 2>/dev/null\n"
	     "	while members && [ \"$tenths\" -gt 0 ]; do tenths=$((tenths - 1)); sleep 0.1; "
	     "done\n"
	     "	kill -KILL \"-$pid\" 2>/dev/null\n"
	     "	tenths=100\n"
	     "	while members && [ \"$tenths\" -gt 0 ]; do tenths=$((tenths - 1)); sleep 0.1; "
	     "done\n"
	     "	if members; then echo \"PID $pid does not end\" >&2; exit 1; fi\n"
	     "fi\n"
	     "rm -f \"$d/$name.pid\" \"$d/$name.exit\" \"$d/$name.new\" \"$d/$name.log\"\n";

/* list: DIR. */
static const char list_script[] = "cd \"$1\" 2>/dev/null || exit 0\n"
				  "for f in *.pid; do [ -e \"$f\" ] && echo \"${f%.pid}\"; done\n"
				  "exit 0\n";

static char *folder(struct server *s, GError **error)
{
	const char *state = server_state_dir(s, error);

	return state == NULL ? NULL : g_build_filename(state, "process", NULL);
}

/* What is between the script and the process itself. Newly allocated but for its words. */
static GPtrArray *start_words(
	const char *dir, const char *name, const char *netns, const char *const *argv)
{
	GPtrArray *words = g_ptr_array_new();
	const char *before[] = { "sh", "-c", start_script, "sh", dir, name };
	const char *inside[] = { "ip", "netns", "exec", netns };

	for (unsigned i = 0; dir != NULL && i < G_N_ELEMENTS(before); i++)
		g_ptr_array_add(words, (gpointer)(uintptr_t)before[i]);
	for (unsigned i = 0; netns != NULL && i < G_N_ELEMENTS(inside); i++)
		g_ptr_array_add(words, (gpointer)(uintptr_t)inside[i]);
	for (; *argv != NULL; argv++)
		g_ptr_array_add(words, (gpointer)(uintptr_t)*argv);
	g_ptr_array_add(words, NULL);
	return words;
}

gboolean process_start(struct server *s, const char *name, const char *netns,
	const char *const *argv, GError **error)
{
	g_autofree char *dir = server_is_dry(s) ? NULL : folder(s, error);
	g_autoptr(GPtrArray) words = NULL;
	g_auto(server_result) r = { 0 };

	if (dir == NULL && !server_is_dry(s))
		return FALSE;
	words = start_words(dir, name, netns, argv);
	if (!server_run(s, (const char *const *)words->pdata, NULL, 0, &r, error))
		return FALSE;
	if (r.status == 0)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: process %s: %s", server_name(s), name,
		g_strchomp(r.err));
	return FALSE;
}

gboolean process_look(
	struct server *s, const char *name, enum process_state *state, int *status, GError **error)
{
	g_autofree char *dir = folder(s, error);
	g_autofree char *said = NULL;

	*state = PROCESS_NONE;
	*status = 0;
	if (server_is_dry(s))
		return TRUE;
	said = dir == NULL ? NULL
			   : server_ask(s, error, "sh", "-c", look_script, "sh", dir, name, NULL);
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
	g_autofree char *dir = folder(s, error);
	g_autofree char *tenths = g_strdup_printf("%u", grace_ms / 100);
	const char *argv[] = { "sh", "-c", stop_script, "sh", dir, name, tenths, NULL };
	const char *dry[] = { "stop", name, NULL };
	g_auto(server_result) r = { 0 };

	if (server_is_dry(s))
		return server_do(s, dry, error);
	if (dir == NULL || !server_run(s, argv, NULL, grace_ms + SLACK_MS, &r, error))
		return FALSE;
	if (r.status == 0)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: process %s: %s", server_name(s), name,
		g_strchomp(r.err));
	return FALSE;
}

char *process_words(struct server *s, const char *name, unsigned lines)
{
	g_autofree char *dir = folder(s, NULL);
	g_autofree char *path = dir == NULL ? NULL : g_strdup_printf("%s/%s.log", dir, name);
	g_autofree char *number = g_strdup_printf("%u", lines);
	char *said = path == NULL ? NULL
				  : server_ask(s, NULL, "tail", "-n", number, "--", path, NULL);

	return said == NULL ? g_strdup("") : g_strchomp(said);
}

char **process_list(struct server *s, GError **error)
{
	g_autofree char *dir = folder(s, error);
	g_autofree char *said = NULL;

	if (server_is_dry(s))
		return g_new0(char *, 1);
	said = dir == NULL ? NULL : server_ask(s, error, "sh", "-c", list_script, "sh", dir, NULL);
	if (said == NULL)
		return NULL;
	g_strchomp(said);
	return said[0] == '\0' ? g_new0(char *, 1) : g_strsplit(said, "\n", -1);
}
