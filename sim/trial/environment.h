/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/trial/environment.h: what a trial's file says about its traffic and its machine, so that it can be repeated. */
#ifndef SIM_TRIAL_ENVIRONMENT_H
#define SIM_TRIAL_ENVIRONMENT_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "sim/engine/clock.h"
#include "sim/trial/options.h"
#include "traffic/mix.h"
#include "traffic/schedule.h"

/* SHA-256 over what every guest is sent by: profile classes, mode, share, arrival. */
char *environment_mix_digest(const mix *m);
/*
 * The table of RFC 6985 section 4 (a row a guest), the profiles in full, the random numbers and the
 * schedule's digest.
 */
JsonObject *environment_mix(const mix *m, const schedule *s, const uint8_t base_mac[6]);
/* Versions, CPU, governor, NUMA, hugepages, clocks, command line, time of start. Needs EAL. */
JsonObject *environment_environment(const struct options *o, double tsc_hz);
/* Adds the time of the end and how far TSC and system clock ran apart since the start, in ppm. */
void environment_end(JsonObject *environment, const struct clock_pair *started, double tsc_hz);
/* What environment_end found; 0 before. */
double environment_tsc_error_ppm(JsonObject *environment);

#endif
