/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/server.h"

#include <stdarg.h>
#include <string.h>

#include "analyze/base/file.h"
#include "analyze/base/text.h"
#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/server/server_private.h"
#include "sim/server/server_scripts.h"

enum {
	RUN_TIMEOUT_MS = 30000,
	STALL_MS = 60000, /* a copy without a byte */
};

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
	if (s->ops->free != NULL)
		s->ops->free(s);
	g_free(s->name);
	g_free(s->state_dir);
	g_free(s);
}

const char *server_name(const struct server *s)
{
	return s->name;
}

gboolean server_is_local(const struct server *s)
{
	return s->ops->is_local;
}

gboolean server_fail(const struct server *s, GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	return sim_fail(error, SIM_ERROR_SERVER, "%s: %s", s->name, text);
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
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_auto(GStrv) words = NULL;

	for (; *argv != NULL; argv++)
		g_strv_builder_add(all, strchr(*argv, '\n') == NULL ? *argv : "...");
	words = g_strv_builder_end(all);
	return server_quote((const char *const *)words);
}

/* In dry runs: what would be run. A question has no answer then. */
static gboolean print_dry(struct server *s, const char *const *argv)
{
	g_autofree char *line = server_quote(argv);

	fprintf(s->dry, "%s: %s\n", s->name, line);
	return TRUE;
}

gboolean server_run(struct server *s, const char *const *argv, const char *input,
	unsigned timeout_ms, struct server_result *out, GError **error)
{
	g_autofree char *what = server_brief(argv);
	const struct command c = {
		.argv = argv,
		.what = what,
		.input = input,
		.input_len = input == NULL ? 0 : strlen(input),
		.timeout_ms = timeout_ms == 0 ? RUN_TIMEOUT_MS : timeout_ms,
	};

	*out = (struct server_result){ 0 };
	if (s->dry == NULL)
		return s->ops->run(s, &c, out, error);
	out->out = g_strdup("");
	out->err = g_strdup("");
	return print_dry(s, argv);
}

gboolean server_failed(const struct server *s, const char *const *argv,
	const struct server_result *r, GError **error)
{
	g_autofree char *line = server_brief(argv);
	g_autofree char *reason = text_last_line(r->err[0] != '\0' ? r->err : r->out);

	return server_fail(s, error, "%s: %s (exit status %d)", line,
		reason[0] == '\0' ? "failed" : reason, r->status);
}

gboolean server_do(struct server *s, const char *const *argv, GError **error)
{
	g_auto(server_result) r = { 0 };

	return server_run(s, argv, NULL, 0, &r, error) &&
	       (r.status == 0 || server_failed(s, argv, &r, error));
}

gboolean server_dol(struct server *s, GError **error, ...)
{
	g_autoptr(GStrvBuilder) none = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;
	va_list args;

	va_start(args, error);
	argv = argv_end(none, args);
	va_end(args);
	return server_do(s, (const char *const *)argv, error);
}

char *server_askv(struct server *s, const char *const *argv, GError **error)
{
	g_auto(server_result) r = { 0 };

	if (s->dry != NULL)
		server_fail(s, error, "not executed in a dry run");
	else if (server_run(s, argv, NULL, 0, &r, error) &&
		 (r.status == 0 || server_failed(s, argv, &r, error)))
		return g_steal_pointer(&r.out);
	return NULL;
}

char *server_ask(struct server *s, GError **error, ...)
{
	g_autoptr(GStrvBuilder) none = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;
	va_list args;

	va_start(args, error);
	argv = argv_end(none, args);
	va_end(args);
	return server_askv(s, (const char *const *)argv, error);
}

gboolean server_test(struct server *s, ...)
{
	g_auto(server_result) r = { 0 };
	g_autoptr(GStrvBuilder) none = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;
	va_list args;

	va_start(args, s);
	argv = argv_end(none, args);
	va_end(args);
	return s->dry == NULL && server_run(s, (const char *const *)argv, NULL, 0, &r, NULL) &&
	       r.status == 0;
}

