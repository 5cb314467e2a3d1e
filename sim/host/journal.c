/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file, in STATE_DIR/journal: words quoted for a shell, each with C's escapes inside, so that a
 * line is a line whatever is in it:
 *
 *	boot ID				the boot that all below is of
 *	made NUMBER WHAT run WORD...	undone by that command
 *	made NUMBER WHAT stop NAME	a process, undone by process_stop
 *	undone NUMBER
 *
 * A line without its end was being written when tsim or the machine died: its thing was not made.
 */
#include "sim/host/journal.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/host/host_scripts.h"
#include "sim/server/process.h"

enum {
	LOCK_TIMEOUT_MS = 90000, /* a command of a dead tsim may have to end first */
	MAKE_TIMEOUT_MS = 120000,
	STOP_GRACE_MS = 5000,
	/* Of the scripts below; no command that is run by them says so. */
	STATUS_UNWRITTEN = 174, /* the journal cannot be written */
	STATUS_FENCED = 175,    /* another tsim has the lock */
};

struct entry {
	guint64 number;
	char *what;
	char **undo; /* command; of a process: its name */
	gboolean is_process;
};

struct journal {
	struct server *server;
	char *dir;   /* STATE_DIR */
	char *token; /* of this holder of the lock; first line of the lock file */
	char *boot;
	struct stream *lock; /* NULL: dry */
	GPtrArray *entries;  /* oldest first */
	guint64 next;
	gboolean torn; /* a line in the file may be half there: to be rewritten first */
};

static void entry_free(gpointer data)
{
	struct entry *e = data;

	g_free(e->what);
	g_strfreev(e->undo);
	g_free(e);
}

static struct entry *entry_new(
	guint64 number, const char *what, const char *const *undo, gboolean is_process)
{
	struct entry *e = g_new0(struct entry, 1);

	e->number = number;
	e->what = g_strdup(what);
	e->undo = g_strdupv((char **)(uintptr_t)undo);
	e->is_process = is_process;
	return e;
}

static char *entry_line(const struct entry *e)
{
	g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, e->number);
	g_autofree char *what = g_strescape(e->what, "\"");
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_auto(GStrv) words = NULL;

	g_strv_builder_add_many(all, "made", number, what, e->is_process ? "stop" : "run", NULL);
	for (char **u = e->undo; *u != NULL; u++) {
		g_autofree char *word = g_strescape(*u, "\"");

		g_strv_builder_add(all, word);
	}
	words = g_strv_builder_end(all);
	return server_quote((const char *const *)words);
}

static gboolean has_entry(const GPtrArray *entries, guint64 number, guint *at)
{
	for (guint i = entries->len; i > 0; i--) {
		const struct entry *e = g_ptr_array_index(entries, i - 1);

		if (e->number == number) {
			*at = i - 1;
			return TRUE;
		}
	}
	return FALSE;
}

/* One line of the file. FALSE: it is none of ours. */
static gboolean parse_line(const char *line, GPtrArray *entries)
{
	g_auto(GStrv) words = NULL;
	guint64 number = 0;
	gboolean process;
	int n = 0;
	guint at = 0;

	if (!g_shell_parse_argv(line, &n, &words, NULL) || n < 2)
		return FALSE;
	if (!g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXUINT64 - 1, &number, NULL))
		return FALSE;
	if (g_str_equal(words[0], "undone")) {
		if (has_entry(entries, number, &at))
			g_ptr_array_remove_index(entries, at);
		return TRUE;
	}
	if (!g_str_equal(words[0], "made") || n < 5)
		return FALSE;
	process = g_str_equal(words[3], "stop");
	if (!process && !g_str_equal(words[3], "run"))
		return FALSE;
	for (int i = 2; i < n; i++) {
		char *plain = g_strcompress(words[i]);

		g_free(words[i]);
		words[i] = plain;
	}
	g_ptr_array_add(
		entries, entry_new(number, words[2], (const char *const *)&words[4], process));
	return TRUE;
}

