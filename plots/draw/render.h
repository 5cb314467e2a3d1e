/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/render.h: writes a figure's script and data, and has gnuplot draw it. */
#ifndef PLOTS_DRAW_RENDER_H
#define PLOTS_DRAW_RENDER_H

#include <glib.h>

#include "plots/draw/figure.h"

/* Where the files of a figure are. */
struct render_files {
	char *folder;                /* "." */
	char *image, *script, *data; /* names in folder */
	char *image_path;            /* as it is told to the user */
};
/* image_path is that of the figure, NAME.svg, say; script and data are NAME.gp and NAME.dat. */
void render_files_init(struct render_files *files, const char *image_path);
void render_files_clear(struct render_files *files);
/* Lends the names to the options of the figure. */
void render_name_files(const struct render_files *files, struct figure_options *options);

gboolean render_write(
	const struct render_files *files, const struct figure_text *text, GError **error);
/* Runs gnuplot on the script. On failure the error has what gnuplot said. */
gboolean render_draw(const struct render_files *files, GError **error);

#endif
