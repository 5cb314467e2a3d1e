/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/mlr.h: which load to offer next, and for how long: a controller as in MLRsearch
 * (draft-ietf-bmwg-mlrsearch-15), several goals at once. Pure and deterministic: equal results give
 * equal questions, so that a search that was killed goes on by asking again.
 *
 * A goal is met or missed by a trial; loss is only a hint. A load that the tester spoilt is an upper
 * bound of all goals at once, and nothing above it is asked.
 */
#ifndef SIM_SEARCH_MLR_H
#define SIM_SEARCH_MLR_H

#include "analyze/verdict/load_class.h"

struct mlr_goal {
	double initial_s;      /* of the first, short trials; <= final */
	struct load_rule rule; /* final, sum, exceed */
	double width;          /* relative, > 0 */
	double loss;           /* ratio that the goal allows: a hint for the first loads */
};

struct mlr_cfg {
	const struct mlr_goal *goals; /* copied */
	unsigned nb_goals;
	uint64_t min_pps, max_pps; /* integers are the grid; 0 < min < max */
	double warm_up_s;          /* of the first trial, which counts for nothing; 0: none */
};

struct mlr;
struct mlr *mlr_new(const struct mlr_cfg *cfg);
void mlr_free(struct mlr *m); /* NULL is fine */

struct mlr_ask {
	uint64_t rate_pps;
	double duration_s;
	gboolean warm_up;
};
/*
 * FALSE: all goals are answered. The same until mlr_add. Durations are initial and final ones of the
 * goals, and between them whole milliseconds.
 */
gboolean mlr_next(struct mlr *m, struct mlr_ask *ask);

struct mlr_trial {
	uint64_t rate_pps;    /* as asked */
	double duration_s;    /* as measured: not shorter than asked */
	double loss;          /* ratio */
	double forwarded_pps; /* a hint, too */
	const gboolean *bad;  /* one a goal: it was missed */
	gboolean
		spoilt; /* by the tester, after all retries: the rest is not looked at but forwarded_pps */
};
/* Of what mlr_next asked for last; also of the warm-up, whose result is not used. */
void mlr_add(struct mlr *m, const struct mlr_trial *t);

struct mlr_answer {
	enum search_state state;       /* SEARCH_UNFINISHED before mlr_next has said FALSE */
	uint64_t lower_pps, upper_pps; /* relevant bounds; 0: there is none */
	double throughput_pps;         /* conditional; NAN without lower bound */
};
void mlr_answer(const struct mlr *m, unsigned goal, struct mlr_answer *out);
/*
 * Bounds that the search goes by now: until the goal's own target, of shorter trials than it asks for.
 * Equal to mlr_answer's at the end. 0: there is none.
 */
void mlr_so_far(const struct mlr *m, unsigned goal, uint64_t *lower_pps, uint64_t *upper_pps);
/* Of a load that was offered. */
enum search_class mlr_class(const struct mlr *m, unsigned goal, uint64_t rate_pps);
/* Seconds of trials that are left, within a factor of 3 or so; less if goals prove irregular. */
double mlr_left_s(const struct mlr *m);

#endif
