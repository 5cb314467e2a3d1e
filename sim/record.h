/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/record.h: what a trial's file says about its traffic and its machine, so that it can be repeated. */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "sim/engine/clock.h"
#include "sim/options.h"
#include "traffic/mix.h"
#include "traffic/schedule.h"

/* SHA-256 over what every guest is sent by: profile classes, mode, share, arrival. */
char *record_mix_digest(const mix *m);
/*
 * The table of RFC 6985 section 4 (a row a guest), the profiles in full, the random numbers and the
 * schedule's digest.
 */
JsonObject *record_mix(const mix *m, const schedule *s, const uint8_t base_mac[6]);
/* Versions, CPU, governor, NUMA, hugepages, clocks, command line, time of start. Needs EAL. */
JsonObject *record_environment(const struct options *o, double tsc_hz);
/* Adds the time of the end and how far TSC and system clock ran apart since the start, in ppm. */
void record_end(JsonObject *environment, const struct clock_pair *started, double tsc_hz);
/* What record_end found; 0 before. */
double record_tsc_error_ppm(JsonObject *environment);

#endif
