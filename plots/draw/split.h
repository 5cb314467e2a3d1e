/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/split.h: more series than colours, in further panels. Pure functions. */
#ifndef PLOTS_DRAW_SPLIT_H
#define PLOTS_DRAW_SPLIT_H

#include "plots/draw/figure.h"

/*
 * Deals more than FIGURE_SERIES_MAX series out to parts: those of each NAME, where that is enough, else
 * equal numbers. Each part has colours and a legend of its own (series, part, parts) and panels of
 * its own: one, or those of the grid in which it has data (facet, facets). Fewer series: f is as it was.
 *
 * @param remedy  end of the message, "" for none
 * @return FALSE and PLOTS_ERROR_ARGUMENT: more than FIGURE_PARTS_MAX parts or FIGURE_PANELS_MAX panels;
 *         the text says what to select by
 */
gboolean split_series(figure *f, const char *remedy, GError **error);

/*
 * Columns of nb panels, at most so many ("most") side by side, in a figure of that width: as many as
 * have the width "least" and the gap, in rows of about equal length. At least 1.
 */
guint split_columns(guint nb, guint most, double width, double least, double gap);

#endif
