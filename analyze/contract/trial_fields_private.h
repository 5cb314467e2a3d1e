/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/contract/trial_fields_private.h: how rows of trial_fields.h are written; for the files with tables. */
#ifndef ANALYZE_CONTRACT_TRIAL_FIELDS_PRIVATE_H
#define ANALYZE_CONTRACT_TRIAL_FIELDS_PRIVATE_H

#include "analyze/contract/trial_fields.h"

/* A row: what it is comes last, and further members may follow it. */
#define NAMED(its_key, type, member, its_kind, its_unit, ...)                                      \
	{                                                                                          \
		.key = its_key, .kind = TRIAL_##its_kind, .offset = offsetof(struct type, member), \
		.unit = its_unit, .words = __VA_ARGS__                                             \
	}
#define FIELD(type, member, ...) NAMED(#member, type, member, __VA_ARGS__)
#define QUOTIENT(its_key, type, over, under, its_unit, ...) \
	NAMED(its_key, type, over, RATIO, its_unit, __VA_ARGS__, .nb = offsetof(struct type, under))
#define RECORD(its_name, type, its_rows, ...)                                    \
	{                                                                        \
		.name = its_name, .size = sizeof(struct type), .rows = its_rows, \
		.nb = G_N_ELEMENTS(its_rows), .words = __VA_ARGS__               \
	}

#endif
