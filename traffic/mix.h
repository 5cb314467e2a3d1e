/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/mix.h: which guest gets what: a profile, a share of the load, an arrival process, and
 * which interface it is reached by.
 *
 * A mix file is an INI file (analyze/base/ini.h); each section is a set of guests:
 *
 *   [web]
 *   guests    = 48           how many
 *   profile   = imix         as --profile; not with a trace, which has its own frames
 *   share     = 3            of the load, per guest, relative to the others (default 1)
 *   arrival   = poisson      (default: --arrival)
 *   interface = vfio         letters, digits and '-' (default: --interface)
 *
 * Guests are numbered through in the order of the sections. An unknown key is an error.
 *
 * A fleet "vfio:8,vmux:24" is so many guests of each interface, numbered through in that order.
 * Which interfaces there are is not known here, only how their names are written.
 */
#ifndef TRAFFIC_MIX_H
#define TRAFFIC_MIX_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

#include "traffic/arrival.h"
#include "traffic/profile.h"

struct mix_guest {
	const profile *profile;         /* owned by the mix */
	const char *arrival;            /* as written; owned by the mix */
	const arrival_process *process; /* the same; owned by the mix */
	/* Of a mix file's group; its interface in a fleet; else "". Owned by the mix. */
	const char *group;
	const char *interface; /* NULL: the default one. Owned by the mix. */
	uint32_t group_of;     /* index of group in the mix's groups */
	double share;          /* of all frames; all guests together 1 */
};

struct mix {
	char *name; /* for file names: the profile's, or the mix file's without folder and ending */
	uint32_t nb_guests;
	struct mix_guest *guests;
	uint32_t nb_groups;    /* at least 1 */
	const char **groups;   /* different names, in the order of their first guests */
	GPtrArray *profiles;   /* each profile once */
	GPtrArray *processes;  /* private: what processes are known by */
	GStringChunk *strings; /* names of groups and interfaces */
};
typedef struct mix mix;

/*
 * One profile for all guests, or, if process is trace:FILE, the frames of that capture, and
 * profile_spec is not looked at. guests: how many, "64", or a fleet "vfio:8,vmux:24"; 1 to
 * FRAME_GUESTS_MAX together. shares: NULL or "equal", "zipf:S" (guest k gets 1/k^S), or a list
 * "3,1,1" that is as long as there are guests.
 */
mix *mix_new(const char *profile_spec, const char *guests, const char *shares, const char *process,
	uint32_t mtu, GError **error);
/* A mix file. process is the arrival of groups without one. */
mix *mix_open(const char *path, const char *process, uint32_t mtu, GError **error);
/* The same from a text in memory; name is used in errors as the file name is. */
mix *mix_parse(const char *name, const char *text, size_t len, const char *process, uint32_t mtu,
	GError **error);
void mix_free(mix *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mix, mix_free)

/* Mean frame length over all guests, weighted by share; with FCS. */
double mix_mean_frame_len(const mix *m);
/* Longest frame that any guest is sent; with FCS. */
uint32_t mix_longest_frame_len(const mix *m);

#endif
