/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/rate.h: offered loads as people write them. Pure.
 *
 * A rate is a number with a unit: 500kpps, 5Mpps, 64pps, 2Gbit/s (layer 2: bits of frames with
 * FCS), 2Gbit/s-L1 (with the 20 bytes of preamble and gap), 40% (of --link, layer 1; at most
 * 1000%: what the link cannot carry is not sent), or max. k, M and G are powers of ten. A k or M
 * without a unit is kpps or Mpps, everywhere; a bare number, and 10G, are errors that name the
 * remedy.
 */
#ifndef TRAFFIC_RATE_H
#define TRAFFIC_RATE_H

#include <glib.h>

enum rate_kind { RATE_PPS, RATE_L2_BPS, RATE_L1_BPS, RATE_LINK_SHARE, RATE_MAX };

struct rate {
	enum rate_kind kind;
	double value; /* pps, bit/s, or a share 0..1; 0 for max */
};

/* One rate. where names the option or file and line for the error text. */
gboolean rate_parse(const char *where, const char *text, struct rate *out, GError **error);

/*
 * One rate, a list "100kpps,1Mpps", a sweep "50k..800k:50k" (pps, both ends included; a unit may
 * stand behind each or only the last number: 1..5Mpps:1Mpps, 1Gbit/s..5Gbit/s:1Gbit/s), or a mix
 * of them separated by commas. Returns an array of struct rate, in the order written, without
 * repeats; NULL and error. At most 10000 rates.
 */
GArray *rate_parse_list(const char *where, const char *text, GError **error);

/* "10G", "100Gbit/s", "25000M": bit/s of a link. */
gboolean rate_parse_link(const char *where, const char *text, double *link_bps, GError **error);

/*
 * Frames a second of r for frames of that mean length (with FCS). link_bps 0 means that no
 * --link was given: an error for RATE_LINK_SHARE. RATE_MAX gives 0.
 */
gboolean rate_to_pps(
	const struct rate *r, double mean_frame_len, double link_bps, double *pps, GError **error);

double rate_l2_bps(double pps, double mean_frame_len);
double rate_l1_bps(double pps, double mean_frame_len);
/* RFC 5180 appendix A.1: link_bps / (8 * (mean_frame_len + 20)). */
double rate_line_pps(double link_bps, double mean_frame_len);

/* "500 kpps", "1.5 Mpps", "3.21 Gbit/s": newly allocated, at most 4 significant digits. */
char *rate_format_pps(double pps);
char *rate_format_bps(double bps);

#endif
