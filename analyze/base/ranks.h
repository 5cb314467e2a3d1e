/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/ranks.h: several processes of one program that mpirun started together, on one machine or
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

/*
 * Messages from one rank to another, for those that must not wait for a third. Not together; none
 * of these blocks. They are not mixed up with the calls above.
 */
enum { RANKS_KINDS = 16 };
#define RANKS_MESSAGE_MAX ((gsize)1 << 30)

/*
 * From now on an error of MPI does not end this process. That another one's death does not either
 * is for mpirun to decide (--enable-recovery). Whoever knows of a death must not make calls that
 * are to be made together any more, ranks_end included.
 */
void ranks_outlive(void);
/* Messages of this process that are under way. One is enough. */
struct ranks_mail;

struct ranks_mail *ranks_mail_new(void);
/* NULL is fine. What is under way to somebody who has died stays where it is: MPI may read it yet. */
void ranks_mail_free(struct ranks_mail *m);
/* kind: below RANKS_KINDS. FALSE if it is longer than RANKS_MESSAGE_MAX. */
gboolean ranks_post(struct ranks_mail *m, guint to, guint kind, GBytes *message);
/* Have all messages that were posted left? */
gboolean ranks_posted(struct ranks_mail *m);
/*
 * A message that has come, newly referenced, and whose; NULL if none has. Those of one rank and kind
 * come in the order in which they were posted. Has to be called now and then for messages to leave.
 */
GBytes *ranks_take(struct ranks_mail *m, guint *from, guint *kind);

#endif
