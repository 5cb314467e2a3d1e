/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/gp.h: pieces of gnuplot text: strings, numbers, units and tics. Pure functions. */
#ifndef PLOTS_DRAW_GP_H
#define PLOTS_DRAW_GP_H

#include <stdint.h>

#include <glib.h>

/* A number as text, the same in every locale: gp_num(x).text, NaN as "NaN". */
struct gp_num {
	char text[G_ASCII_DTOSTR_BUF_SIZE];
};
struct gp_num gp_num(double value); /* up to 9 digits */
struct gp_num gp_fixed(double value, int decimals);

/*
 * Appends text as a single-quoted gnuplot string, in which gnuplot expands nothing. What is not
 * UTF-8 or printable is replaced. gp_tic is for tic labels, where gnuplot also reads printf's %.
 */
void gp_quote(GString *script, const char *text);
void gp_quote_tic(GString *script, const char *text);
/* One line without what ends a comment or a column: for the comments of data files. */
void gp_comment(GString *data, const char *text);
/* Begins the index-th block of a data file: its name and its columns, as comments. */
void gp_block(GString *data, guint index, const char *name, const char *columns);

struct gp_unit {
	const char *name;
	double per; /* how many of the base unit it is */
};
/* The unit in which a latency (ns) or an axis of loads up to hi_pps (packets per second) reads best. */
struct gp_unit gp_latency_unit(double ns);
struct gp_unit gp_load_unit(double hi_pps);

/* Widens lo..hi, both above 0, to numbers that begin with 1, 2 or 5, with room on both sides. */
void gp_log_range(double *lo, double *hi);
/* Upper end of a linear axis that begins at 0 and shows hi with room above; a multiple of its tics. */
double gp_linear_top(double hi);
/* That of an axis of losses, which are shares. */
double gp_loss_top(double hi);
/*
 * "set AXIStics (...)" of a linear axis lo..hi: four to nine. Labels are in that unit, its name behind
 * the number: "20 µs"; a unit without a name (NULL) stands in the title of the axis.
 * @param most  labels that have room; 0: none
 */
void gp_tics(
	GString *script, const char *axis, double lo, double hi, struct gp_unit unit, guint most);
/* The same of a log axis of latencies, ns: 1, 2, 5, or if it is long the decades; "10 µs", "1 ms". */
void gp_log_tics(GString *script, const char *axis, double lo, double hi, guint most);
/* The same of loads, in that unit, whose name stands in the title of the axis. */
void gp_log_load_tics(
	GString *script, const char *axis, double lo, double hi, struct gp_unit unit, guint most);

#endif
