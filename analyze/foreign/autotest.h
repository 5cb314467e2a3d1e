/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/foreign/autotest.h: results of autotest (the script of the vMux group) as trials: the files that
 * it keeps of one repetition are found by their names, and MoonGen's logs, histograms and
 * throughput tables are read as what they are. Nothing is imported or written.
 *
 *   output_INFIX_repN.log           MoonGen's log, with colour escapes: averages, totals, samples
 *   histogram_INFIX_repN.csv        latency_ns,count of its probes, in any order; may be empty
 *   moongen_INFIX_repN.csv          a row a second and direction; the last two are averages
 *   acc_histogram_INFIX.csv         the sum over repetitions, in the order first seen
 *   output_IFACE_REFL_rRATE_tTHREADS_REP.log, histogram_*, acc_histogram_*    names of its old
 *                                   command line
 * INFIX is that of trial_infix_parse. A trial's label is the name of the folder.
 */
#ifndef ANALYZE_FOREIGN_AUTOTEST_H
#define ANALYZE_FOREIGN_AUTOTEST_H

#include "analyze/contract/trial.h"

enum autotest_kind {
	AUTOTEST_NONE, /* not a name of autotest */
	AUTOTEST_LOG,
	AUTOTEST_HISTOGRAM,
	AUTOTEST_THROUGHPUT,
	AUTOTEST_ACCUMULATED,
};

/*
 * What a file name (without folder) says. *p as of trial_infix_parse, with its repetition;
 * untouched where the name is not of autotest, or the reflector is one of tsim's alone. *key, newly
 * allocated, is equal for files of one repetition, and "" and the infix for accumulated ones.
 */
enum autotest_kind autotest_name(const char *name, struct trial_params *p, char **key);

/* The files of one repetition, or one accumulated histogram; paths, NULL where there is none. */
struct autotest_files {
	struct trial_params params; /* with label */
	char *log, *histogram, *throughput, *accumulated;
};
void autotest_files_free(struct autotest_files *f); /* NULL is fine */

/*
 * All of autotest's among names (file names in dir), in the order of the names: struct
 * autotest_files *. Names that tsim's own trials use (their trial_*.json or guests_*.csv is among
 * the names) are left out; so are accumulated histograms of which a repetition is there.
 */
GPtrArray *autotest_find(const char *dir, const GPtrArray *names);

/*
 * Read them as a trial; the latencies themselves are in moongen->kept, for autotest_load. What is odd but understood is in
 * moongen->oddities; what makes its numbers doubtful is a reason, and trustworthy FALSE. NULL and
 * error only if nothing of it can be read.
 */
trial *autotest_read(const struct autotest_files *f, GError **error);
/*
 * Load the exact latencies of such a trial, if it has a histogram: what was kept, else the file. FALSE and error if that cannot
 * be read any more, or is another one by now.
 */
gboolean autotest_load(trial *t, GError **error);

/* What is odd, but understood; and why the numbers are doubtful: then t is not trustworthy. */
void autotest_note_oddity(trial *t, const char *format, ...) G_GNUC_PRINTF(2, 3);
void autotest_note_doubt(trial *t, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* What MoonGen says of one direction at its end: averages, and totals. */
struct autotest_rates {
	double mpps, mbit;
	uint64_t packets, bytes;
};
/* They become those of t. What came back beyond what was sent is foreign. */
void autotest_set_totals(
	trial *t, const struct autotest_rates *rx, const struct autotest_rates *tx);

/* Pieces of it, for tests: a log and a throughput table as text; name stands for them in errors. */
gboolean autotest_read_log(trial *t, const char *name, const char *data, size_t len);
gboolean autotest_read_throughput(
	trial *t, const char *name, const char *data, size_t len, GError **error);

#endif
