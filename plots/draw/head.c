/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/head.h"

#include <string.h>

enum { SIZE = 12, LINE = 16, ABOVE = 8 };

double head_height(guint lines)
{
	return ABOVE + (double)LINE * lines;
}

/* Adds the words of a text (char *); what stands in parentheses is one word. */
static void add_words(GPtrArray *words, const char *text)
{
	const char *start = text;
	gboolean inside = FALSE;

	for (const char *p = text; *p != '\0'; p++) {
		inside = *p == '(' || (inside && *p != ')');
		if (*p != ' ' || inside)
			continue;
		g_ptr_array_add(words, g_strndup(start, (gsize)(p - start)));
		start = p + 1;
	}
	g_ptr_array_add(words, g_strdup(start));
}

/* Adds a line. What is too wide is broken behind ",", "+" or "/", else shortened in its middle. */
static void add_line(GPtrArray *lines, const char *line, double width)
{
	guint room = (guint)(width / canvas_text_width("x"));

	while (canvas_text_width(line) > width) {
		gsize at = 0;

		for (gsize i = 0; line[i] != '\0' && i < room; i++)
			at = strchr(",+/", line[i]) != NULL ? i + 1 : at;
		if (at == 0)
			break;
		g_ptr_array_add(lines, g_strndup(line, at));
		line += at;
	}
	g_ptr_array_add(lines, canvas_fit(line, width, SIZE));
}

/* What may begin a line: parts behind ", ", and of those that are too wide the words. */
static GPtrArray *words_of(const char *text, double width)
{
	g_auto(GStrv) parts = g_strsplit(text, ", ", -1);
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; parts[i] != NULL; i++) {
		g_autofree char *part = g_strconcat(
			parts[i], parts[i + 1] != NULL ? "," : "", NULL);

		if (canvas_text_width(part) > width)
			add_words(words, part);
		else
			g_ptr_array_add(words, g_steal_pointer(&part));
	}
	return words;
}

/* As many words as fit in each line. */
static GPtrArray *lines_of(const char *name, gboolean trustworthy, double width)
{
	g_autofree char *all = g_strconcat(name, trustworthy ? "" : " (!)", NULL);
	g_autoptr(GPtrArray) words = words_of(all, width);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *line = NULL;

	for (guint i = 0; i < words->len; i++) {
		const char *word = g_ptr_array_index(words, i);
		g_autofree char *longer = line == NULL ? g_strdup(word)
						       : g_strconcat(line, " ", word, NULL);

		if (line != NULL && canvas_text_width(longer) > width) {
			add_line(lines, line, width);
			g_free(line);
			line = g_strdup(word);
		} else {
			g_free(line);
			line = g_steal_pointer(&longer);
		}
	}
	add_line(lines, line == NULL ? "" : line, width);
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
