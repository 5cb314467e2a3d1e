/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/commands/doctor.h: what a machine can do, and what of it makes measurements worse or impossible, each
 * with its remedy. One question a machine; judging the answer is pure.
 */
#ifndef SIM_COMMANDS_DOCTOR_H
#define SIM_COMMANDS_DOCTOR_H

#include <glib.h>

#include "analyze/base/cli.h"
#include "sim/server/server.h"

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_WARN, /* works, but slower, noisier, or without one kind of interface */
	DOCTOR_BAD,  /* guests or networks cannot be made */
};

struct doctor_row {
	char *machine;    /* name of the server */
	const char *what; /* "hugepages" */
	char *found;
	enum doctor_verdict verdict;
	char *remedy; /* NULL: none is needed */
};

/* Frees its rows (struct doctor_row *). */
GPtrArray *doctor_rows_new(void);
/* Appends rows about s. In a dry run the question is printed, and there are none. */
gboolean doctor_examine(struct server *s, GPtrArray *rows, GError **error);
/* The same of an answer: lines "KEY VALUE", see doctor.c. */
void doctor_judge(const char *machine, const char *answer, GPtrArray *rows);
/* Newly allocated. */
char *doctor_format(const GPtrArray *rows, enum cli_format format);

#endif
