/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/head.h"

enum { SIZE = 12, LINE = 16, ABOVE = 8 };

double head_height(guint lines)
{
	return ABOVE + (double)LINE * lines;
}

/* As many words as fit in each line; one that is too long alone is shortened in its middle. */
static GPtrArray *lines_of(const char *name, gboolean trustworthy, double width)
{
	g_autofree char *all = g_strconcat(name, trustworthy ? "" : " (!)", NULL);
	g_auto(GStrv) words = g_strsplit(all, ", ", -1);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *line = NULL;

	for (guint i = 0; words[i] != NULL; i++) {
		const char *comma = words[i + 1] != NULL ? "," : "";
		g_autofree char *longer = line == NULL
						  ? g_strconcat(words[i], comma, NULL)
						  : g_strconcat(line, " ", words[i], comma, NULL);

		if (line != NULL && canvas_text_width(longer) > width) {
			g_ptr_array_add(lines, g_steal_pointer(&line));
			line = g_strconcat(words[i], comma, NULL);
		} else {
			g_free(line);
			line = g_steal_pointer(&longer);
		}
	}
	g_ptr_array_add(lines, line != NULL ? g_steal_pointer(&line) : g_strdup(""));
	for (guint i = 0; i < lines->len; i++) {
		char *whole = g_ptr_array_index(lines, i);

		g_ptr_array_index(lines, i) = canvas_fit(whole, width, SIZE);
		g_free(whole);
	}
	return lines;
}

guint head_lines(const char *name, gboolean trustworthy, double width)
{
	g_autoptr(GPtrArray) lines = lines_of(name, trustworthy, width);

	return lines->len;
}

void head_put(struct canvas *c, double x, double bottom, const char *name, gboolean trustworthy,
	double width)
{
	g_autoptr(GPtrArray) lines = lines_of(name, trustworthy, width);

	for (guint i = 0; i < lines->len; i++)
		canvas_text(c, x, bottom - 14 - (double)LINE * (lines->len - 1 - i), CANVAS_CENTRE,
			SIZE, g_ptr_array_index(lines, i));
}
