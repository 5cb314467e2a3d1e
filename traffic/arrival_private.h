/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/arrival_private.h: what a process is to those who read it and to those who draw from it. */
#ifndef TRAFFIC_ARRIVAL_PRIVATE_H
#define TRAFFIC_ARRIVAL_PRIVATE_H

#include <stdint.h>

#include <glib.h>
#include <gsl/gsl_rng.h>

#include "traffic/arrival.h"
#include "traffic/capture.h"

enum { ARRIVAL_PARAMS_MAX = 5 };

/* A distribution of positive numbers with a given mean. */
struct arrival_dist {
	const char *name;
	/* Mandatory. Once per gap or period. */
	double (*draw)(gsl_rng *rng, double mean, double shape);
	/* Mandatory. Once per arrival: what is left of one that is met at a random instant. */
	double (*draw_rest)(gsl_rng *rng, double mean, double shape);
};

struct arrival_param {
	const char *name;
	enum { PARAM_NUMBER, PARAM_TIME, PARAM_DIST } type;
	double initial, min, max;        /* times in ns */
	const struct arrival_dist *dist; /* PARAM_DIST: initial; else: whose shape it is, or NULL */
};

struct arrival_kind {
	const char *name;
	/* Once, before the first departure: sets the state that next starts from. NULL: all zero. */
	void (*begin)(arrival *a);
	/* Mandatory. Once per departure. */
	double (*next)(arrival *a);
	const struct arrival_dist *dist; /* NULL if it has none, or its parameters say which */
	struct arrival_param params[ARRIVAL_PARAMS_MAX + 1]; /* ends with one without name */
	gboolean periodic;                                   /* see arrival_process_is_periodic */
	gboolean has_file;                                   /* behind the colon, no parameters */
	gboolean switches; /* between states, for the times that are its parameters of type time */
};

struct arrival_process {
	const struct arrival_kind *kind;
	double value[ARRIVAL_PARAMS_MAX]; /* in the order of the kind's params; times in ns */
	const struct arrival_dist *dist;  /* NULL if it has none */
	double shape;                     /* of dist */
	capture *capture;                 /* NULL if it has none */
};

extern const struct arrival_dist arrival_lognormal, arrival_pareto, arrival_exponential;
/* Ends with one without name. */
extern const struct arrival_kind arrival_kinds[];

#endif
