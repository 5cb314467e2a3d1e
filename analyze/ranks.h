/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/ranks.h: several processes of one program that mpirun started together, on one machine or
 * more. Hides Open MPI: a build without it, and a process without mpirun, is one rank, for which
 * every call here does the obvious at no cost.
 *
 * Calls that say "together" are collective: all ranks make them, in the same order, from the thread
 * that called ranks_begin. A rank that meets an error must therefore go on to the next of them, and
 * tell the others there (ranks_agree). If a process dies, mpirun ends the others.
 *
 * Children of a rank inherit mpirun's environment and are no ranks: those that call ranks_begin
 * have to be started without the variables OMPI_*.
 */
#ifndef ANALYZE_RANKS_H
#define ANALYZE_RANKS_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* These two may be called before ranks_begin, and are right then, too. */
guint ranks_count(void); /* 1 without mpirun */
guint ranks_own(void);   /* 0 .. ranks_count() - 1 */

/*
 * Together. Once, early, before threads are made; takes some 0.1 s with mpirun and nothing without.
 * FALSE and error if mpirun started a program that was built without Open MPI.
 */
gboolean ranks_begin(GError **error);
/* Together. Waits for all ranks; nothing of what follows may be called after it. */
void ranks_end(void);

/* Together, all of the following. */
void ranks_barrier(void);
gboolean ranks_all_true(gboolean mine);
uint64_t ranks_max_u64(uint64_t mine);
/* Each of n values becomes its sum over all ranks, on all of them. */
void ranks_sum_u64(uint64_t *values, size_t n);

/*
 * Bytes of every rank (GBytes *, index = rank) on rank 0, of any lengths, also above 2 GiB; NULL on
 * the others.
 */
GPtrArray *ranks_gather(GBytes *mine);
/* Bytes of rank 0 on every rank. The others' argument is not looked at. Newly referenced. */
GBytes *ranks_broadcast(GBytes *of_first);

/*
 * TRUE if no rank comes with *error set. Else FALSE, and *error on every rank is the same: each
 * distinct text once, behind the lowest rank that has it where not all have it. error must not be
 * NULL. Rank 0 alone prints it.
 */
gboolean ranks_agree(GError **error);

#endif
