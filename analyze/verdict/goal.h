/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/verdict/goal.h: goals of a throughput search as people write them, and how a trial did by one.
 * Pure.
 *
 * A goal is words separated by commas:
 *   loss=0 loss=0.1%            frames lost, at most
 *   p50= p99= p99.9= max=500us  latency from the scheduled departure, at most. Lost frames count as above.
 *   jain=0.99                   fairness of what guests got back of what they were offered, at least
 *   min-share=0.9               the least part of its offered load that any guest got back, at least
 * with a scope behind loss and latencies: none (all frames), @every-guest, @guest=N, @group=NAME,
 * @size=BYTES (a size class, with FCS), and attributes of its own (MLRsearch section 4):
 *   initial=1s final=1s sum=21s exceed=50% width=0.5%
 * loss is 0 where a goal says neither loss, jain nor min-share. A duration sum or initial duration that a
 * goal does not say follows its final one where the preset's would contradict it.
 */
#ifndef ANALYZE_VERDICT_GOAL_H
#define ANALYZE_VERDICT_GOAL_H

#include "analyze/contract/search.h"

enum goal_measure { GOAL_LOSS, GOAL_LATENCY, GOAL_JAIN, GOAL_MIN_SHARE };
enum goal_scope { GOAL_ALL, GOAL_EVERY_GUEST, GOAL_GUEST, GOAL_GROUP, GOAL_SIZE };

struct goal_bound {
	enum goal_measure measure;
	double quantile; /* of GOAL_LATENCY: 0.99; 1 is max */
	double limit;    /* ratio, or ns */
	enum goal_scope scope;
	uint32_t number; /* guest, or size */
	char *group;
};

struct goal {
	char *name, *text; /* see struct search_goal */
	GArray *bounds;    /* struct goal_bound, loss first */
	double initial_s, final_s, sum_s, exceed, width;
};

/* quick, csit, rfc2544, tst009; NULL-terminated. The first is the default. */
extern const char *const goal_presets[];
/*
 * struct goal *, in order: of each text, attributes it lacks from the preset; without texts (NULL,
 * or none) the preset's own goals. At most SEARCH_GOALS_MAX. where names the option for errors.
 */
GPtrArray *goals_parse(
	const char *where, const char *const *texts, const char *preset, GError **error);
void goal_free(struct goal *g); /* NULL is fine */
/* Bounds are of the loss of all frames alone: then it has a conditional throughput. */
gboolean goal_is_of_loss(const struct goal *g);
/* Loss ratio of all frames that it allows at most; 0 where that is not known: a hint for the first loads. */
double goal_loss(const struct goal *g);
/* With all attributes, as --print-goals has it: "loss=0,initial=1s,...". Newly allocated. */
char *goal_full_text(const struct goal *g);

/*
 * What a goal names has to be there: guests, groups, size classes. nb_guests; groups: NULL-terminated;
 * sizes: class bounds of any guest. FALSE and error with what there is.
 */
struct goal_scene {
	uint32_t nb_guests;
	const char *const *groups;
	const struct goal_class {
		uint32_t frame_len_lo, frame_len_hi; /* with FCS */
	} * classes;
	uint32_t nb_classes;
};
gboolean goal_fits(const struct goal *g, const struct goal_scene *scene, GError **error);

/*
 * How long a trial has to be for all percentiles of the goal: 10 / (1 - q) frames of each scope, and
 * four standard deviations more, as arrivals are random. share: smallest part of all frames that a frame of the scope is (by goal_bound; 0 < share <= 1),
 * from the mix, for the caller knows it. max counts as q of 0.999. 0 for goals of loss alone.
 */
typedef double (*goal_share_fn)(const struct goal_bound *b, void *arg);
double goal_needs_s(const struct goal *g, double rate_pps, goal_share_fn share, void *arg);

/*
 * t: measured, or read with TRIAL_BINS where the goal bounds latencies. *out: why is newly allocated and
 * names the worst guest: "p99 of guest 3: 812 us, limit 500 us". Too few frames for a percentile, or
 * none, is a miss. Guests that nothing was scheduled for do not count.
 */
void goal_judge(const struct goal *g, const trial *t, struct search_mark *out);

#endif
