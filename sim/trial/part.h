/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/part.h: what one generator knows of a trial that several measure. A part has all guests, and
 * counts of its own alone; together they are the trial, exactly: counters and histograms add, guests
 * are in one part each. No MPI here, and no DPDK.
 */
#ifndef SIM_TRIAL_PART_H
#define SIM_TRIAL_PART_H

#include <glib.h>

#include "analyze/contract/trial.h"
#include "sim/engine/engine.h"
#include "sim/trial/trust.h"

struct part {
	trial *t;
	struct engine_health health;
	hist *own_delays; /* real minus scheduled departures */
	/* For the verdict; its health is not set. */
	struct trust_input in;
	guint rank, nb_ranks;
	guint nb_rows;     /* of the time line */
	char *host, *cpus; /* of the load workers: "1,3" */
	char *mark;        /* of the process: crew_own_mark */
};

void part_free(struct part *p); /* NULL is fine */

/* There and back again. name: for errors. */
GBytes *part_to_bytes(const struct part *p);
struct part *part_from_bytes(GBytes *bytes, const char *name, GError **error);
/* Instead of a part: that there is none, and why; part_from_bytes gives it as its error. */
GBytes *part_failure(const char *why);

/*
 * The trial of all parts (struct part *, index = rank; NULL: missing[rank] says why), with its
 * verdict. Guests of a part that is missing have no frames, and say so. At least one is there. The
 * parts are used up. rows: the time line, if it is known better than from the parts (struct
 * trial_second); else NULL.
 */
trial *part_merge(GPtrArray *parts, char *const *missing, const GArray *rows, GError **error);

#endif
