/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/lab/lab.h: a testbed at work: servers, networks, virtual machines and reflectors as a
 * set-up wants them, and trials on it by a tsim of their own, on the load generator's machine.
 * All that is made is in the journals of host and load generator.
 */
#ifndef SIM_LAB_LAB_H
#define SIM_LAB_LAB_H

#include <stdio.h>

#include <glib.h>

#include "sim/host/setup.h"
#include "sim/host/testbed.h"

struct lab;

struct lab_cfg {
	const struct testbed *testbed; /* outlives the lab */
	FILE *dry;                     /* NULL: for real; else commands are printed there */
	void (*say)(void *arg, const char *text); /* what goes on, a line a call */
	void *arg;
	const _Atomic int *interrupt; /* != 0: end trials early */
	uint64_t connect_timeout_ns;  /* of guests; 0: by accelerator and number */
};

/* Nothing is reached or made yet. */
struct lab *lab_new(const struct lab_cfg *cfg);
/*
 * Takes the locks of the servers, and undoes what a tsim that died has left there. Guests that
 * tsim run-guest keeps are an error that says the remedy. Before lab_apply, once.
 */
gboolean lab_open(struct lab *l, GError **error);
/* Undoes all that was made, unless lab_keep was called. NULL is fine. */
void lab_free(struct lab *l);
/* What is there stays after lab_free, until tsim kill-guest or teardown-network. */
gboolean lab_keep(struct lab *l, GError **error);

/*
 * What the testbed's file does not give the set-up: NICs, a wire for frames of up to frame_len_max
 * bytes (with FCS; 0: any). Pure. NULL: nothing; else a text with the remedy, newly allocated.
 */
char *lab_lacks(const struct testbed *t, const struct setup *s, uint32_t frame_len_max);
/*
 * The same, and what the machines lack: rights for bridges and taps, room in the NICs' MTU, QEMU.
 * Nothing is made or locked: before lab_open. Not asked in a dry run.
 */
gboolean lab_check(
	struct lab *l, const struct setup *wanted, uint32_t frame_len_max, GError **error);

enum lab_depth { LAB_NETWORK, LAB_GUESTS, LAB_REFLECTOR };
/* From what stands to what is wanted, at most to depth. After an error what was begun is undone. */
gboolean lab_apply(struct lab *l, const struct setup *wanted, enum lab_depth depth, GError **error);
/* A tsim run or tsim search on what stands, by a process of its own on the generator's machine. */
struct lab_job {
	const char *verb; /* "run", "search" */
	const char *const
		*args;   /* its words, but those that say what guests are and where results go */
	const char *dir; /* OUT/LABEL: its files come there */
	/* Paths in dir that it goes on with, up to NULL; NULL: none. */
	const char *const *files;
	gboolean shown; /* stdout and stderr are this process's */
};
/*
 * *status: its exit status. FALSE where it could not run or, unless shown, failed, or where a guest did not
 * live through it: the text has the reason.
 */
gboolean lab_measure(struct lab *l, const struct lab_job *job, int *status, GError **error);

#endif
