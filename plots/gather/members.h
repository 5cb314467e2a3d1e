/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/members.h: the combinations that names stand for, and the words that tell them apart: what
 * all figures take their numbers from.
 */
#ifndef PLOTS_GATHER_MEMBERS_H
#define PLOTS_GATHER_MEMBERS_H

#include <glib.h>

#include "analyze/results/result.h"
#include "analyze/results/result_slice.h"
#include "plots/draw/figure.h"
#include "plots/gather/facets.h"

struct member {
	result_set *set; /* borrowed */
	result_combination *c;
	const result_combination *whole; /* that c is a slice of; NULL: c is none */
	guint name;                      /* place of the NAME that found it */
	guint facet;                     /* panel of a grid; 0 without one */
	guint series;
	char *key;   /* equal for what belongs to one group */
	char *title; /* name of the group */
};

struct members_options {
	const char *dir;           /* where labels and selectors look; NULL: "out" */
	const char *title;         /* of the figure; NULL: made of the names */
	const char *const *titles; /* what the names are called; NULL: as they are */
	const char *rate;          /* only this load, as in the selector rate-100; NULL: all */
	gboolean loads_together;   /* those of equal other parameters are one group */
	/* A name that stands for nothing is left out, while another one stands for something. */
	gboolean missing_ok;
	int by; /* enum result_by, or one of the following: members are its slices */
};

enum {
	MEMBERS_BY_CHOOSE = -1, /* interface or group, where one series alone has several of them */
	MEMBERS_BY_MENTION = -2, /* none; a remark where there would be several */
	MEMBERS_BY_MAX = 8,      /* guests of RESULT_BY_GUEST, the worst ones */
};

struct member_list {
	GPtrArray *all;  /* struct member, by name, then parameters; at least one */
	GPtrArray *sets; /* result_set */
	const struct members_options *options; /* borrowed, as are names; both outlive it */
	const char *const *names;
	gboolean loads_together; /* as in options, or as the groups turned out to be */
	facets *layout;          /* of panels; NULL: none */
	enum result_by by;       /* as in options, or as chosen */
	GPtrArray *remarks;      /* char *, for members_messages */
};
typedef struct member_list member_list;

/*
 * What differs within a name makes groups of its own, whose titles say the difference. NULL and
 * error if a name stands for nothing, or no combination has several values of options->by.
 */
member_list *members_find(
	const struct members_options *options, const char *const *names, GError **error);
/*
 * The same of combinations that are known, whole: a result_set for each name, with one combination at
 * least; moved out of sets.
 */
member_list *members_of(
	const struct members_options *options, const char *const *names, GPtrArray *sets);
void members_free(member_list *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(member_list, members_free)

/* FALSE and error if none is left. */
gboolean members_exist(const member_list *m, GError **error);
/* Sets keys and titles anew, after loads_together or layout have changed. */
void members_name(member_list *m);

/* Whether some group has several members, which are its loads. */
gboolean members_share_groups(const member_list *m);

/*
 * Loads the i-th member (result_load), and with a slice those of its combination behind it: their files
 * are the same. Each is to be unloaded when it is done. FALSE and error.
 */
gboolean members_load(const member_list *m, guint i, GError **error);

/* Remarks (char *) about files that were left out; after all that is loaded was. */
void members_messages(const member_list *m, GPtrArray *messages);

/* The first of interface and group of which some member has several; RESULT_BY_NONE: neither. */
enum result_by members_kind(const member_list *m);

/* A figure without groups, with a title and, as subtitle, what all have in common. */
figure *members_figure(const member_list *m);

/* How a NAME reads in a legend (analyze/results/side_names.h). */
char *member_short_name(const char *const *names, guint i);
/* "compare-vhost-on-vhost-off": what the figure's files are called, without an extension. */
char *members_file_name(const char *command, const char *const *names);

/* FALSE and error if there are more than max groups, which what ("a timeline") does not take. */
gboolean members_fit(guint groups, guint max, const char *what, GError **error);

#endif
