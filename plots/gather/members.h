/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/members.h: the combinations that names stand for, and the words that tell them apart: what
 * gather() and figures that take other numbers of a combination share.
 */
#ifndef PLOTS_GATHER_MEMBERS_H
#define PLOTS_GATHER_MEMBERS_H

#include <glib.h>

#include "analyze/results/result.h"
#include "plots/draw/figure.h"

struct member {
	result_set *set; /* borrowed */
	result_combination *c;
	guint name;  /* place of the NAME that found it */
	guint facet; /* panel of a grid; of gather() alone, as series */
	guint series;
	char *key;   /* equal for what belongs to one group */
	char *title; /* name of the group */
};

void member_free(gpointer data);

/* How a NAME reads in a legend (analyze/results/side_names.h). */
char *member_short_name(const char *const *names, guint i);
/* Whether a parameter has several values among members of a name (G_MAXUINT: of all). */
gboolean members_differ(const GPtrArray *all, guint name, const char *parameter);
/* What differs in no parameter that has a name (a mix of equal name, say) is told by number. */
void members_part_twins(GPtrArray *all);
/* A parameter that all have in common as it reads in a subtitle; NULL if it says nothing. */
char *member_common_value(const struct trial_params *p, const char *parameter);
/* Warnings and notes (char *) of a set. */
void members_take_messages(GPtrArray *messages, const result_set *set);

struct member_list {
	GPtrArray *all;  /* struct member, by name, then parameters; at least one */
	GPtrArray *sets; /* result_set */
	figure *head;    /* title and subtitle; no groups */
};
typedef struct member_list member_list;

struct members_options {
	const char *dir;         /* where labels and selectors look; NULL: "out" */
	const char *title;       /* NULL: made of the names */
	gboolean loads_together; /* those of equal other parameters are one group */
};

/*
 * What differs within a name makes groups of its own, whose titles say the difference. NULL and
 * error if a name stands for nothing.
 */
member_list *members_find(
	const struct members_options *options, const char *const *names, GError **error);
void members_free(member_list *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(member_list, members_free)

/* Remarks (char *) about files that were left out; after all that is loaded was. */
void members_messages(const member_list *m, GPtrArray *messages);

/* Gives a figure the title and subtitle. */
void members_set_head(const member_list *m, figure *to);

/* All repetitions are trustworthy and whole. */
gboolean member_trustworthy(const struct member *m);

/* FALSE and error if there are more than max groups, which what ("a timeline") does not take. */
gboolean members_fit(guint groups, guint max, const char *what, GError **error);

#endif
