/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/commands/commands_private.h: what the commands about a testbed share. */
#ifndef SIM_COMMANDS_COMMANDS_PRIVATE_H
#define SIM_COMMANDS_COMMANDS_PRIVATE_H

#include <stdio.h>

#include <glib.h>

#include "sim/commands/commands.h"
#include "sim/host/testbed.h"
#include "sim/lab/lab.h"

/* What these commands have in common. */
struct bench {
	char *config; /* --config; NULL: none */
	gboolean dry;
	uint64_t connect_timeout_ns; /* of guests; 0, UINT64_MAX: by accelerator and number */
	struct testbed *testbed;
	/* By bench_open: host and loadgen, once if they are one machine. */
	unsigned nb;
	struct server *server[2];
	const struct testbed_server *machine[2];
};

/* The rows that fill such a struct. b_: "member." of the struct type_, or nothing. */
#define BENCH_ROWS(type_, b_)                                                                \
	OPTION_GROUP("Testbed"),                                                             \
		OPTION_ROW(FILE, type_, b_ config, "config", 'c', "FILE",                    \
			"Testbed: an INI file, see conf/README.md (default: this machine)"), \
		OPTION_ROW(SWITCH, type_, b_ dry, "dry-run", 0, NULL,                        \
			"Print every command that would be run, and run none")

/* Of those that start guests. */
#define BENCH_TIMEOUT_ROW(type_, b_)                                                     \
	OPTION_ROW(TIME, type_, b_ connect_timeout_ns, "connect-timeout", 0, "TIME",     \
		"Maximum wait for guests to boot (default 2min with KVM, 4min without; " \
		"more for many)",                                                        \
		.min = 0, .max = 86400)

/* Of commands that have no options of their own. */
extern const struct option_row bench_rows[];

/* Reads the testbed; bench_open: and opens its servers. FALSE after the error was printed. */
gboolean bench_read(struct bench *b);
gboolean bench_open(struct bench *b);
void bench_clear(struct bench *b);
/* Opens the servers, visits each (b->server[nth]) whatever became of the one before, and clears b. */
typedef gboolean (*bench_visit)(struct bench *b, unsigned nth, GError **error);
int bench_each(struct bench *b, bench_visit visit);
/* Not open yet. From now on signals stop what it does: stop.h. */
struct lab *bench_lab(const struct bench *b);
/* Has a signal said so? arg: nothing. */
gboolean bench_is_interrupted(void *arg);
/* A line on stderr. */
void bench_say(void *arg, const char *text);
/* Prints it; the exit status that it means. */
int bench_fail(const GError *error);
/* "" or, where a user cannot see what root has there, what to do about it. Static. */
const char *bench_unseen(struct server *s);
/* text, or, where root may have something there, only what is certain. */
void bench_say_empty(FILE *out, struct server *s, const char *text);

#endif
