/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/session.h: a testbed that stands: this process' CPUs and memory, EAL, the interfaces and the
 * guests that are processes. Trials on it, one after the other. Main thread.
 */
#ifndef SIM_TRIAL_SESSION_H
#define SIM_TRIAL_SESSION_H

#include "analyze/contract/trial.h"
#include "sim/trial/options.h"
#include "sim/trial/progress.h"

struct generators; /* sim/trial/generators.h */
struct jsonl;      /* sim/trial/jsonl.h */

struct session_cfg {
	struct options *o; /* outlives the session; o->cores become this machine's CPUs */
	struct generators *generators; /* NULL: this process measures alone */
	const char *dir;               /* OUT/LABEL: is made, and tried before anything starts */
	gboolean null_too;             /* trials on_null are possible */
};

struct session;
/* Once a process, as EAL. Of several generators all come here, and have the same error. */
struct session *session_new(const struct session_cfg *cfg, GError **error);
void session_free(struct session *s); /* NULL is fine. Guests go. */

struct session_trial {
	/* NULL: the session's. Else of the same guests, with frames that are no longer than its. */
	const struct options *o;
	const struct trial_params *params;
	struct progress *progress;
	struct jsonl *jsonl; /* NULL: nothing is shown on stdout while it runs */
	gboolean on_null; /* instead of the session's guests as many on interface null, as o says */
};
/* Guests that died are started again before it. Errors and *done as of measure(). */
gboolean session_measure(
	struct session *s, const struct session_trial *wanted, trial **done, GError **error);
/* trial_write; what cannot be written into dir is kept where it can: FALSE, and the text says where. */
gboolean session_keep(const trial *t, const char *dir, GError **error);

#endif
