/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/error.h: the error domain of plots/. The text names what, where and the remedy. */
#ifndef PLOTS_DRAW_ERROR_H
#define PLOTS_DRAW_ERROR_H

#include "analyze/base/error.h"

#define PLOTS_ERROR plots_error_quark()

enum plots_error {
	PLOTS_ERROR_ARGUMENT, /* an option's value makes no sense */
	PLOTS_ERROR_EMPTY,    /* there is nothing to draw */
	PLOTS_ERROR_GNUPLOT,  /* gnuplot is missing, or it failed */
	PLOTS_ERROR_RECIPE,   /* a recipe of a figure cannot be read */
};

GQuark plots_error_quark(void);

#define plots_fail(error, code, ...) error_set(error, PLOTS_ERROR, code, __VA_ARGS__)

#endif
