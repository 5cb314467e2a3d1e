/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/profile_private.h: how the parts of traffic/ that make profiles make them. */
#ifndef TRAFFIC_PROFILE_PRIVATE_H
#define TRAFFIC_PROFILE_PRIVATE_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

#include "traffic/profile.h"

enum {
	PROFILE_SEQUENCE_MAX = 65536, /* frames of a sequence, or of the period of exact ratios */
	PROFILE_PERIOD_MAX = 10000,   /* frames of the period of other ratios */
};

/* Of the frame lengths of a class. */
struct profile_moments {
	double mean, square;
};

/* A frame's length, with FCS, less that of the unit. */
uint32_t profile_unit_overhead(enum profile_unit unit);

/* An empty profile, in frames and packets; name is made fit for file names. */
profile *profile_alloc(const char *spec, const char *name);

/*
 * unit, weight, mode and of every class what is listed have been set (and sequence, in mode
 * sequence): derive the rest. Listed lengths and weights have been checked.
 */
void profile_finish(profile *p);
/* The same with what classes (struct profile_class) and sequence hold, which are empty then. */
void profile_take(profile *p, GArray *classes, GByteArray *sequence);

/* The profile of an RFC 6985 genome "genome:aaafg", "genome:AAAGG:A=64,G=1518". */
profile *genome_parse(const char *spec, uint32_t mtu, GError **error);
/* What profile.genome holds; NULL if it cannot be written. p is finished. */
char *genome_format(const profile *p);

#endif