/* text: the name of this boot, then the file. Lines of another boot are passed over. */
static gboolean parse_file(const char *where, const char *text, GPtrArray *entries, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint nb = g_strv_length(lines);
	gboolean ours = TRUE;

	/* The last of them has no end: empty, or torn. */
	for (guint i = 1; i + 1 < nb; i++) {
		if (g_str_has_prefix(lines[i], "boot ")) {
			ours = g_str_equal(lines[i] + strlen("boot "), lines[0]);
			continue;
		}
		if (ours && !parse_line(lines[i], entries))
			return sim_fail(error, SIM_ERROR_SERVER,
				"%s/journal: invalid line %u: '%s'; remove what it names if "
				"present (ip link, ip netns), then delete the file",
				where, i, lines[i]);
	}
	return TRUE;
}

/* *boot: newly allocated. */
static gboolean read_entries(
	struct server *s, const char *dir, GPtrArray *into, char **boot, GError **error)
{
	g_autofree char *text = server_ask(s, error, "sh", "-c", JOURNAL_READ_SH, "sh", dir, NULL);
	g_autofree char *where = g_strdup_printf("%s: %s", server_name(s), dir);

	if (text == NULL || !parse_file(where, text, into, error))
		return FALSE;
	*boot = g_strndup(text, strcspn(text, "\n"));
	return TRUE;
}

/* A fresh file: nothing undone, torn or of another boot is in it. */
static gboolean rewrite_file(struct journal *j, GError **error)
{
	const char *argv[] = { "sh", "-c", (JOURNAL_FENCE_SH JOURNAL_REWRITE_SH), "sh", j->dir,
		j->token, NULL };
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(server_result) r = { 0 };

	g_string_append_printf(text, "boot %s\n", j->boot);
	for (guint i = 0; i < j->entries->len; i++) {
		g_autofree char *line = entry_line(g_ptr_array_index(j->entries, i));

		g_string_append_printf(text, "%s\n", line);
	}
	if (!server_run(j->server, argv, text->str, MAKE_TIMEOUT_MS, &r, error))
		return FALSE;
	if (r.status != 0)
		return server_fail(
			j->server, error, "%s/journal: write error: %s", j->dir, g_strchomp(r.err));
	j->torn = FALSE;
	return TRUE;
}

/* Until a line has come, the stream has ended, or it is too late. */
static char *stream_line(struct stream *st, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)LOCK_TIMEOUT_MS * 1000;
	g_autoptr(GString) line = g_string_new(NULL);
	char c = '\0';
	ssize_t n = 0;

	while (g_get_monotonic_time() < until_us && n >= 0) {
		n = stream_read(st, &c, 1, 1000, error);
		if (n > 0 && c == '\n')
			return g_strdup(line->str);
		if (n > 0)
			g_string_append_c(line, c);
	}
	return NULL;
}

static char *holder_text(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *since = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");

	return g_strdup_printf("%s@%s, process %d, since %s", g_get_user_name(), g_get_host_name(),
		getpid(), since);
}

/* *again: nobody had it since this journal had it. */
static gboolean take_lock(struct journal *j, gboolean *again, GError **error)
{
	g_autofree char *holder = holder_text();
	const char *argv[] = { "sh", "-c", JOURNAL_LOCK_SH, "sh", j->dir, j->token, holder, NULL };
	g_autoptr(GError) why = NULL;
	g_autofree char *said = NULL;

	j->lock = server_open(j->server, argv, error);
	if (j->lock == NULL)
		return FALSE;
	said = stream_line(j->lock, &why);
	*again = g_strcmp0(said, "again") == 0;
	if (*again || g_strcmp0(said, "locked") == 0)
		return TRUE;
	g_clear_pointer(&j->lock, stream_free);
	if (said != NULL && g_str_has_prefix(said, "busy "))
		return server_fail(j->server, error,
			"in use by another tsim: %s; wait for it, or stop it (%s/lock)",
			said + strlen("busy "), j->dir);
	return server_fail(j->server, error,
		"%s/lock: cannot lock: %s; requires flock (util-linux)", j->dir,
		why != NULL ? why->message : "no answer");
}

