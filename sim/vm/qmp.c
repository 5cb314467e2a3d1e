/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/qmp.h"

#include <stdint.h>
#include <string.h>

#include "analyze/base/json_in.h"
#include "sim/base/error.h"

enum { CHUNK = 4096, LINE_MAX_LEN = 1 << 20 };

struct qmp {
	char *name; /* "host: /run/tsim/vm/qmp-0.sock": in errors */
	struct stream *stream;
	GString *text; /* read, and not yet taken */
	unsigned timeout_ms;
	gint64 id; /* of the last command */
};

void qmp_message_clear(struct qmp_message *m)
{
	g_clear_pointer(&m->value, json_node_unref);
	g_clear_pointer(&m->text, g_free);
}

static gboolean fail_protocol(GError **error, const char *what)
{
	return sim_fail(error, SIM_ERROR_GUEST, "invalid QMP message: %s", what);
}

/* The string of that name; NULL if there is none, or something else. Newly allocated. */
static char *string_of(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
			       json_node_get_value_type(node) == G_TYPE_STRING
		       ? json_node_dup_string(node)
		       : NULL;
}

static gboolean parse_message(JsonObject *object, struct qmp_message *out, GError **error)
{
	JsonNode *id = json_object_get_member(object, "id");
	JsonNode *why = json_object_get_member(object, "error");

	out->id = id != NULL && JSON_NODE_HOLDS_VALUE(id) &&
				  json_node_get_value_type(id) == G_TYPE_INT64
			  ? json_node_get_int(id)
			  : -1;
	if (json_object_has_member(object, "return")) {
		out->kind = QMP_RETURN;
		out->value = json_object_dup_member(object, "return");
		return TRUE;
	}
	if (why != NULL) {
		out->kind = QMP_ERROR;
		if (JSON_NODE_HOLDS_OBJECT(why))
			out->text = string_of(json_node_get_object(why), "desc");
		return out->text != NULL || fail_protocol(error, "error without a description");
	}
	if (json_object_has_member(object, "event")) {
		out->kind = QMP_EVENT;
		out->text = string_of(object, "event");
		return out->text != NULL || fail_protocol(error, "event without a name");
	}
	out->kind = QMP_GREETING;
	return json_object_has_member(object, "QMP") ||
	       fail_protocol(error, "expected a greeting, return, error or event");
}

gboolean qmp_parse(const char *line, gsize len, struct qmp_message *out, GError **error)
{
	g_autoptr(JsonNode) root = json_in_parse("QMP", line, len, NULL);

	*out = (struct qmp_message){ .id = -1 };
	if (root == NULL)
		return fail_protocol(error, "not a JSON object");
	if (parse_message(json_node_get_object(root), out, error))
		return TRUE;
	qmp_message_clear(out);
	return FALSE;
}

/* More of what QEMU says, before until_us. */
static gboolean read_more(struct qmp *q, gint64 until_us, GError **error)
{
	char chunk[CHUNK];
	gint64 left_us = until_us - g_get_monotonic_time();
	g_autoptr(GError) why = NULL;
	ssize_t n;

	if (left_us <= 0)
		return sim_fail(error, SIM_ERROR_GUEST,
			"%s: no answer from QEMU within %u ms: it is stalled, or waits for a "
			"vhost-user peer",
			q->name, q->timeout_ms);
	n = stream_read(q->stream, chunk, sizeof(chunk), (unsigned)(left_us / 1000) + 1, &why);
	if (n > 0)
		g_string_append_len(q->text, chunk, n);
	if (n >= 0 && q->text->len <= LINE_MAX_LEN)
		return TRUE;
	return sim_fail(error, SIM_ERROR_GUEST, "%s: %s", q->name,
		n >= 0        ? "answer of QEMU too long"
		: why != NULL ? why->message
			      : "connection closed by QEMU");
}

static gboolean next_message(
	struct qmp *q, gint64 until_us, struct qmp_message *out, GError **error)
{
	const char *end;
	gboolean parsed;

	while ((end = memchr(q->text->str, '\n', q->text->len)) == NULL)
		if (!read_more(q, until_us, error))
			return FALSE;
	parsed = qmp_parse(q->text->str, (gsize)(end - q->text->str), out, error);
	g_string_erase(q->text, 0, end - q->text->str + 1);
	if (!parsed)
		g_prefix_error(error, "%s: ", q->name);
	return parsed;
}

/* The next message that is no event. */
static gboolean next_answer(struct qmp *q, gint64 until_us, struct qmp_message *out, GError **error)
{
	while (next_message(q, until_us, out, error)) {
		if (out->kind != QMP_EVENT)
			return TRUE;
		qmp_message_clear(out);
	}
	return FALSE;
}

static JsonNode *execute_until(struct qmp *q, const char *command, gint64 until_us, GError **error)
{
	g_auto(qmp_message) m = { 0 };
	g_autofree char *line = g_strdup_printf(
		"{\"execute\":\"%s\",\"id\":%" G_GINT64_FORMAT "}\n", command, ++q->id);

	if (!stream_write(q->stream, line, strlen(line), error)) {
		g_prefix_error(error, "%s: ", q->name);
		return NULL;
	}
	if (!next_answer(q, until_us, &m, error))
		return NULL;
	if (m.kind == QMP_RETURN && m.id == q->id)
		return g_steal_pointer(&m.value);
	sim_fail(error, SIM_ERROR_GUEST, "%s: %s: %s", q->name, command,
		m.kind == QMP_ERROR ? m.text : "unexpected answer");
	return NULL;
}

static gint64 answer_until(const struct qmp *q)
{
	return g_get_monotonic_time() + (gint64)q->timeout_ms * 1000;
}

static gboolean greet_qemu(struct qmp *q, GError **error)
{
	gint64 until_us = answer_until(q);
	g_auto(qmp_message) m = { 0 };
	g_autoptr(JsonNode) ready = NULL;

	if (!next_answer(q, until_us, &m, error))
		return FALSE;
	if (m.kind != QMP_GREETING)
		return sim_fail(error, SIM_ERROR_GUEST, "%s: no greeting from QEMU", q->name);
	ready = execute_until(q, "qmp_capabilities", until_us, error);
	return ready != NULL;
}

struct qmp *qmp_open(struct server *s, const char *socket, unsigned timeout_ms, GError **error)
{
	struct stream *stream = server_connect(s, socket, error);
	g_autoptr(qmp) q = NULL;

	if (stream == NULL)
		return NULL;
	q = g_new0(struct qmp, 1);
	q->name = g_strdup_printf("%s: %s", server_name(s), socket);
	q->stream = stream;
	q->text = g_string_new(NULL);
	q->timeout_ms = timeout_ms;
	return greet_qemu(q, error) ? g_steal_pointer(&q) : NULL;
}

void qmp_close(struct qmp *q)
{
	if (q == NULL)
		return;
	stream_free(q->stream);
	g_string_free(q->text, TRUE);
	g_free(q->name);
	g_free(q);
}

JsonNode *qmp_execute(struct qmp *q, const char *command, GError **error)
{
	return execute_until(q, command, answer_until(q), error);
}

char *qmp_status(struct qmp *q, GError **error)
{
	g_autoptr(JsonNode) status = qmp_execute(q, "query-status", error);
	char *word = NULL;

	if (status == NULL)
		return NULL;
	if (JSON_NODE_HOLDS_OBJECT(status))
		word = string_of(json_node_get_object(status), "status");
	if (word == NULL)
		sim_fail(error, SIM_ERROR_GUEST, "%s: query-status: no status in the answer",
			q->name);
	return word;
}
