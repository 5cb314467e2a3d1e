/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A matrix: any text is an error with a text, or trials that can be put into any order, are distinct
 * and can be printed. In a time that does not depend on the numbers in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/matrix/matrix_private.h"
#include "analyze/base/ini.h"

enum { LEN_MAX = 4096, TRIALS_MAX = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_ini(const char *text)
{
	struct ini *i = ini_parse("x.cfg", text, NULL);

	if (i == NULL)
		return;
	for (const char *const *s = ini_sections(i); *s != NULL; s++)
		for (const char *const *k = ini_keys(i, *s); *k != NULL; k++) {
			g_autoptr(GError) error = NULL;
			g_autofree char *where = NULL;
			g_autofree char *value = ini_get(i, *s, *k, &where, &error);

			if ((value == NULL) != (error != NULL) ||
				(value == NULL) != (where == NULL))
				abort();
		}
	ini_free(i);
}

static void check_trials(const struct matrix *m)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const GPtrArray *trials = matrix_trials(m);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < trials->len; i++) {
		const struct matrix_trial *t = trials->pdata[i];

		if (setup_impossible(&t->setup) != NULL || t->dir[0] == '\0' ||
			!g_hash_table_add(seen, g_strdup_printf("%s/%s %u", t->dir, t->infix,
							t->params.repetition)))
			abort();
	}
	matrix_print(m, text);
	if (text->len == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	struct matrix *m;

	if (len == 0 || len > LEN_MAX)
		return 0;
	text = g_strndup((const char *)data + 1, len - 1);
	check_ini(text);
	/* Files are others' targets. */
	if (strstr(text, "mix") != NULL || strstr(text, "trace:") != NULL ||
		strstr(text, "profiles") != NULL || strpbrk(text, "/\\") != NULL)
		return 0;
	m = matrix_parse_small(
		"x.cfg", text, (enum matrix_order)(data[0] % 3), data[0], TRIALS_MAX, &error);
	if (m == NULL) {
		if (error == NULL || error->message[0] == '\0')
			abort();
		return 0;
	}
	check_trials(m);
	matrix_free(m);
	return 0;
}
