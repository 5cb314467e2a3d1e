/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/mix_private.h: what options and mix files have in common. */
#ifndef TRAFFIC_MIX_PRIVATE_H
#define TRAFFIC_MIX_PRIVATE_H

#include <stdint.h>

#include <glib.h>

#include "traffic/mix.h"

#define MIX_SHARE_MIN 1e-9
#define MIX_SHARE_MAX 1e12

/* An empty mix; name is made fit for file names. */
mix *mix_alloc(const char *name);
/* The profile of that spec, opened once. NULL and error. */
const profile *mix_profile(mix *m, const char *spec, uint32_t mtu, GError **error);
/*
 * Sets the guest's arrival process, read once, and, if that is a trace, its profile. where names
 * option or line for the error.
 */
gboolean mix_set_arrival(
	mix *m, const char *where, const char *spec, struct mix_guest *guest, GError **error);
/* Scales the shares of the guests so that they add up to 1. */
void mix_normalize(mix *m);

/*
 * nb more guests like guest, of that group. where is for the error: more than FRAME_GUESTS_MAX.
 * Guests are kept in m->guests; their groups in m->groups.
 */
gboolean mix_add_guests(mix *m, const char *where, const struct mix_guest *guest, const char *group,
	uint64_t nb, GError **error);

gboolean mix_check_interface(const char *where, const char *text, GError **error);
gboolean mix_check_share(const char *where, const char *text, double *out, GError **error);

#endif