static gboolean open_for_real(struct journal *j, GError **error)
{
	const char *dir = server_state_dir(j->server, error);
	gboolean again;

	if (dir == NULL)
		return FALSE;
	j->dir = g_strdup(dir);
	if (!take_lock(j, &again, error) ||
		!read_entries(j->server, dir, j->entries, &j->boot, error))
		return FALSE;
	for (guint i = 0; i < j->entries->len; i++) {
		const struct entry *e = g_ptr_array_index(j->entries, i);

		j->next = MAX(j->next, e->number + 1);
	}
	return rewrite_file(j, error);
}

struct journal *journal_open(struct server *s, gboolean *left, GError **error)
{
	struct journal *j = g_new0(struct journal, 1);

	j->server = s;
	j->token = g_uuid_string_random();
	j->entries = g_ptr_array_new_with_free_func(entry_free);
	if (!server_is_dry(s) && !open_for_real(j, error)) {
		journal_close(j);
		return NULL;
	}
	if (left != NULL)
		*left = j->entries->len != 0;
	return j;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	stream_free(j->lock);
	g_ptr_array_unref(j->entries);
	g_free(j->token);
	g_free(j->dir);
	g_free(j->boot);
	g_free(j);
}

struct server *journal_server(const struct journal *j)
{
	return j->server;
}

guint journal_mark(const struct journal *j)
{
	return j->entries->len;
}

/*
 * Before each change. The connection that held the lock may have been cut; who had the lock then has
 * undone everything, or is at it.
 */
static gboolean hold_lock(struct journal *j, GError **error)
{
	gboolean again = FALSE;
	char c;

	if (server_is_dry(j->server) ||
		(j->lock != NULL && stream_read(j->lock, &c, 1, 0, NULL) >= 0))
		return TRUE;
	g_clear_pointer(&j->lock, stream_free);
	if (!take_lock(j, &again, error))
		return FALSE;
	if (again)
		return TRUE;
	g_clear_pointer(&j->lock, stream_free);
	/* No second try may find it its own. */
	g_free(j->token);
	j->token = g_uuid_string_random();
	return server_fail(j->server, error,
		"another tsim cleaned up during a connection loss; run the command again");
}

/* A script with its fence and line, and the command: NULL for the line alone. */
static gboolean run_fenced(struct journal *j, const char *script, const char *line,
	const char *const *command, GError **error)
{
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_auto(server_result) r = { 0 };
	g_auto(GStrv) argv = NULL;

	if (server_is_dry(j->server))
		return command == NULL || server_do(j->server, command, error);
	if (!hold_lock(j, error) || (j->torn && !rewrite_file(j, error)))
		return FALSE;
	g_strv_builder_add_many(all, "sh", "-c", script, "sh", j->dir, j->token, line, NULL);
	if (command != NULL)
		g_strv_builder_addv(all, (const char **)(uintptr_t)command);
	argv = g_strv_builder_end(all);
	if (!server_run(j->server, (const char *const *)argv, NULL, MAKE_TIMEOUT_MS, &r, error))
		return FALSE;
	if (r.status == 0)
		return TRUE;
	j->torn |= r.status == STATUS_UNWRITTEN;
	if (r.status == STATUS_FENCED)
		g_clear_pointer(&j->lock, stream_free);
	if (command != NULL && r.status != STATUS_FENCED && r.status != STATUS_UNWRITTEN)
		return server_failed(j->server, command, &r, error);
	return server_fail(j->server, error, "%s/journal: %s", j->dir,
		g_strchomp(r.err)[0] == '\0' ? "write error" : r.err);
}

/* Undoes one thing, and says so in the file. */
static gboolean undo_entry(struct journal *j, const struct entry *e, GError **error)
{
	g_autofree char *line = g_strdup_printf("undone %" G_GUINT64_FORMAT, e->number);

	if (!e->is_process)
		return run_fenced(j, JOURNAL_FENCE_SH JOURNAL_UNDO_SH, line,
			(const char *const *)e->undo, error);
	return hold_lock(j, error) && process_stop(j->server, e->undo[0], STOP_GRACE_MS, error) &&
	       run_fenced(j, JOURNAL_FENCE_SH JOURNAL_UNDO_SH, line, NULL, error);
}

