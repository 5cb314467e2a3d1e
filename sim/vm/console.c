/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest of our image as a server: conf/guest-init is at the other end of its console. Each command
 * has a connection of its own: nobody reads, and so nothing waits for a reader, while a trial runs.
 */
#include "sim/vm/console.h"

#include <stdint.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/vm/image.h"
#include "sim/server/server_private.h"

enum {
	CHUNK = 4096,
	LINE_MAX_LEN = 32768, /* what a terminal's buffer holds while the guest's shell reads */
	GRACE_MS = 15000, /* for the guest to end a command that takes too long, and to say so */
	KILLED = 128 + 9,
};

static const char status_mark[] = "@STATUS ";

/* Where the kernel began to speak, "[   12.345678] ", for the last time in line; NULL: nowhere. */
static char *kernel_in(char *line)
{
	char *found = NULL;

	for (char *p = strchr(line, '['); p != NULL; p = strchr(p + 1, '[')) {
		const char *q = p + 1;
		size_t decimals;

		q += strspn(q, " ");
		q += strspn(q, "0123456789");
		decimals = *q == '.' ? strspn(q + 1, "0123456789") : 0;
		if (decimals == 6 && q[7] == ']')
			found = p;
	}
	return found;
}

static gboolean is_status(const char *line, int *status)
{
	guint64 n;

	if (!g_str_has_prefix(line, status_mark) ||
		!g_ascii_string_to_unsigned(line + strlen(status_mark), 10, 0, 255, &n, NULL))
		return FALSE;
	*status = (int)n;
	return TRUE;
}

/* The guest's own lines begin with ':' or '@'; the kernel's, with '[', are passed over. */
static void add_line(GPtrArray *lines, const char *line)
{
	char *last = lines->len == 0 ? NULL : lines->pdata[lines->len - 1];
	char *cut = last == NULL ? NULL : kernel_in(last);

	if (*line == ':' || *line == '@') {
		g_ptr_array_add(lines, g_strdup(line));
	} else if (*line != '[' && cut != NULL) {
		/* The rest of a line that the kernel spoke into. */
		*cut = '\0';
		lines->pdata[lines->len - 1] = g_strconcat(last, line, NULL);
		g_free(last);
	}
}

static GPtrArray *lines_of(const char *text)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		g_autofree char *line = g_strndup(text, (gsize)(end - text));
		size_t len = strlen(line);

		while (len > 0 && line[len - 1] == '\r')
			line[--len] = '\0';
		add_line(lines, line);
	}
	return lines;
}

gboolean console_parse(const char *text, const char *begin, int *status, char **out)
{
	g_autoptr(GPtrArray) lines = lines_of(text);
	g_autoptr(GString) said = g_string_new(NULL);
	gboolean begun = FALSE;

	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i];

		if (!begun) {
			begun = line[0] == ':' && g_str_equal(line + 1, begin);
		} else if (is_status(line, status)) {
			*out = g_string_free(g_steal_pointer(&said), FALSE);
			return TRUE;
		} else if (line[0] == ':') {
			g_string_append(said, line + 1);
			g_string_append_c(said, '\n');
		}
	}
	return FALSE;
}

/* What a line can hold as it is. */
static gboolean is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			return FALSE;
	return TRUE;
}

char *console_line(
	const char *const *argv, const char *input, const char *begin, unsigned timeout_s)
{
	g_autofree char *command = server_quote(argv), *coded = NULL, *coded_input = NULL;
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_printf(line, "echo %s; ", begin);
	if (input != NULL) {
		coded_input = g_base64_encode((const guchar *)input, strlen(input));
		g_string_append_printf(line, "echo %s | base64 -d | ", coded_input);
	}
	g_string_append_printf(line, "timeout -s KILL %u ", timeout_s);
	if (is_plain(command)) {
		g_string_append_printf(line, "%s\n", command);
	} else {
		coded = g_base64_encode((const guchar *)command, strlen(command));
		g_string_append_printf(line, "sh -c \"$(echo %s | base64 -d)\"\n", coded);
	}
	return g_string_free(g_steal_pointer(&line), FALSE);
}

struct console {
	struct server *host;
	char *socket;
};

/* NUL has no place in a text. */
static void append_text(GString *text, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		g_string_append_c(text, data[i] == '\0' ? '?' : data[i]);
}

/* Until the command has ended; FALSE with error, or where the time is over (error is not set). */
static gboolean await_status(struct stream *st, const char *begin, unsigned timeout_ms,
	struct server_result *out, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	g_autoptr(GString) text = g_string_new(NULL);
	char chunk[CHUNK];

	for (;;) {
		gint64 left_us = until_us - g_get_monotonic_time();
		ssize_t n;

		if (left_us <= 0)
			return FALSE;
		n = stream_read(st, chunk, sizeof(chunk), (unsigned)(left_us / 1000) + 1, error);
		if (n < 0) {
			if (*error == NULL)
				sim_fail(
					error, SIM_ERROR_SERVER, "console closed: QEMU has exited");
			return FALSE;
		}
		append_text(text, chunk, (size_t)n);
		if (n > 0 && memchr(chunk, '\n', (size_t)n) != NULL &&
			console_parse(text->str, begin, &out->status, &out->out))
			return TRUE;
	}
}

static gboolean console_run(
	struct server *s, const struct command *c, struct server_result *out, GError **error)
{
	const struct console *console = s->state;
	g_autofree char *begin = g_strdup_printf("@BEGIN-%08x%08x", g_random_int(), g_random_int());
	unsigned timeout_s = (c->timeout_ms + 999) / 1000;
	g_autofree char *line = console_line(c->argv, c->input, begin, timeout_s);
	gint64 start_us = g_get_monotonic_time();
	g_autoptr(GError) why = NULL;
	struct stream *st;
	gboolean done;

	if (strlen(line) > LINE_MAX_LEN)
		return server_fail(s, error, "%s: command too long for a console", c->what);
	st = server_connect(console->host, console->socket, &why);
	/* A newline ends what somebody else may have left there. */
	done = st != NULL && stream_write(st, "\n", 1, &why) &&
	       stream_write(st, line, strlen(line), &why) &&
	       await_status(st, begin, c->timeout_ms + GRACE_MS, out, &why);
	stream_free(st);
	if (why != NULL)
		return server_fail(s, error, "%s: %s", c->what, why->message);
	if (!done)
		return server_fail(s, error,
			"%s: no answer on the console within %u s: guest is stalled", c->what,
			(c->timeout_ms + GRACE_MS) / 1000);
	out->out_len = strlen(out->out);
	out->err = g_strdup("");
	if (out->status == KILLED &&
		g_get_monotonic_time() - start_us >= (gint64)c->timeout_ms * 1000) {
		server_result_clear(out);
		return server_fail(s, error, "%s: killed after %u s", c->what, timeout_s);
	}
	return TRUE;
}

static void console_free(struct server *s)
{
	struct console *c = s->state;

	g_free(c->socket);
	g_free(c);
}

struct server *server_new_console(struct server *s, const char *name, const char *socket)
{
	static const struct server_ops ops = { .run = console_run, .free = console_free };
	struct console *c = g_new0(struct console, 1);

	c->host = s;
	c->socket = g_strdup(socket);
	return server_new(&ops, name, c);
}
