/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/apportion.h: shares into whole numbers of frames, and an order that spreads them. Pure.
 * Shares add up to 1.
 */
#ifndef TRAFFIC_APPORTION_H
#define TRAFFIC_APPORTION_H

#include <stdint.h>
#include <stddef.h>

/*
 * Largest remainder (Hamilton's method): count[i] of n frames for each of nb shares, ties to the
 * lower index. Each gets at least one; n >= nb.
 */
void apportion(const double *share, uint32_t nb, uint32_t n, uint32_t *count);

/* Largest |count[i] / n - share[i]|. */
double apportion_error(const double *share, uint32_t nb, uint32_t n, const uint32_t *count);

/* The least n in nb .. max with which every share is a whole number of frames; 0 if none is. */
uint32_t apportion_exact(const double *share, uint32_t nb, uint32_t max);

/* The least n in nb .. max whose error is the smallest. */
uint32_t apportion_best(const double *share, uint32_t nb, uint32_t max);

/*
 * An order of the frames: frame k of the c frames of index i is placed at (2k + 1) / 2c of the
 * period, equal places in order of index. order has room for the sum of count.
 */
void apportion_spread(const uint32_t *count, uint32_t nb, uint16_t *order);

#endif
