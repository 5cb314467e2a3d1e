/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/numbers/numbers.h: what a program that counts does first, what GSL gives all rooms, orders. */
#ifndef ANALYZE_NUMBERS_NUMBERS_H
#define ANALYZE_NUMBERS_NUMBERS_H

#include <stddef.h>

/* GSL returns errors instead of ending the program: once, before all else that main does. */
void numbers_begin(void);
/* Standard deviation of a sample of nb > 1 values. */
double numbers_sd(const double *values, size_t nb);
/* Orders for qsort and g_array_sort, ascending; of objects, too, that begin with such a member. */
int numbers_compare_doubles(const void *a, const void *b); /* no NANs */
int numbers_compare_u32(const void *a, const void *b);
int numbers_compare_u64(const void *a, const void *b);
/* GSL's version, for the record. Static. */
const char *numbers_gsl_version(void);

#endif
