/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/error.h: how a function fails, and the two error domains of what all programs share.
 * The text of an error names where (FILE:LINE, --option), what, and the remedy.
 */
#ifndef ANALYZE_BASE_ERROR_H
#define ANALYZE_BASE_ERROR_H

#include <glib.h>

/*
 * What somebody wrote, in a file or as a word of the command line, cannot be used: of traffic/ and of
 * ini, text and datadir. A program ends with CLI_USAGE.
 */
#define INPUT_ERROR input_error_quark()

enum input_error {
	INPUT_ERROR_SYNTAX,    /* a file or word does not parse */
	INPUT_ERROR_RANGE,     /* it parses, but the value cannot be used */
	INPUT_ERROR_RATE,      /* a rate without unit, or one that needs what is missing */
	INPUT_ERROR_NOT_FOUND, /* no profile, key or file of that name */
	INPUT_ERROR_IO,        /* the file is there but cannot be read */
};

/* A result, or a file that a program writes, cannot be used: of analyze/. It ends with CLI_FAILED. */
#define ANALYZE_ERROR analyze_error_quark()

enum analyze_error {
	ANALYZE_ERROR_SYNTAX,  /* a file does not parse; the text has its name and line */
	ANALYZE_ERROR_CONTENT, /* it parses, but its numbers contradict each other or its siblings */
	ANALYZE_ERROR_NOT_FOUND, /* nothing of that name */
	ANALYZE_ERROR_IO,        /* cannot be read or written */
	ANALYZE_ERROR_MIX,       /* two that were offered different mixes are to be compared */
};

GQuark input_error_quark(void);
GQuark analyze_error_quark(void);

/*
 * Sets an error of any domain to a text; error may be NULL. FALSE, so that what fails can end with
 * "return input_fail(error, INPUT_ERROR_RANGE, ...)". In two parts, so that compilers and analyzers
 * know what it returns.
 */
#define error_set(...) (error_format(__VA_ARGS__), error_result())
#define input_fail(error, code, ...) error_set(error, INPUT_ERROR, code, __VA_ARGS__)
#define analyze_fail(error, code, ...) error_set(error, ANALYZE_ERROR, code, __VA_ARGS__)
/* The same where what fails returns a pointer: NULL. */
#define error_null(...) (error_format(__VA_ARGS__), NULL)
#define input_null(error, code, ...) error_null(error, INPUT_ERROR, code, __VA_ARGS__)
#define analyze_null(error, code, ...) error_null(error, ANALYZE_ERROR, code, __VA_ARGS__)

void error_format(GError **error, GQuark domain, int code, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

static inline gboolean error_result(void)
{
	return FALSE;
}

#endif
