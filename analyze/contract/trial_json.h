/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/contract/trial_json.h: a trial as a JSON object, in both directions, by its fields. No files. */
#ifndef ANALYZE_CONTRACT_TRIAL_JSON_H
#define ANALYZE_CONTRACT_TRIAL_JSON_H

#include <json-glib/json-glib.h>

#include "analyze/base/json_in.h"
#include "analyze/base/json_out.h"
#include "analyze/contract/trial.h"
#include "analyze/contract/trial_fields.h"

/*
 * Everything of t but the bins and "files". Percentiles are of the bins, where they are loaded,
 * with the lost frames censored; null where there are none.
 */
JsonObject *trial_json_object(const trial *t);

/*
 * The way back; the percentiles are not read: they follow from the bins. where is the path of o
 * in its file, "" for the root. NULL and in->error. Sums are not checked: see trial_balance.
 */
trial *trial_json_read(struct json_in *in, JsonObject *o, const char *where);

/* The members of a record out of o. Errors go to in; the record is the caller's then, too. */
void trial_json_read_record(struct json_in *in, JsonObject *o, const char *where,
	const struct trial_record *r, void *record);

/* An element {name, bytes} of "files": a plain name, there in dir, and as long as recorded. */
gboolean trial_json_check_file(
	struct json_in *in, const char *dir, JsonObject *file, const char *where);

/*
 * For other JSON files: a record as an object of its own, and its members into one that is there.
 * view: NULL where nothing of it matters, as for trial_dist, trial_params and trial_cpu.
 */
JsonObject *trial_json_record(
	const struct trial_record *r, const void *record, const struct trial_view *view);
void trial_json_add(JsonObject *o, const struct trial_record *r, const void *record,
	const struct trial_view *view);

/* The same by name. one_way: as trial_is_one_way; loss_ratio is null. */
void trial_json_set_counts(
	JsonObject *o, const struct trial_counts *c, double measured_s, gboolean one_way);
JsonObject *trial_json_probes(const struct trial_probes *p, double measured_s);
/* Without percentiles: several trials were added up, whose guests' bins nobody has. */
JsonObject *trial_json_guest_probes(const struct trial_guest_probes *p, gboolean percentiles);

#endif
