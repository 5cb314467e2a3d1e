/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/error.h: the error domain of plots/. The text names what, where and the remedy. */
#ifndef PLOTS_DRAW_ERROR_H
#define PLOTS_DRAW_ERROR_H

#include <glib.h>

#define PLOTS_ERROR plots_error_quark()

enum plots_error {
	PLOTS_ERROR_ARGUMENT, /* an option's value makes no sense */
	PLOTS_ERROR_EMPTY,    /* there is nothing to draw */
	PLOTS_ERROR_GNUPLOT,  /* gnuplot is missing, or it failed */
	PLOTS_ERROR_RECIPE,   /* a recipe of a figure cannot be read */
};

GQuark plots_error_quark(void);

/* Sets the error. FALSE, for the caller to return. */
gboolean plots_fail(GError **error, enum plots_error code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
