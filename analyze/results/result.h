/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/result.h: results by name. Trials (of tsim, and of autotest as they are:
 * analyze/foreign/autotest.h) and merged sets are found, checked and grouped into combinations
 * (all parameters equal but the repetition); each combination has its numbers.
 *
 * A NAME is a path (a folder that is searched downwards, a trial's JSON, a merged set), else a
 * label (a folder in options.dir), else a selector that picks trials in options.dir:
 * PARAMETER-VALUE, or several of them with commas between, all of which must hold:
 *   label-x machine-pcvm interface-macvtap qemu-none reflector-dpdk vhost-on ioregionfd-off
 *   guests-64 profile-imix arrival-cbr share-equal seed-1 cores-2 faults-... duration-10 (seconds)
 *   rate-100 (kpps, as in file names) rate-1Mpps rate-500pps rate-max
 *   size-64 (frame with FCS); below 64 it is autotest's count without FCS: size-60 is size-64
 *
 * Finding reads the summaries only. Bins are loaded a combination at a time, because those of one
 * trial with 64 guests take some 50 MiB.
 *
 * Text for people goes into warnings (something is broken: file, place, remedy) and notes
 * (something was left out or counted once). Nothing is printed here.
 */
#ifndef ANALYZE_RESULTS_RESULT_H
#define ANALYZE_RESULTS_RESULT_H

#include <stdint.h>

#include <glib.h>

#include "analyze/contract/trial.h"

/* A share over repetitions. min and max are those of single repetitions. */
struct result_spread {
	double value; /* of all repetitions together; NAN if it has no value (nothing was offered,
			  * or nothing can come back) */
	double min, max;
};

/* A percentile over repetitions. */
struct result_quantile {
	uint64_t ns;             /* of the accumulated bins */
	gboolean bound;          /* the rank falls among lost frames: ns is a lower bound */
	uint64_t min_ns, max_ns; /* smallest and largest of single repetitions */
	gboolean min_bound, max_bound;
};

/* What a number of frames of one kind came to, over all repetitions. */
struct result_numbers {
	struct trial_counts c;
	gboolean one_way;  /* nothing can come back: no loss, no percentiles */
	double measured_s; /* sum over the repetitions */
	double intended_pps, offered_pps, forwarded_pps; /* c over measured_s; 0 if that is 0 */
	struct result_spread loss;                       /* ratio: lost / offered */
	struct trial_dist latency, response; /* bins after result_load; the summary always */
};

struct result_guest {
	uint32_t guest;                                /* from 0 */
	const char *interface, *profile, *group, *mac; /* of the first repetition; borrowed */
	char *state; /* "ok", or what the first repetition that differs says; owned */
	uint64_t reorder_distance_max;
	struct result_numbers n;
	/* Sums; percentiles only of a single repetition: no file holds the bins of one guest. */
	struct trial_guest_probes probes;
	double share;       /* of the first repetition */
	uint32_t group_row; /* of groups[] */
};

/* Guests of one group behind one interface. */
struct result_group {
	const char *group, *interface; /* of the first repetition; borrowed */
	guint guests;
	double share; /* sum */
	struct result_numbers n;
};

/* A size class over all guests. */
struct result_size {
	uint32_t frame_len_lo, frame_len_hi; /* with FCS; equal for a point */
	struct result_numbers n;
};

/* autotest's loss metric over repetitions; see trial_moongen. Never to be mixed with loss. */
struct result_autotest_loss {
	double loss,
		spread; /* ratios: means over the repetitions that have it, as autotest draws */
	guint nb;       /* of those; 0: the others are NAN */
};

/* How evenly the guests are served; x = forwarded / offered of each guest that was offered any, and can
 * send them back. */
struct result_fairness {
	double jain; /* (sum x)^2 / (n sum x^2), 1/n .. 1; NAN if no guest got anything */
	double gini; /* mean difference of two x over twice their mean, 0 .. 1 - 1/n; NAN likewise */
	double min_max; /* smallest x / largest x; NAN likewise */
	guint nb_below; /* guests below 90 % of the mean x, which is what would be fair */
	/* By analyze/contract/guest_rank.h, with p99 after result_load; -1 if none was offered a frame. */
	int worst_guest;
	guint nb_silent; /* guests that were offered none */
};

struct result_combination {
	struct trial_params params; /* of the first repetition */
	char *infix;
	char *file_infix; /* infix, and a digest behind it where others of the label share the infix */
	GPtrArray *trials; /* trial *, by repetition and start; after result_load with the bins of
			    * their totals. At least one. */
	/*
	 * search *, owned, one per trial, which stands for it and has parameters, verdict and
	 * environment alone (search_results.h); NULL: of trials.
	 */
	GPtrArray *searches;
	gboolean trustworthy; /* all repetitions are */
	guint nb_untrustworthy, nb_interrupted;
	GPtrArray *reasons;         /* char *: "rep 2: REASON" */
	struct result_numbers n;    /* all guests, all sizes */
	struct trial_probes probes; /* sums; bins after result_load */
	struct trial_ipdv
		ipdv;         /* sums of the repetitions that recorded it; bins after result_load */
	guint nb_ipdv;        /* so many */
	struct trial_cpu cpu; /* sums, threads: most; of the repetitions that know it */
	guint nb_groups;
	struct result_group *groups; /* in order of the first guest */
	guint nb_guests;
	struct result_guest *guests; /* ascending */
	guint nb_sizes;
	struct result_size *sizes; /* ascending */
	struct result_fairness fairness;
	gboolean loaded;
	struct result_slice
		*slice; /* owned: a part of the trials (result_slice.h); NULL: all of them */
};
typedef struct result_combination result_combination;

/* Without trials and numbers. */
result_combination *result_combination_new(const struct trial_params *p);
void result_combination_free(void *c);

struct result_set {
	GPtrArray *combinations; /* result_combination *, by label, then parameters (rate last) */
	GPtrArray *slices;       /* result_combination *, of result_slice_new */
	GPtrArray *warnings;     /* char * */
	GPtrArray *notes;        /* char * */
	GHashTable *sources;     /* where the bins of each trial are (result_find.h) */
};
typedef struct result_set result_set;
/* Empty. */
result_set *result_set_new(void);

/*
 * A part of what names stand for, so that several processes can share it out. Files are dealt in
 * turn by the infix in their names: all trials of a combination come to the same part.
 */
struct result_share {
	guint own, of;   /* part own of so many */
	uint64_t *found; /* of each name, trials of this part; room for all names and one more */
};

struct result_options {
	const char *dir;      /* where labels and selectors look; NULL: "out" */
	gboolean interrupted; /* keep interrupted trials */
	gboolean by_tree;     /* distinguish equal labels of several directories (label_trees.h) */
	/*
	 * NULL: everything. With it, a part without trials is no error, what is said of folders
	 * comes from part 0 only, and a file whose name is not of its trial is an error: it could
	 * belong to another part.
	 */
	const struct result_share *share;
	/* Called while files of a folder are read: so many of so many. NULL: nobody listens. */
	void (*progress)(guint done, guint of, void *user);
	void *progress_user;
};

/*
 * All that the names stand for, together; a trial that is found twice (equal label, infix,
 * repetition and start) counts once. NULL and an error if a name stands for nothing; broken files
 * are no error but warnings while something usable is left.
 */
result_set *result_open(
	const struct result_options *options, const char *const *names, GError **error);
void result_free(result_set *r); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(result_set, result_free)

/*
 * Called for each trial of a combination while its own bins are in memory, index counting from 0.
 * With t NULL: forget all trials so far, one had to be left out and they come again.
 */
typedef void (*result_trial_fn)(const trial *t, guint index, void *user);

/*
 * Load the bins of a combination: n, groups[].n, guests[].n, sizes[].n, probes, and the totals and
 * probes of trials[]. visit may
 * be NULL. A trial whose bins turn out to be broken is left out: it goes from trials, all numbers
 * are made again, and a warning says so; FALSE and error if no trial is left. Loaded twice is fine.
 */
gboolean result_load(
	result_set *r, result_combination *c, result_trial_fn visit, void *user, GError **error);
/*
 * result_load of several slices (result_combination *, of result_slice_new) of one combination, none of
 * them loaded: each file is read once. FALSE and error if no trial of some slice is left.
 */
gboolean result_load_slices(result_set *r, const GPtrArray *slices, GError **error);
/* Let go of the bins again; the rest stays. */
void result_unload(result_combination *c);

/*
 * Percentile q (0 < q <= 1) of a loaded combination's latency or response time, with its spread
 * over the repetitions. FALSE if nothing was offered or the bins are not loaded.
 */
gboolean result_quantile(
	const result_combination *c, gboolean response, double q, struct result_quantile *out);
/*
 * The same by the linear rule: *ns of all repetitions together. FALSE likewise. Equal to what
 * autotest plots, where MoonGen measured.
 */
gboolean result_quantile_linear(
	const result_combination *c, gboolean response, double q, double *ns, gboolean *bound);

/* All trials of all combinations (trial *, borrowed), in their order; to be unref'd. */
GPtrArray *result_trials(const result_set *r);

/* All repetitions are trustworthy, and none was interrupted. */
gboolean result_is_whole(const result_combination *c);
/* "ok", "interrupted" or "unreliable". */
const char *result_verdict(const result_combination *c);
/* Why a combination is not "ok": lines; "" if it is. */
char *result_reasons_text(const result_combination *c);

/*
 * autotest's loss metric of a combination, from MoonGen's summary lines; those of trials of tsim
 * are read from their logs. No bins needed.
 */
struct result_autotest_loss result_autotest_loss(const result_combination *c);

/* Value of a parameter by the names of selectors ("rate", "vhost"): for facets and legends. */
char *result_parameter(const struct trial_params *p, const char *name);
/* All parameter names that selectors know, NULL-terminated; static. */
const char *const *result_parameter_names(void);

#endif
