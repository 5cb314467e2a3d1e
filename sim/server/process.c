/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/process.h"

#include <stdint.h>
#include <string.h>

enum { SLACK_MS = 20000 }; /* of a stop, beyond its grace: it is verified, too */

/*
 * Functions of all scripts here; $d is the folder, $name the process.
 * stat_of PID: sets state, group and start, fields 3, 5 and 22 of /proc/PID/stat. The name before
 * may hold anything, newlines too.
 * marked PID: it was started as this process, or by it. Who writes the file cannot make it so.
 * members: processes of its group, without zombies: who reaps those is not ours to say.
 * leads: the recorded PID is still that process. A number that is a living group's is given to no
 * other, so that a group with a marked member is ours also when its leader was killed.
 */
#define FUNCTIONS                                                                        \
	"fields() { state=$1 group=$3; shift 19; start=$1; }\n"                          \
	"stat_of() {\n"                                                                  \
	"	line=\n"                                                                       \
	"	while read -r part; do line=\"$line $part\"; done 2>/dev/null "                \
	"<\"/proc/$1/stat\"\n"                                                           \
	"	[ -n \"$line\" ] && fields ${line##*) }\n"                                     \
	"} 2>/dev/null\n"                                                                \
	"marked() {\n"                                                                   \
	"	tr '\\0' '\\n' 2>/dev/null <\"/proc/$1/environ\" | grep -qxF "                 \
	"\"TSIM_PROCESS=$d/$name\"\n"                                                    \
	"} 2>/dev/null\n"                                                                \
	"members() {\n"                                                                  \
	"	found=\n"                                                                      \
	"	for f in /proc/[0-9]*; do\n"                                                   \
	"		f=${f#/proc/}\n"                                                              \
	"		stat_of \"$f\" && [ \"$group\" = \"$pid\" ] && [ \"$state\" != Z ] "          \
	"&& found=\"$found $f\"\n"                                                       \
	"	done\n"                                                                        \
	"	[ -n \"$found\" ]\n"                                                           \
	"}\n"                                                                            \
	"recorded() { pid= at= id=; [ -e \"$d/$name.pid\" ] && read -r pid at id "       \
	"<\"$d/$name.pid\" && [ \"${pid:-0}\" -gt 1 ] 2>/dev/null; }\n"                  \
	"leads() { stat_of \"$pid\" && [ \"$start\" = \"$at\" ] && marked \"$pid\"; }\n" \
	"orphaned() {\n"                                                                 \
	"	members || return 1\n"                                                         \
	"	for f in $found; do marked \"$f\" && return 0; done\n"                         \
	"	return 1\n"                                                                    \
	"}\n"                                                                            \
	"is_ours() {\n"                                                                  \
	"	[ \"$id\" = \"$(cat /proc/sys/kernel/random/boot_id)\" ] || return 1\n"        \
	"	leads && [ \"$state\" != Z ] || orphaned\n"                                    \
	"}\n"                                                                            \
	"runs() { recorded && is_ours; }\n"

/*
 * start: DIR NAME WORD... The inner script leads the session. A signal to its group is for the
 * process: it stays to tell how that ended. One that has not recorded itself in time must not do
 * so later.
 */
static const char start_script
	[] = "d=$1 name=$2\n"
	     "shift 2\n" FUNCTIONS "mkdir -p \"$d\" || exit 1\n"
	     "if runs; then echo \"$name runs already, PID $pid\" >&2; exit 1; fi\n"
	     "rm -f \"$d/$name.pid\" \"$d/$name.exit\"\n"
	     ": >\"$d/$name.log\" || exit 1\n"
	     "TSIM_PROCESS=$d/$name setsid sh -c '\n"
	     "d=$1 name=$2\n"
	     "shift 2\n"
	     "trap : HUP INT TERM\n"
	     "fields() { shift 19; start=$1; }\n"
	     "read -r line <\"/proc/$$/stat\"\n"
	     "fields ${line##*) }\n"
	     "echo \"$$ $start $(cat /proc/sys/kernel/random/boot_id)\" >\"$d/$name.new\" &&\n"
	     "mv \"$d/$name.new\" \"$d/$name.pid\" || exit\n"
	     "(exec \"$@\")\n"
	     "echo $? >\"$d/$name.new\"\n"
	     "mv \"$d/$name.new\" \"$d/$name.exit\"\n"
	     "' sh \"$d\" \"$name\" \"$@\" </dev/null >>\"$d/$name.log\" 2>&1 &\n"
	     "n=0\n"
	     "until [ -e \"$d/$name.pid\" ] || [ $n -ge 500 ]; do n=$((n + 1)); sleep 0.02; done\n"
	     "[ -e \"$d/$name.pid\" ] && exit\n"
	     "kill -KILL $! \"-$!\" 2>/dev/null\n"
	     "echo \"it does not start: $(tail -n 1 \"$d/$name.log\")\" >&2\n"
	     "exit 1\n";

/* look: DIR NAME. One that has ended may have left others in its group. */
static const char look_script[] = "d=$1 name=$2\n" FUNCTIONS
				  "if [ -e \"$d/$name.exit\" ]; then cat \"$d/$name.exit\"\n"
				  "elif runs; then echo running\n"
				  "elif [ -e \"$d/$name.exit\" ]; then cat \"$d/$name.exit\"\n"
				  "elif [ -e \"$d/$name.pid\" ]; then echo gone\n"
				  "else echo none; fi\n";

/* stop: DIR NAME TENTHS. */
static const char stop_script
	[] = "d=$1 name=$2 tenths=$3\n" FUNCTIONS "if runs; then\n"
	     "	kill -TERM \"-$pid\" 2>/dev/null\n"
	     "	while members && [ \"$tenths\" -gt 0 ]; do tenths=$((tenths - 1)); sleep 0.1; "
	     "done\n"
	     "	[ -z \"$found\" ] || kill -KILL \"-$pid\" 2>/dev/null\n"
	     "	tenths=100\n"
	     "	while members && [ \"$tenths\" -gt 0 ]; do tenths=$((tenths - 1)); sleep 0.1; "
	     "done\n"
	     "	if members; then echo \"PID$found: killed, and not gone\" >&2; exit 1; fi\n"
	     "fi\n"
	     "rm -f \"$d/$name.pid\" \"$d/$name.exit\" \"$d/$name.new\" \"$d/$name.log\"\n";

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
		server_fail(s, error, "process '%s': a name is of letters, digits and '-'", name);
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
		g_strv_builder_add_many(all, "sh", "-c", start_script, "sh", dir, name, NULL);
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
	g_autofree char *dir = process_folder(s, name, error);
	g_autofree char *tenths = g_strdup_printf("%u", grace_ms / 100);
	const char *argv[] = { "sh", "-c", stop_script, "sh", dir, name, tenths, NULL };
	const char *dry[] = { "stop", name, NULL };

	if (server_is_dry(s))
		return server_do(s, dry, error);
	return dir != NULL && run_for(s, name, argv, grace_ms + SLACK_MS, error);
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
