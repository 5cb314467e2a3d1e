/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/crew.h: the processes that mpirun started for one command. Each is a generator of its own with
 * a share of the guests. Rank 0 leads: it says what is measured, and keeps the results; the others
 * print nothing. NULL is a crew of one, for which every call here does the obvious.
 *
 * Any of them may die. Nobody waits for one who has: on the same machine that is seen at once, else
 * by its silence. Whoever is left of the lowest rank then leads.
 *
 * Everything here is the main thread's. Whoever is busy for long calls crew_tick meanwhile.
 */
#ifndef SIM_TRIAL_CREW_H
#define SIM_TRIAL_CREW_H

#include <stdatomic.h>

#include <glib.h>

#include "sim/base/cores.h"

struct crew;

/* File descriptors of a process that is silent: what it had, and where its stderr goes; -1: none. */
struct crew_hush {
	int out, err, said;
};
#define CREW_TALKS         \
	{                  \
		-1, -1, -1 \
	}

/*
 * At the very start of a program: a process that does not lead says nothing to stdout, and what it
 * says to stderr is kept until it has a crew.
 */
void crew_hush(struct crew_hush *h);

/*
 * Together with all others, once. NULL without error if there are no others. hush outlives the crew.
 */
struct crew *crew_new(struct crew_hush *hush, GError **error);
/*
 * The last call. The status that the process is to end with: that of the leader, as others' would
 * have mpirun end the leader. If somebody died MPI is not left in peace: main() returns at once.
 */
int crew_end(struct crew *c, int status);

guint crew_own(const struct crew *c); /* 0 for a crew of one */
guint crew_size(const struct crew *c);
gboolean crew_leads(const struct crew *c);
guint crew_leader(const struct crew *c);
/* Which of those that may run on the same CPUs of a machine this process is. */
struct cores_place crew_place(const struct crew *c);
/* "host", and CPUs that it may use: of a rank, for the record. */
const char *crew_host(const struct crew *c, guint rank);
/* Does its clock CLOCK_MONOTONIC_RAW agree with ours: is it on our machine? */
gboolean crew_is_near(const struct crew *c, guint rank);
/* Which machine, across boots, and which process: for marks that outlive it. Newly allocated. */
char *crew_own_mark(void);
char *crew_mark(const struct crew *c, guint rank);
/* Is the process of a mark on this machine, and alive? */
gboolean crew_mark_lives(const char *mark);

/* NULL while a rank lives, else what became of it: "died". */
const char *crew_death(const struct crew *c, guint rank);
gboolean crew_is_whole(const struct crew *c);
/* Ranks that say nothing for so long count as dead. */
void crew_set_patience(struct crew *c, unsigned seconds);

/* Is set when somebody's is set: Ctrl-C is for all. */
void crew_share_interrupt(struct crew *c, _Atomic int *interrupt);
/* Take what has come, say that we live, see who does not. Often; takes microseconds. */
void crew_tick(struct crew *c);
/* crew_tick, and a moment's rest: in loops that wait. */
void crew_wait(struct crew *c);

/*
 * Together: bytes of every rank on every rank (GBytes *, NULL of those that died). NULL if rank 0
 * died: then there is no going on.
 */
GPtrArray *crew_exchange(struct crew *c, GBytes *mine);
/*
 * Together. TRUE if all live and nobody comes with *error set; else *error is the same on all,
 * each distinct text once.
 */
gboolean crew_agree(struct crew *c, GError **error);
/*
 * Together: the status of rank 0's words, or of the first who failed. Rank 0 prints what others said
 * while they were hushed, where it had nothing to say.
 */
int crew_agree_on_status(struct crew *c, int status);

/* Messages between two. */
enum crew_kind { CREW_ROW, CREW_PART, CREW_KEPT, CREW_BYE, CREW_KINDS };
/* FALSE if it is too long for a message. */
gboolean crew_post(struct crew *c, guint to, enum crew_kind kind, GBytes *message);
/* The oldest that has come, newly referenced, and whose; NULL: none. */
GBytes *crew_take(struct crew *c, enum crew_kind kind, guint *from);
/* Has all that was posted left? */
gboolean crew_posted(struct crew *c);

/* Did the leader say that there will be no further trial? */
void crew_dismiss(struct crew *c);
gboolean crew_is_dismissed(const struct crew *c);
/* This process leads from now on: it talks. */
void crew_take_over(struct crew *c);

#endif
