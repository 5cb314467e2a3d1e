/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/text.h: numbers, names and whole files out of text that people wrote. Locale-free. */
#ifndef ANALYZE_BASE_TEXT_H
#define ANALYZE_BASE_TEXT_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

/*
 * The decimal number that text begins with: -12, 0.5, 1e6; no hexadecimal, inf or nan. Returns
 * how many characters it takes, 0 if there is none. *out may be infinite if it is too large.
 */
size_t text_scan_number(const char *text, double *out);
/* Is all of text one finite decimal number? */
gboolean text_number(const char *text, double *out);
/* Is all of text a share, as 0.05 or 5%? Finite; of any size. */
gboolean text_share(const char *text, double *out);
/* Is all of text digits, and at most max? */
gboolean text_uint(const char *text, uint64_t max, uint64_t *out);
/* Is it true, yes, on or 1, or false, no, off or 0, in letters of any case? */
gboolean text_switch(const char *text, gboolean *out);
/* Is all of text a number of ns, us, ms, s, min or h, finite and not negative? */
gboolean text_duration(const char *text, double *ns);
/*
 * What is wrong with a duration that has to be from min_ns to max_ns, for an error; newly allocated. NULL:
 * nothing, and *ns is set.
 */
char *text_duration_fault(const char *text, uint64_t min_ns, uint64_t max_ns, uint64_t *ns);
/* In the largest unit of which it is a whole number: 90s, 2min. Newly allocated. */
char *text_duration_format(uint64_t ns);

/* Text fit for an error message: short, valid UTF-8, no control characters. */
struct text_quoted {
	char text[152]; /* 48 bytes, where none is valid three times as long, "..." and the NUL */
};

/* For an argument of one call: text_quote(word).text. */
struct text_quoted text_quote(const char *text);
/* Text fit for a part of a file name: letters, digits, '.' and '-', at most 60. Newly allocated. */
char *text_file_part(const char *text);
/*
 * The member of names (NULL-terminated) that word is most likely a slip of, one slip in three letters,
 * or else the only one that begins with it; NULL if there is none.
 */
const char *text_nearest(const char *word, const char *const *names);
/*
 * The one form of suggestions, to follow the word in an error: " (did you mean 'PREFIXWORD'?)".
 * "" if word is NULL. Newly allocated.
 */
char *text_suggestion(const char *prefix, const char *word);
/* The same of text_nearest(). Newly allocated. */
char *text_did_you_mean(const char *word, const char *const *names);

/* The ending of a counted noun: "" for 1, else "s". */
static inline const char *text_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Appends copies of all texts (char *) of from. */
void text_copy_all(GPtrArray *to, const GPtrArray *from);

/* Its last line, without the white space behind: mostly a program's reason. Newly allocated. */
char *text_last_line(const char *text);

/* A whole file, at most max bytes, with a NUL behind. Newly allocated; NULL and error. */
char *text_read(const char *path, size_t max, size_t *len, GError **error);
/*
 * Is it text: UTF-8 without control characters but tab, CR and LF? path is for the error, which
 * names the line.
 */
gboolean text_check(const char *path, const char *text, size_t len, GError **error);

#endif
