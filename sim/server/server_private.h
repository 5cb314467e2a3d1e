/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/server/server_private.h: what a kind of server has to give; server.c has the rest. */
#ifndef SIM_SERVER_SERVER_PRIVATE_H
#define SIM_SERVER_SERVER_PRIVATE_H

#include "sim/server/server.h"

struct command {
	const char *const *argv;
	const char *what;  /* for errors: the words in short, or the file that it is about */
	const char *input; /* any bytes */
	size_t input_len;
	unsigned timeout_ms;
	gboolean is_copy; /* timeout_ms is of silence: it begins anew with every byte */
};

struct server_ops {
	gboolean is_local; /* it is this machine */
	/* Mandatory. As server_run. *out is zeroed. */
	gboolean (*run)(struct server *s, const struct command *c, struct server_result *out,
		GError **error);
	/* NULL: none, and no files. As server_open, server_connect, server_terminal. */
	struct stream *(*open)(struct server *s, const char *const *argv, GError **error);
	struct stream *(*connect)(struct server *s, const char *path, GError **error);
	int (*terminal)(struct server *s, const char *const *argv, GError **error);
	void (*free)(struct server *s); /* NULL: there is no state */
};

struct server {
	const struct server_ops *ops;
	void *state;
	char *name;
	char *state_dir; /* NULL: not asked for yet */
	FILE *dry;       /* NULL: for real */
};

struct stream_ops {
	ssize_t (*read)(
		struct stream *st, void *into, size_t room, unsigned timeout_ms, GError **error);
	gboolean (*write)(struct stream *st, const void *data, size_t len, GError **error);
	void (*free)(struct stream *st);
};

struct stream {
	const struct stream_ops *ops;
};

struct server *server_new(const struct server_ops *ops, const char *name, void *state);
/* For errors: as server_quote, but scripts of several lines are "...". Newly allocated. */
char *server_brief(const char *const *argv);

#endif