/* Undoes the last of what is recorded; why it could not be made is the error, whatever comes. */
static void take_back(struct journal *j)
{
	guint last = j->entries->len - 1;

	if (undo_entry(j, g_ptr_array_index(j->entries, last), NULL))
		g_ptr_array_remove_index(j->entries, last);
}

/* Takes e. What has not come as far as the journal was not made. */
static gboolean record_entry(
	struct journal *j, struct entry *e, const char *const *make, GError **error)
{
	g_autofree char *line = entry_line(e);

	if (!hold_lock(j, error) || (j->torn && !rewrite_file(j, error))) {
		entry_free(e);
		return FALSE;
	}
	g_ptr_array_add(j->entries, e);
	if (run_fenced(j, JOURNAL_FENCE_SH JOURNAL_RECORD_SH, line, make, error))
		return TRUE;
	if (j->torn || (j->lock == NULL && !server_is_dry(j->server)))
		g_ptr_array_remove_index(j->entries, j->entries->len - 1);
	else
		take_back(j);
	return FALSE;
}

gboolean journal_make(struct journal *j, const char *what, const char *const *make,
	const char *const *undo, GError **error)
{
	return record_entry(j, entry_new(j->next++, what, undo, FALSE), make, error);
}

gboolean journal_start(struct journal *j, const char *name, const char *netns,
	const char *const *argv, GError **error)
{
	const char *undo[] = { name, NULL };
	g_autofree char *what = g_strdup_printf("process %s", name);
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_auto(GStrv) fenced = NULL;

	if (!record_entry(j, entry_new(j->next++, what, undo, TRUE), NULL, error))
		return FALSE;
	if (!server_is_dry(j->server))
		g_strv_builder_add_many(all, "sh", "-c", JOURNAL_FENCE_SH JOURNAL_START_SH, "sh",
			j->dir, j->token, NULL);
	g_strv_builder_addv(all, (const char **)(uintptr_t)argv);
	fenced = g_strv_builder_end(all);
	if (process_start(j->server, name, netns, (const char *const *)fenced, error))
		return TRUE;
	take_back(j);
	return FALSE;
}

gboolean journal_undo(struct journal *j, guint mark, GError **error)
{
	g_autoptr(GError) first = NULL;

	for (guint i = j->entries->len; i > mark; i--) {
		g_autoptr(GError) why = NULL;
		const struct entry *e = g_ptr_array_index(j->entries, i - 1);

		if (undo_entry(j, e, &why)) {
			g_ptr_array_remove_index(j->entries, i - 1);
			continue;
		}
		if (first == NULL)
			g_set_error(&first, SIM_ERROR, SIM_ERROR_SERVER, "cannot undo %s: %s",
				e->what, why->message);
		if (j->lock == NULL && !server_is_dry(j->server))
			break; /* nobody there, or somebody else */
	}
	if (first == NULL)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&first));
	return FALSE;
}

static char **list_of(const GPtrArray *entries)
{
	char **list = g_new0(char *, entries->len + 1);

	for (guint i = 0; i < entries->len; i++)
		list[i] = g_strdup(((const struct entry *)g_ptr_array_index(entries, i))->what);
	return list;
}

char **journal_list(const struct journal *j)
{
	return list_of(j->entries);
}

char **journal_peek(struct server *s, char **holder, GError **error)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
	const char *dir = server_state_dir(s, error);
	g_autofree char *who = NULL;
	g_autofree char *boot = NULL;

	*holder = NULL;
	if (server_is_dry(s))
		return list_of(entries);
	if (dir == NULL || !read_entries(s, dir, entries, &boot, error))
		return NULL;
	who = server_ask(s, error, "sh", "-c", JOURNAL_HOLDER_SH, "sh", dir, NULL);
	if (who == NULL)
		return NULL;
	if (g_strchomp(who)[0] != '\0')
		*holder = g_steal_pointer(&who);
	return list_of(entries);
}
