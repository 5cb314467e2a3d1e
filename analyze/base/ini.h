/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/ini.h: the one grammar of all files of sections and keys: configurations, testbeds,
 * matrices, mixes, recipes. It is that of Python's configparser, as autotest's files are read by it:
 *
 *   # comment, or ; comment     on lines of their own
 *   [DEFAULT]                   keys of all sections
 *   [section]
 *   key = value                 or key: value; a key in any case
 *     goes on                   on lines that are indented further than their key
 *   other = ${key}              also ${section:key}; $$ is a $
 */
#ifndef ANALYZE_BASE_INI_H
#define ANALYZE_BASE_INI_H

#include <glib.h>

struct ini;

/* NULL and an INPUT_ERROR with file, line and remedy. Plain UTF-8, at most 16 MiB. */
struct ini *ini_read(const char *path, GError **error);
/* The same of a text; name stands for the file. */
struct ini *ini_parse(const char *name, const char *text, GError **error);
void ini_free(struct ini *i); /* NULL is fine */

/* What stands for the file in errors. */
const char *ini_name(const struct ini *i);
/* Names of sections in order, without [DEFAULT]. Owned by i. */
const char *const *ini_sections(const struct ini *i);
/* "FILE:LINE" of a section's head. Newly allocated. */
char *ini_where(const struct ini *i, const char *section);
/* Keys of a section itself, without those of [DEFAULT], in order. Owned by i. */
const char *const *ini_keys(const struct ini *i, const char *section);
/* What ${key} finds where the file has none: name and value are copied. */
void ini_inject(struct ini *i, const char *key, const char *value);
/*
 * Value with all references put in, newly allocated; NULL without an error: there is no such key.
 * where: "FILE:LINE: [SECTION] KEY", newly allocated, set with a value; NULL: not wanted.
 */
char *ini_get(
	const struct ini *i, const char *section, const char *key, char **where, GError **error);

#endif
