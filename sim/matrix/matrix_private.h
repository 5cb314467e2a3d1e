/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/matrix/matrix_private.h: what the files of a matrix share. */
#ifndef SIM_MATRIX_MATRIX_PRIVATE_H
#define SIM_MATRIX_MATRIX_PRIVATE_H

#include "sim/matrix/matrix.h"
#include "analyze/base/ini.h"

struct matrix {
	GPtrArray *trials;     /* struct matrix_trial * */
	GPtrArray *done;       /* likewise */
	GHashTable *seen;      /* names of trials -> struct matrix_trial *, while it is read */
	GHashTable *reasons;   /* text -> GUINT: combinations that cannot exist */
	GPtrArray *impossible; /* char *: made of reasons */
	GPtrArray *strings;    /* char *: what setups point to */
	GPtrArray *notes;      /* const char *: what is not as the files say it */
	GHashTable *digests;   /* of mixes, by the words that make them */
	guint nb_combinations;
	/* Combinations, impossible and equal ones too. */
	double nb_looked_at, max_looked_at;
};

enum { MATRIX_COMBINATIONS_MAX = 1000000 };

/* matrix_parse with another limit than that, for those who have no time. */
struct matrix *matrix_parse_small(const char *name, const char *text, enum matrix_order order,
	uint32_t seed, guint max, GError **error);
/* Adds all combinations of a section. */
gboolean matrix_add_section(
	struct matrix *m, const struct ini *file, const char *section, GError **error);
void matrix_trial_free(gpointer t);
/*
 * What a failed attempt has stored since (g_get_real_time) is kept beside the others, and counts for
 * nothing. NULL, or what could not be renamed, newly allocated.
 */
char *matrix_trial_set_aside(const struct matrix_trial *t, gint64 since_us);
/* Puts trials, which are in the order of the tree, into another. */
void matrix_sort(GPtrArray *trials, enum matrix_order order, guint32 seed);
/* Are they repetitions of one combination? */
gboolean matrix_same_leaf(const struct matrix_trial *a, const struct matrix_trial *b);

#endif
