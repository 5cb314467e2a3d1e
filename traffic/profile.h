/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/profile.h: a distribution of frame lengths, from a file or a short word.
 *
 * A profile file is CSV (RFC 4180, read with libcsv). Lines that start with '#' are comments; the
 * ones of the form "# key: value" before the first row declare it:
 *
 *   # title: Simple IMIX 7:4:1
 *   # unit: frame              frame (with FCS) | ip (IP total length) | mbuf (frame without FCS)
 *   # weight: packets          packets | bytes | bandwidth (frame + 20 bytes)
 *   # mode: random             random (draws) | ratio (exact shares in every period) | sequence
 *   # source: ...              where the numbers come from
 *   # unverified: ...          what nobody has checked (optional)
 *   # synthetic: ...           why it is no measurement (optional)
 *   size,weight
 *   64,7
 *   65-128,4                   a range: every length in it equally likely
 *   1518,1
 *
 * The row "size,weight" must be there. unit, weight, mode and source must be declared. A comment
 * that looks like a declaration but is none is written with "##".
 *
 * In mode sequence the rows are sent in their order, each weight (an integer) times; rows of the
 * same length are one class. The period of mode ratio is the sum of the weights over their greatest
 * common divisor; else the least period of at most 10000 frames with the smallest share error.
 * Every class is at least once in it. Classes are spread evenly: frame k of the c frames of a class
 * is at (2k + 1) / 2c of the period.
 *
 * Weights in bytes are divided by the listed length, weights in bandwidth by the frame length + 20;
 * a range counts with its mean.
 *
 * Lengths below 64 bytes of frame are padded to 64, as every sender on Ethernet does.
 */
#ifndef TRAFFIC_PROFILE_H
#define TRAFFIC_PROFILE_H

#include <stdint.h>

#include <glib.h>
#include <gsl/gsl_rng.h>

#include "traffic/capture.h"

enum profile_unit { PROFILE_FRAME, PROFILE_IP, PROFILE_MBUF };
enum profile_weight { PROFILE_PACKETS, PROFILE_BYTES, PROFILE_BANDWIDTH };
/* PROFILE_TRACE: the frames of a capture in their order; not for profile files. */
enum profile_mode { PROFILE_RANDOM, PROFILE_RATIO, PROFILE_SEQUENCE, PROFILE_TRACE };

/* A row of the profile: one length or a range of them. */
struct profile_class {
	uint32_t listed_lo, listed_hi;       /* as written, in the profile's unit */
	double listed_weight;                /* as written, in the profile's basis */
	uint32_t frame_len_lo, frame_len_hi; /* with FCS, padded: what is sent */
	double share;                        /* of the packets, as sent; all classes together 1 */
};

struct profile {
	char *spec; /* as given: imix, ./my.csv, fixed:64 */
	char *name; /* for file names: imix, my, fixed-64, uniform-64-1518, genome-aaafg. No '_' or '/'. */
	char *title, *source;
	char *unverified, *synthetic; /* NULL if the file has no such line */
	char *notice; /* how it differs from what was asked for; NULL if it does not */
	enum profile_unit unit;
	enum profile_weight weight;
	enum profile_mode mode;
	uint32_t nb_classes; /* 1 .. FRAME_CLASSES_MAX */
	struct profile_class *classes;
	uint8_t *sequence; /* modes sequence, ratio, trace: class of each frame of one period */
	uint32_t sequence_len;
	/*
	 * Mode sequence: "IMIX - aaafg" or "CUSTOM IMIX - AAAGG (A=64 G=1518)". Longer than 100
	 * frames it counts its runs, "IMIX - 200a100g"; z has its length beside it. NULL in other
	 * modes, and if the sequence has ranges, or more than 26 lengths some of which have no letter.
	 */
	char *genome;
	void *alias; /* private: the alias table of mode random */
	/* Private, mode trace: length of each frame of the sequence, which is the capture's ... */
	const uint16_t *frame_len;
	struct profile_moments *moments; /* ... and what the lengths of each class are */
};
typedef struct profile profile;

/*
 * spec: the name of a shipped profile, a path (it has a '/' or ends in ".csv"), fixed:64,
 * uniform:64-1518, genome:aaafg (RFC 6985 letters), genome:AAAGG:A=64,G=1518 (custom letters),
 * genome:20a1g may repeat letters by a count before them (not in RFC 6985).
 * mtu: frame length that the genome's z stands for; 0 if it is not to be used.
 */
profile *profile_open(const char *spec, uint32_t mtu, GError **error);
/* The same from a text in memory; name is used in errors as the file name is. */
profile *profile_parse(const char *name, const char *text, size_t len, GError **error);
void profile_free(profile *p); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(profile, profile_free)

/*
 * The frames of a capture, which must outlive the profile; spec and name as in trace:FILE. Classes
 * are its lengths if they are at most FRAME_CLASSES_MAX, else those of these ranges that it has:
 * 64, 65-127, 128-255, 256-511, 512-1023, 1024-1518 (RMON, RFC 2819) and 1519-9216. Weights are
 * frames.
 */
profile *profile_from_capture(const capture *c);

/* Names of the shipped profiles, sorted; free with g_strfreev. */
char **profile_names(GError **error);

/* "frame", "packets", "random": the words of a profile file. Static. */
const char *profile_unit_name(enum profile_unit unit);
const char *profile_weight_name(enum profile_weight weight);
const char *profile_mode_name(enum profile_mode mode);

/* Lengths are those of the frames sent: with FCS, padded, ranges drawn uniformly. */
double profile_mean_frame_len(const profile *p);
uint32_t profile_longest_frame_len(const profile *p);
double profile_stddev_frame_len(const profile *p);

/* Mean of one class. */
double profile_class_mean_len(const profile *p, uint32_t i);
/* Does the profile have classes that are more than one length? */
gboolean profile_has_ranges(const profile *p);
/* Mode ratio: largest difference of a share of the period from what the weights ask for; else 0. */
double profile_ratio_error(const profile *p);

/* One drawn frame. */
struct profile_draw {
	uint16_t frame_len; /* with FCS */
	uint8_t class;      /* index into classes */
};

/*
 * Draw n lengths into out. Mode random: alias method (gsl_ran_discrete) over the classes, uniform
 * in a range, from rng alone. Other modes: position *pos of the period is taken and moved on, so
 * that calls in pieces give the same as one call; rng is used for ranges only, and not in mode
 * trace.
 */
void profile_draw(
	const profile *p, gsl_rng *rng, uint64_t *pos, struct profile_draw *out, size_t n);

/* "text", "csv" or "json": the mix in all units, mean, deviation, byte shares, pps on a link. */
char *profile_report(const profile *p, const char *format, double link_bps, GError **error);

#endif
