/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/server/server_private.h"

enum { RUN_TIMEOUT_MS = 30000 };

struct server *server_new(const struct server_ops *ops, const char *name, void *state)
{
	struct server *s = g_new0(struct server, 1);

	s->ops = ops;
	s->state = state;
	s->name = g_strdup(name);
	return s;
}

void server_free(struct server *s)
{
	if (s == NULL)
		return;
	s->ops->free(s);
	g_free(s->name);
	g_free(s->state_dir);
	g_free(s);
}

const char *server_name(const struct server *s)
{
	return s->name;
}

void server_set_dry(struct server *s, FILE *out)
{
	s->dry = out;
}

gboolean server_is_dry(const struct server *s)
{
	return s->dry != NULL;
}

void server_result_clear(struct server_result *r)
{
	g_free(r->out);
	g_free(r->err);
	*r = (struct server_result){ 0 };
}

char *server_quote(const char *const *argv)
{
	GString *line = g_string_new(NULL);

	for (; *argv != NULL; argv++) {
		g_autofree char *quoted = NULL;
		const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./-_";

		if (line->len != 0)
			g_string_append_c(line, ' ');
		if (**argv != '\0' && strspn(*argv, plain) == strlen(*argv)) {
			g_string_append(line, *argv);
			continue;
		}
		quoted = g_shell_quote(*argv);
		g_string_append(line, quoted);
	}
	return g_string_free(line, FALSE);
}

char *server_brief(const char *const *argv)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	for (; *argv != NULL; argv++)
		g_ptr_array_add(
			words, (gpointer)(uintptr_t)(strchr(*argv, '\n') == NULL ? *argv : "..."));
	g_ptr_array_add(words, NULL);
	return server_quote((const char *const *)words->pdata);
}

/* In dry runs: what would be run. A question has no answer then. */
static void print_dry(struct server *s, const char *const *argv)
{
	g_autofree char *line = server_quote(argv);

	fprintf(s->dry, "%s: %s\n", s->name, line);
}

gboolean server_run(struct server *s, const char *const *argv, const char *input,
	unsigned timeout_ms, struct server_result *out, GError **error)
{
	*out = (struct server_result){ 0 };
	if (s->dry != NULL) {
		print_dry(s, argv);
		out->out = g_strdup("");
		out->err = g_strdup("");
		return TRUE;
	}
	return s->ops->run(
		s, argv, input, timeout_ms == 0 ? RUN_TIMEOUT_MS : timeout_ms, out, error);
}

/* The last line that a program says is mostly its reason. */
static char *reason_of(const struct server_result *r)
{
	g_autofree char *text = g_strdup(r->err[0] != '\0' ? r->err : r->out);
	char *nl;

	g_strchomp(text);
	nl = strrchr(text, '\n');
	return g_strdup(nl == NULL ? text : nl + 1);
}

static void set_failed(const struct server *s, const char *const *argv,
	const struct server_result *r, GError **error)
{
	g_autofree char *line = server_brief(argv);
	g_autofree char *reason = reason_of(r);

	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: %s: %s (exit status %d)", s->name,
		line, reason[0] == '\0' ? "failed" : reason, r->status);
}

gboolean server_do(struct server *s, const char *const *argv, GError **error)
{
	g_auto(server_result) r = { 0 };

	if (!server_run(s, argv, NULL, 0, &r, error))
		return FALSE;
	if (r.status == 0)
		return TRUE;
	set_failed(s, argv, &r, error);
	return FALSE;
}

static const char **words_of(va_list *args)
{
	GPtrArray *words = g_ptr_array_new();
	const char *word;

	do {
		word = va_arg(*args, const char *);
		g_ptr_array_add(words, (gpointer)(uintptr_t)word);
	} while (word != NULL);
	return (const char **)g_ptr_array_free(words, FALSE);
}

gboolean server_dol(struct server *s, GError **error, ...)
{
	g_autofree const char **argv = NULL;
	va_list args;

	va_start(args, error);
	argv = words_of(&args);
	va_end(args);
	return server_do(s, argv, error);
}

char *server_ask(struct server *s, GError **error, ...)
{
	g_auto(server_result) r = { 0 };
	g_autofree const char **argv = NULL;
	va_list args;

	va_start(args, error);
	argv = words_of(&args);
	va_end(args);
	if (s->dry != NULL) {
		g_set_error(
			error, SIM_ERROR, SIM_ERROR_SERVER, "%s: not asked in a dry run", s->name);
		return NULL;
	}
	if (!server_run(s, argv, NULL, 0, &r, error))
		return NULL;
	if (r.status != 0) {
		set_failed(s, argv, &r, error);
		return NULL;
	}
	return g_steal_pointer(&r.out);
}

