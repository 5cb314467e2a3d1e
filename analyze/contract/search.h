/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/search.h: the result of a throughput search in memory and on disk. Words as in
 * draft-ietf-bmwg-mlrsearch-15: goals, trials, bounds.
 *
 * In DIR = out/LABEL: search_INFIX_repR.json, where RATE of INFIX is "search" and RUNTIME the longest
 * final trial duration; written when the search is over, after all its trials, which are in DIR/search-R
 * as those of any tsim run. Loads are in pps, of all guests together.
 */
#ifndef ANALYZE_CONTRACT_SEARCH_H
#define ANALYZE_CONTRACT_SEARCH_H

#include "analyze/contract/trial.h"

struct trial_record;

enum { SEARCH_SCHEMA = 1, SEARCH_GOALS_MAX = 64 };

/* What is known of a load, for one goal: appendix A of the draft. */
enum search_class { SEARCH_UNDECIDED, SEARCH_LOWER, SEARCH_UPPER };

/* How the search of a goal ended. Only FOUND has two bounds of the SUT. */
enum search_state {
	SEARCH_FOUND,          /* lower and upper bound, as close as the goal's width */
	SEARCH_MET_AT_MAX,     /* irregular: met at the highest load; upper_pps is 0 */
	SEARCH_MISSED_AT_MIN,  /* irregular: missed at the lowest load; lower_pps is 0 */
	SEARCH_TESTER_LIMITED, /* the generator spoilt the trials at upper_pps; lower_pps may be 0 */
	SEARCH_UNFINISHED,     /* interrupted, or no time left: bounds as they are */
};

struct search_goal {
	char *name; /* "NDR", "PDR", else as the user wrote it: "loss=0.1%,p99=500us@every-guest" */
	char *text; /* the same with all attributes, as goal_full_text has it */
	double initial_s, final_s, sum_s; /* trial durations, duration sum */
	double exceed;                    /* exceed ratio, 0 to below 1 */
	double width;                     /* relative: (upper - lower) / upper */
	gboolean loss_only;               /* its bounds are of loss alone */
	enum search_state state;
	uint64_t lower_pps, upper_pps; /* relevant bounds; 0: there is none */
	double throughput_pps; /* conditional throughput at lower_pps, appendix B; NAN: not loss_only, no bound */
	char *why; /* what was missed at upper_pps: "p99 of guest 3: 812 us > 500 us"; "" */
};

/* How a trial did by one goal. */
struct search_mark {
	gboolean met;
	double value_ns; /* of the goal's first latency bound, in its worst scope; NAN: it has none, or lost */
	char *why; /* the first bound that was missed; "" if met */
};

enum search_use {
	SEARCH_FOR_LIMIT,    /* it is what loads are classified by */
	SEARCH_WARM_UP,      /* the first of all: counts for nothing */
	SEARCH_LATENCY_AT,   /* --latency-at: a share of a found limit */
	SEARCH_LOSS_CURVE,   /* --suite rfc2544: section 26.3 */
	SEARCH_BACK_TO_BACK, /* --suite rfc2544: section 26.4, RFC 9004 */
	SEARCH_THEORETICAL /* --suite rfc2544 without --link: the generator alone, on interface null */
};

struct search_trial {
	enum search_use use;
	char *file; /* trial_*.json in search-R */
	uint64_t rate_pps;
	uint32_t repetition;
	double duration_s; /* that was asked for and measured: effective trial duration */
	double longer_s;   /* of it: so much longer than the goals say, as a percentile needs it */
	double offered_pps, forwarded_pps;
	double loss;      /* ratio, of all frames */
	gboolean spoilt;  /* by the generator: says nothing of the SUT */
	char *spoilt_why; /* ""; else the first reason of the trial's verdict */
	uint32_t nb_marks;
	struct search_mark *marks;                 /* one a goal */
	uint64_t p50_ns, p99_ns, p999_ns, max_ns;  /* response; all frames; 0: nothing came back */
	gboolean p50_bound, p99_bound, p999_bound; /* lower bounds, as frames were lost */
	/* Of SEARCH_LATENCY_AT. */
	uint32_t goal;
	double share; /* of that goal's lower_pps */
};

