/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/numbers/numbers.h: what a program that counts does first. */
#ifndef ANALYZE_NUMBERS_NUMBERS_H
#define ANALYZE_NUMBERS_NUMBERS_H

/* GSL returns errors instead of ending the program: once, before all else that main does. */
void numbers_begin(void);
/* GSL's version, for the record. Static. */
const char *numbers_gsl_version(void);

#endif
