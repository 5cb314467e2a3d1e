/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/commands/commands_private.h: what the files of the testbed's commands share. */
#ifndef SIM_COMMANDS_COMMANDS_PRIVATE_H
#define SIM_COMMANDS_COMMANDS_PRIVATE_H

#include <glib.h>

#include "sim/commands/commands.h"
#include "sim/lab/lab.h"

/* What these commands have in common. */
struct bench {
	char *config; /* --config; NULL: none */
	gboolean dry;
	struct testbed *testbed;
};

/* The rows that fill the member b, such a struct, of type. */
#define BENCH_ROWS(type_, b)                                                                 \
	OPTION_GROUP("Testbed"),                                                             \
		OPTION_ROW(FILE, type_, b.config, "config", 'c', "FILE",                     \
			"Testbed: an INI file, see conf/README.md (default: this machine)"), \
		OPTION_ROW(SWITCH, type_, b.dry, "dry-run", 0, NULL,                         \
			"Print every command that would be run, and run none")

/* Reads the testbed. FALSE after the error was printed. */
gboolean bench_read(struct bench *b);
void bench_clear(struct bench *b);
/* stop.h; and who does not listen any more is no reason to die. */
void bench_signals(void);
struct lab *bench_lab(const struct bench *b); /* not open yet */
/* Prints it; the exit status that it means. */
int bench_fail(const GError *error);

#endif