/* A load that was offered for the limit, ascending. */
struct search_load {
	uint64_t rate_pps;
	uint32_t trials;
	gboolean spoilt; /* to the last retry */
	uint32_t nb_classes;
	enum search_class *classes; /* one a goal */
};

/* Frame length by frame length, --suite rfc2544: what is not in goals and trials. */
struct search_suite {
	gboolean used;
	double theoretical_pps; /* of --link; else the generator's own on interface null */
	gboolean theoretical_is_link;
	/* RFC 9004; bursts 0: not measured, and burst_why says why. */
	uint32_t bursts;        /* tests, N */
	uint64_t *burst_values; /* frames: the longest burst without loss of each test */
	double burst_frames, burst_frames_sd; /* average, deviation of burst_values */
	uint64_t burst_frames_min, burst_frames_max;
	uint64_t
		burst_longest; /* frames that a burst may have; a value of as many is a lower bound */
	double burst_step;     /* relative: how close the search of each test came */
	uint32_t burst_retries; /* loss verification: so often a burst with loss was sent again */
	double buffer_s, corrected_buffer_s; /* implied and corrected buffer time */
	char *burst_why;                     /* "" where measured */
};

struct search {
	struct trial_params
		params; /* of its trials; rate_pps 0, duration_s the longest final one, repetition R,
			 * seed that of the command + R */
	char *preset;   /* quick, csit, rfc2544, tst009 */
	char *options;  /* of the search alone, where not the default: "--max-load=2Mpps"; "" */
	uint64_t min_pps, max_pps; /* lowest and highest load */
	gboolean max_measured; /* max_pps is what the generator offered at rate max, else given */
	double mean_frame_len; /* with FCS: for bit/s */
	uint32_t nb_goals, nb_trials, nb_loads;
	struct search_goal *goals;
	struct search_trial *trials; /* in the order of measuring */
	struct search_load *loads;
	struct search_suite suite;
	double trials_s; /* sum of all trial durations */
	double took_s; /* from start to end, set-up without; of the last run, if it was continued */
	gboolean interrupted;
	char *doubt; /* first reason of trials that are not trustworthy, though not spoilt; "" */
	JsonObject *environment; /* as a trial's; may be NULL */
	char *path;              /* of the file it was read from; NULL: made in memory */
};
typedef struct search search;

search *search_new(uint32_t nb_goals);
void search_free(search *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(search, search_free)
/* One more trial, zeroed but for marks; valid until the next. */
struct search_trial *search_add_trial(search *s);
/* nb loads, zeroed but for classes. Once. */
void search_set_loads(search *s, uint32_t nb);

/* "found", "met at the highest load", ...; "lower", "upper", "undecided". Static. */
const char *search_state_word(enum search_state state);
const char *search_class_word(enum search_class class);

/* No goal is tester-limited, and no trial is in doubt. */
gboolean search_is_sound(const search *s);

/* "search_INFIX_repR.json" and "search-R", newly allocated. */
char *search_file_name(const struct trial_params *p);
char *search_trials_folder(uint32_t repetition);
/* Is that the base name of such a folder? Its trials are left out of what a label's folder holds. */
gboolean search_is_trials_folder(const char *name);

/*
 * As trial_state: is a search of these parameters, preset, goals (texts, NULL-terminated) and options
 * there? *why: newly allocated for AGAIN and OTHER, else NULL.
 */
enum trial_state search_look(const char *dir, const struct trial_params *p, const char *options,
	const char *const *goals, char **why);

/* Durably. What search_read would refuse is an error, and nothing is written. */
gboolean search_write(const search *s, const char *dir, GError **error);
/*
 * Checked: schema, ranges, what the states say of the bounds, bounds among the loads, loads ascending,
 * marks and classes for each goal. NULL and error.
 */
search *search_read(const char *path, GError **error);
/* The same of text; name for errors. */
search *search_parse(const char *name, const char *text, size_t len, GError **error);
char *search_to_json(const search *s);
/* The fields of the file, but for "schema": see trial_fields.h. */
extern const struct trial_record search_fields;

#endif
