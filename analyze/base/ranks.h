/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/ranks.h: several processes of one program that mpirun started together, on one machine or
 * more. Hides Open MPI: a build without it, and a process without mpirun, is one rank, for which
 * every call here does the obvious at no cost.
 *
 * Calls that say "together" are collective: all ranks make them, in the same order, from the thread
 * that called ranks_begin. A rank that meets an error must therefore go on to the next of them, and
 * tell the others there (ranks_agree). They wait at rest: the CPU is left to others.
 *
 * If a process dies, mpirun ends the others: it tells them to stop (SIGTERM), and kills them a second
 * later. See ranks_share_stop.
 *
 * Children of a rank inherit mpirun's environment and are no ranks: those that call ranks_begin
 * have to be started without the variables OMPI_*.
 */
#ifndef ANALYZE_BASE_RANKS_H
#define ANALYZE_BASE_RANKS_H

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

/*
 * From now on *stop is set on all ranks once it is set on one (!= 0: stop soon). Who was told to stop
 * does not wait for ranks that do not come: after 0.7 s, or most of what MCA parameter
 * odls_base_sigkill_timeout says, the ranks are not whole any more. Calls made together then return
 * at once, as if there were one rank; ranks_agree gives an error. stop outlives the ranks.
 */
void ranks_share_stop(_Atomic int *stop);
/* Pass a stop on, and move what is under way. Often: takes microseconds. */
void ranks_tick(void);
/* ranks_tick and a moment's rest, for loops that wait for others. FALSE: no use, they are not whole. */
gboolean ranks_wait(void);
/* FALSE: somebody has died, or hangs. */
gboolean ranks_are_whole(void);

/* Together, all of the following. */
gboolean ranks_all_true(gboolean mine);
uint64_t ranks_max_u64(uint64_t mine);
/* Each of n values becomes its sum over all ranks, on all of them. */
void ranks_sum_u64(uint64_t *values, size_t n);
/*
 * The same without waiting, one sum at a time; n is below 2^31. values are the call's until
 * ranks_sum_done is TRUE, for ever if the ranks are not whole any more.
 */
void ranks_sum_begin(uint64_t *values, size_t n);
gboolean ranks_sum_done(void); /* not together */

/*
 * Bytes of every rank (GBytes *, index = rank) on rank 0, of any lengths, also above 2 GiB; NULL on
 * the others.
 */
GPtrArray *ranks_gather(GBytes *mine);
/* Bytes of one rank on every rank; of the others' argument, which is not NULL, nothing is used. Newly referenced. */
GBytes *ranks_broadcast(GBytes *mine, guint from);

/*
 * TRUE if no rank comes with *error set. Else FALSE, and *error on every rank is that of the lowest
 * rank that has one, with its number where not all have one. error must not be NULL. Rank 0 alone
 * prints it.
 */
gboolean ranks_agree(GError **error);

#endif
