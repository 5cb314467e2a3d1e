/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/numbers/numbers.h: what a program that counts does first, and what GSL gives all rooms. */
#ifndef ANALYZE_NUMBERS_NUMBERS_H
#define ANALYZE_NUMBERS_NUMBERS_H

#include <stddef.h>

/* GSL returns errors instead of ending the program: once, before all else that main does. */
void numbers_begin(void);
/* Standard deviation of a sample of nb > 1 values. */
double numbers_sd(const double *values, size_t nb);
/* GSL's version, for the record. Static. */
const char *numbers_gsl_version(void);

#endif