/* Runs what writes or reads the file path there. whither: for the error of a server without files. */
static gboolean run_copy(struct server *s, const char *path, struct command c, const char *whither,
	struct server_result *r, GError **error)
{
	g_autofree char *reason = NULL;

	if (s->ops->open == NULL)
		return server_fail(s, error, "cannot copy files %s", whither);
	c.what = path;
	c.timeout_ms = STALL_MS;
	c.is_copy = TRUE;
	if (!s->ops->run(s, &c, r, error))
		return FALSE;
	reason = text_last_line(r->err);
	return r->status == 0 || server_fail(s, error, "%s: %s", path, reason);
}

gboolean server_put(
	struct server *s, const char *local, const char *remote, mode_t mode, GError **error)
{
	char bits[16], bytes[32];
	const char *argv[] = { "sh", "-c", SERVER_PUT_SH, "sh", remote, bits, bytes, NULL };
	const char *dry[] = { "copy-from-here", local, remote, NULL };
	g_auto(server_result) r = { 0 };
	g_autoptr(GError) why = NULL;
	g_autofree char *data = NULL;
	size_t len;

	if (s->dry != NULL)
		return print_dry(s, dry);
	data = file_read(local, &len, &why);
	if (data == NULL)
		return server_fail(s, error, "%s", why->message);
	g_snprintf(bits, sizeof(bits), "%o", (unsigned)mode);
	g_snprintf(bytes, sizeof(bytes), "%zu", len);
	return run_copy(s, remote,
		(struct command){ .argv = argv, .input = data, .input_len = len }, "there", &r,
		error);
}

gboolean server_get(struct server *s, const char *remote, const char *local, GError **error)
{
	const char *argv[] = { "cat", "--", remote, NULL };
	const char *dry[] = { "copy-to-here", remote, local, NULL };
	g_autofree char *folder = g_path_get_dirname(local);
	g_auto(server_result) r = { 0 };
	g_autoptr(GError) why = NULL;

	if (s->dry != NULL)
		return print_dry(s, dry);
	return run_copy(s, remote, (struct command){ .argv = argv }, "from there", &r, error) &&
	       ((file_make_folder(folder, &why) &&
			file_write_durably(local, r.out, r.out_len, &why)) ||
		       server_fail(s, error, "%s", why->message));
}

const char *server_state_dir(struct server *s, GError **error)
{
	const char *wanted = server_is_local(s) ? g_getenv("TSIM_STATE_DIR") : NULL;
	const char *argv[] = { "sh", "-c", SERVER_STATE_SH, NULL };
	g_auto(server_result) r = { 0 };

	if (s->state_dir != NULL)
		return s->state_dir;
	if (s->dry != NULL) {
		s->state_dir = g_strdup(wanted == NULL ? "/run/tsim" : wanted);
		return s->state_dir;
	}
	if (!server_run(s, argv, NULL, 0, &r, error))
		return NULL;
	if (r.status == 0)
		s->state_dir = g_strdup(g_strchomp(r.out));
	else
		server_fail(s, error,
			"cannot create the state directory: %s; TSIM_STATE_DIR sets another",
			g_strchomp(r.err));
	return s->state_dir;
}

struct stream *server_open(struct server *s, const char *const *argv, GError **error)
{
	if (s->ops->open != NULL && s->dry == NULL)
		return s->ops->open(s, argv, error);
	server_fail(s, error, "commands with input not supported");
	return NULL;
}

struct stream *server_connect(struct server *s, const char *path, GError **error)
{
	if (s->ops->connect != NULL && s->dry == NULL)
		return s->ops->connect(s, path, error);
	server_fail(s, error, "%s: cannot connect", path);
	return NULL;
}

int server_terminal(struct server *s, const char *const *argv, GError **error)
{
	if (s->ops->terminal != NULL && s->dry == NULL)
		return s->ops->terminal(s, argv, error);
	server_fail(s, error, "no terminal available");
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
