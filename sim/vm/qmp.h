/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/vm/qmp.h: QEMU's machine protocol: a JSON object a line, over a Unix socket of a server. One
 * client at a time: open, ask, close.
 */
#ifndef SIM_VM_QMP_H
#define SIM_VM_QMP_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "sim/server/server.h"

enum qmp_kind { QMP_GREETING, QMP_RETURN, QMP_ERROR, QMP_EVENT };

typedef struct qmp_message qmp_message;
struct qmp_message {
	enum qmp_kind kind;
	gint64 id;       /* of the command that it answers; -1: none */
	JsonNode *value; /* of a return; else NULL */
	char *text;      /* an error's description, an event's name; else NULL */
};
void qmp_message_clear(struct qmp_message *m); /* one of zeros is fine */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(qmp_message, qmp_message_clear)

/* A line without its end. Pure. Whatever is none of the four kinds is an error. */
gboolean qmp_parse(const char *line, gsize len, struct qmp_message *out, GError **error);

typedef struct qmp qmp;

/* Connected, greeted, ready for commands; all of it, and each command, within timeout_ms. */
struct qmp *qmp_open(struct server *s, const char *socket, unsigned timeout_ms, GError **error);
void qmp_close(struct qmp *q); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(qmp, qmp_close)
/* A command without arguments. What it returns: to be freed by json_node_unref; NULL: error. */
JsonNode *qmp_execute(struct qmp *q, const char *command, GError **error);
/* "running", "paused", "internal-error", ... Newly allocated; NULL: error. */
char *qmp_status(struct qmp *q, GError **error);

#endif
