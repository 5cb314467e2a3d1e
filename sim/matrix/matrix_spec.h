/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/matrix/matrix_spec.h: a section of a tests file, its keys checked and its lists in order. */
#ifndef SIM_MATRIX_MATRIX_SPEC_H
#define SIM_MATRIX_MATRIX_SPEC_H

#include "sim/matrix/matrix_private.h"

struct spec_qemu {
	char *name, *path;
};

/* What the list says, with what a word of autotest's means beside. */
struct spec_interface {
	const struct setup_interface *is;
	gboolean vhost; /* whatever vhosts says */
};

/* A size, a profile or a mix: words for tsim. */
struct spec_traffic {
	char *word;
	gboolean mix; /* it says how many guests there are */
	uint32_t mix_guests;
};

struct spec {
	const struct ini *file;
	const char *section;
	char *where;      /* "tests.cfg: [vhost]" */
	GPtrArray *notes; /* of the matrix */
	GArray *machines, *interfaces, *qemus, *vhosts, *ioregionfds, *guests, *reflectors;
	/* Words; of rates and runtimes one that is NULL, if there is a search. */
	GPtrArray *rates, *traffic, *arrivals, *shares, *runtimes, *seeds;
	GPtrArray *search; /* words of tsim search: preset and goals; NULL: trials at rates */
	guint repetitions;
	char *warm_up, *drain, *dir;
	char **tsim_args;
	gboolean warmup, cooldown, accumulate;
	double warmup_s, cooldown_s;
};

/* Takes where. Clear it also where reading failed. */
void spec_init(struct spec *s, const struct ini *file, const char *section, char *where);
gboolean spec_read(struct spec *s, GError **error);
/* Names of QEMUs are the matrix's from here on: its setups have them. */
void spec_clear(struct spec *s, struct matrix *m);
/* What is not as the file says it, a literal; each once. */
void spec_note(const struct spec *s, const char *text);

#endif
