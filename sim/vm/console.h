/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/vm/console.h: what conf/guest-init says on a console, read. Pure. See image.h for the server. */
#ifndef SIM_VM_CONSOLE_H
#define SIM_VM_CONSOLE_H

#include <glib.h>

/*
 * Has the command ended whose output begins with the line begin? Then its status and its output
 * (newly allocated). What was said before, what the kernel says in between, even in the middle of a
 * line, and an echo are no part of it.
 */
gboolean console_parse(const char *text, const char *begin, int *status, char **out);
/* The line that makes a guest say begin and then run argv, for at most timeout_s. Newly allocated. */
char *console_line(
	const char *const *argv, const char *input, const char *begin, unsigned timeout_s);

#endif
