/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/trial_fields.h: the file contract as tables: one row per field of a trial, with
 * its name in the JSON, kind, unit, place in the struct and meaning. Pure; the tables are constant.
 *
 * Whatever goes over the fields goes over these rows: JSON out and in (trial_json), copying and
 * comparing parameters (trial), sums and their checks (trial_balance), selectors (result_params),
 * columns of summary.csv, conf/trial.schema.json and the documentation. A parameter or a count more
 * is a member of its struct and a row here. Rows are in the order of the JSON.
 *
 * To go over the counts, say:
 *
 *	for (size_t i = 0; i < trial_counts_fields.nb; i++) {
 *		const struct trial_field *f = &trial_counts_fields.rows[i];
 *
 *		if (f->kind == TRIAL_U64)
 *			show(f->key, trial_field_u64(f, &counts));
 *	}
 */
#ifndef ANALYZE_CONTRACT_TRIAL_FIELDS_H
#define ANALYZE_CONTRACT_TRIAL_FIELDS_H

#include "analyze/base/json_in.h"
#include "analyze/contract/trial.h"

enum trial_kind {
	/* Members of a struct. */
	TRIAL_TEXT,   /* char *, owned; NULL is the fallback, or "" */
	TRIAL_SWITCH, /* gboolean */
	TRIAL_U32,    /* uint32_t, at most max */
	TRIAL_U64,    /* uint64_t, at most 2^63 - 1 */
	TRIAL_I64,    /* int64_t, more than -2^63 */
	TRIAL_REAL,   /* double, finite, not negative */
	TRIAL_TEXTS,  /* GPtrArray * of char * */
	TRIAL_TREE,   /* JsonObject *, owned, as it is */
	TRIAL_WORD,   /* an enum from 0 without gaps: one of choices */
	TRIAL_WORDS, /* an array of them: pointer, owned; uint32_t at nb says how many, at most max */
	/* Structs in it, each with a table of its own. */
	TRIAL_RECORD, /* an object */
	TRIAL_INLINE, /* its members stand among those of the struct around it */
	TRIAL_ROWS, /* an array of objects: pointer, owned; uint32_t at nb says how many, at most max */
	/* Made when it is written, not read. */
	TRIAL_RATIO,  /* number of ratio(); without: offset / nb, of whole numbers; or null */
	TRIAL_RANK,   /* whole number of rank(), or null; see TRIAL_STORED */
	TRIAL_BOUNDS, /* the keys of those ranks that are lower bounds */
};

enum {
	TRIAL_OPTIONAL = 1,    /* older files lack it, or some trials */
	TRIAL_IF_SET = 2,      /* a record: only where the gboolean at nb is TRUE */
	TRIAL_IF_PROBED = 4,   /* only where the trial used probes */
	TRIAL_PER_GUEST = 8,   /* a count: known per guest, 0 per size */
	TRIAL_STORED = 16,     /* a rank: read into the uint64_t at offset and the gboolean at nb */
	TRIAL_SIGNED = 32,     /* a rank or the upper part of a quotient: may be negative */
	TRIAL_PER_SECOND = 64, /* a quotient: by measured_s */
	TRIAL_NOT_ONE_WAY = 128, /* a quotient: null where no frame comes back */
	TRIAL_MAY_LACK = 256,    /* TRIAL_REAL: NAN is null */
};

struct trial_field;
struct trial_record;

/* Of what the record that is written is a part. */
struct trial_view {
	const trial *t; /* NULL outside of one */
	double measured_s;
	gboolean one_way;            /* as trial_is_one_way: its loss says nothing */
	gboolean probes;             /* the trial used probes */
	gboolean stored;             /* stored ranks are known */
	const struct trial_cpu *cpu; /* of which a part is written */
};

/* NAN where there is no such number. */
typedef double (*trial_ratio_fn)(const void *record, const struct trial_view *view);
/* 0 or -ENODATA; *bound may be left alone. */
typedef int (*trial_rank_fn)(const struct trial_field *f, const void *record,
	const struct trial_view *view, int64_t *ns, gboolean *bound);
/* Bins for a distribution that has none of its own; newly allocated, or NULL. */
typedef hist *(*trial_bins_fn)(
	const struct trial_field *f, const void *record, const struct trial_view *view);

struct trial_field {
	const char *key;
	enum trial_kind kind;
	size_t offset;     /* in the struct of the record */
	const char *unit;  /* "ns", "s", "pps", "B", "frames"; "" where there is none */
	const char *words; /* what it is */
	unsigned flags;
	const char
		*selector; /* of a parameter: its name in selectors and tables; NULL: it has none */
	const char *name;  /* for people; NULL: the selector, else the key */
	const char *fallback;       /* of a text: what it is where it has none */
	const char *const *choices; /* of TRIAL_WORD and TRIAL_WORDS, NULL-terminated */
	uint32_t min, max;          /* of a whole number; max also of a ratio, if it is not 0 */
	size_t nb;                  /* see kind and flags */
	const struct trial_record *record;
	trial_bins_fn bins; /* of a record that is a trial_dist; NULL: it has its own */
	trial_ratio_fn ratio;
	trial_rank_fn rank;
	double q; /* of a rank */
};

struct trial_record {
	const char *name;
	const char *words;
	const struct trial_field *rows;
	size_t nb;
	size_t size; /* of the struct */
	/* NULL: nothing to do. Before it is written: what its members have to know of it. */
	void (*enter)(const void *record, struct trial_view *view);
	/* After it was read from o, whose path is where: what no row says. */
	void (*settle)(struct json_in *in, JsonObject *o, const char *where, void *record);
	/* Members that no row has: free them. */
	void (*clear)(void *record);
};

/* struct trial, trial_params, trial_counts, trial_dist, trial_departure, trial_probes, trial_guest_probes, trial_cpu, trial_group */
extern const struct trial_record trial_fields, trial_params_fields, trial_counts_fields,
	trial_dist_fields, trial_departure_fields, trial_probes_fields, trial_guest_probes_fields,
	trial_cpu_fields, trial_group_fields;

/* Members of a record; f is a row of its table and of that kind. */
const char *trial_field_text(const struct trial_field *f, const void *record); /* never NULL */
uint64_t trial_field_u64(const struct trial_field *f, const void *record);
/* Of a switch (0 or 1), TRIAL_U32, TRIAL_U64 or TRIAL_REAL. */
double trial_field_number(const struct trial_field *f, const void *record);

/* A row of TRIAL_RATIO; NAN where there is no such number. */
double trial_field_ratio(
	const struct trial_field *f, const void *record, const struct trial_view *view);

/* into += from: whole numbers, also those of records in it. FALSE if 64 bits do not hold a sum. */
gboolean trial_record_add(const struct trial_record *r, void *into, const void *from);

/* Free what the record owns; pointers become NULL. */
void trial_record_clear(const struct trial_record *r, void *record);

#endif
