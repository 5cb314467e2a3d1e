/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/format.h: numbers for people. All results are newly allocated. */
#ifndef ANALYZE_BASE_FORMAT_H
#define ANALYZE_BASE_FORMAT_H

#include <stdint.h>

#include <glib.h>

/* "950 ns", "23.4 µs", "1.25 ms", "2 s": three significant digits. */
char *format_ns(uint64_t ns);
/* The same with ">= " in front if bound is set. */
char *format_ns_bound(uint64_t ns, gboolean bound);
/* "12", "499.9k", "1.25M" of frames a second: four significant digits. */
char *format_pps(double pps);
/* "0 %", "0.00012 %", "12.3 %" of a share 0..1: three significant digits, 0 only if it is 0. */
char *format_percent(double share);
/* The fewest digits, at least as many as it takes of 15, that are read back as this value. */
char *format_number(double v);

#endif