gboolean server_test(struct server *s, ...)
{
	g_auto(server_result) r = { 0 };
	g_autofree const char **argv = NULL;
	va_list args;

	va_start(args, s);
	argv = words_of(&args);
	va_end(args);
	return s->dry == NULL && server_run(s, argv, NULL, 0, &r, NULL) && r.status == 0;
}

gboolean server_put(
	struct server *s, const char *local, const char *remote, mode_t mode, GError **error)
{
	const char *argv[] = { "copy-from-here", local, remote, NULL };

	if (s->dry != NULL) {
		print_dry(s, argv);
		return TRUE;
	}
	if (s->ops->put == NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: files cannot be copied there",
			s->name);
		return FALSE;
	}
	return s->ops->put(s, local, remote, mode, error);
}

gboolean server_get(struct server *s, const char *remote, const char *local, GError **error)
{
	const char *argv[] = { "copy-to-here", remote, local, NULL };

	if (s->dry != NULL) {
		print_dry(s, argv);
		return TRUE;
	}
	if (s->ops->get == NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER,
			"%s: files cannot be copied from there", s->name);
		return FALSE;
	}
	return s->ops->get(s, remote, local, error);
}

gboolean server_write(struct server *s, const char *path, const void *data, size_t len, mode_t mode,
	GError **error)
{
	g_autofree char *temporary = NULL;
	gboolean written;
	int fd;

	if (s->dry != NULL) {
		const char *argv[] = { "write", path, NULL };

		print_dry(s, argv);
		return TRUE;
	}
	fd = g_file_open_tmp("tsim-XXXXXX", &temporary, error);
	if (fd < 0)
		return FALSE;
	close(fd);
	written = g_file_set_contents(temporary, data, (gssize)len, error) &&
		  server_put(s, temporary, path, mode, error);
	unlink(temporary);
	return written;
}

/* One question for all kinds: where it is, and that it is ours. A link could lead anywhere. */
static const char state_script
	[] = "d=${TSIM_STATE_DIR-}\n"
	     "while [ \"$d\" != \"${d%/}\" ]; do d=${d%/}; done\n"
	     "if [ -z \"$d\" ]; then\n"
	     "	if [ \"$(id -u)\" -eq 0 ]; then d=/run/tsim; else d=/tmp/tsim-$(id -u); fi\n"
	     "fi\n"
	     "[ ! -L \"$d\" ] || { echo \"$d is a link\" >&2; exit 1; }\n"
	     "mkdir -p -m 700 -- \"$d\" || exit\n"
	     "[ ! -L \"$d\" ] && [ -O \"$d\" ] ||\n"
	     "	{ echo \"$d belongs to somebody else\" >&2; exit 1; }\n"
	     "chmod 700 -- \"$d\" && cd -- \"$d\" && pwd -P\n";

const char *server_state_dir(struct server *s, GError **error)
{
	const char *wanted = server_is_local(s) ? g_getenv("TSIM_STATE_DIR") : NULL;
	const char *argv[] = { "sh", "-c", state_script, NULL };
	g_auto(server_result) r = { 0 };

	if (s->state_dir != NULL)
		return s->state_dir;
	if (s->dry != NULL) {
		s->state_dir = g_strdup(wanted == NULL ? "/run/tsim" : wanted);
		return s->state_dir;
	}
	if (!server_run(s, argv, NULL, 0, &r, error))
		return NULL;
	if (r.status != 0) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER,
			"%s: no folder for what tsim makes there: %s; TSIM_STATE_DIR names another",
			s->name, g_strchomp(r.err));
		return NULL;
	}
	s->state_dir = g_strdup(g_strchomp(r.out));
	return s->state_dir;
}

struct stream *server_open(struct server *s, const char *const *argv, GError **error)
{
	if (s->ops->open != NULL && s->dry == NULL)
		return s->ops->open(s, argv, error);
	g_set_error(
		error, SIM_ERROR, SIM_ERROR_SERVER, "%s: no commands with input there", s->name);
	return NULL;
}

struct stream *server_connect(struct server *s, const char *path, GError **error)
{
	if (s->ops->connect != NULL && s->dry == NULL)
		return s->ops->connect(s, path, error);
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: %s: cannot be reached", s->name, path);
	return NULL;
}

int server_terminal(struct server *s, const char *const *argv, GError **error)
{
	if (s->ops->terminal != NULL && s->dry == NULL)
		return s->ops->terminal(s, argv, error);
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: has no terminal", s->name);
	return -1;
}

ssize_t stream_read(struct stream *st, void *into, size_t room, unsigned timeout_ms, GError **error)
{
	return st->ops->read(st, into, room, timeout_ms, error);
}

gboolean stream_write(struct stream *st, const void *data, size_t len, GError **error)
{
	return st->ops->write(st, data, len, error);
}

void stream_free(struct stream *st)
{
	if (st != NULL)
		st->ops->free(st);
}
