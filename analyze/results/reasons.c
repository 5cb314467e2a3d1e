/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/reasons.h"

#include <string.h>

static void group_free(gpointer data)
{
	struct reason_group *g = data;

	g_free(g->text);
	g_free(g->shape);
	g_string_free(g->who, TRUE);
	g_strfreev(g->lo);
	g_strfreev(g->hi);
	g_clear_pointer(&g->below, g_ptr_array_unref);
	g_free(g);
}

GPtrArray *reasons_new(void)
{
	return g_ptr_array_new_with_free_func(group_free);
}

/* In a shape, in the place of a number. */
enum { NUMBER = '\1' };

/* Length of the number that text begins with; 0: none. A full stop behind it is not part of it. */
static size_t number_len(const char *text)
{
	size_t whole = strspn(text, "0123456789"), rest;

	if (whole == 0 || text[whole] != '.')
		return whole;
	rest = strspn(text + whole + 1, "0123456789");
	return rest > 0 ? whole + 1 + rest : whole;
}

/* "over 10.5 %" has the shape "over NUMBER %" and one number. */
static char *split_numbers(const char *text, char ***numbers)
{
	GString *shape = g_string_new(NULL);
	GPtrArray *found = g_ptr_array_new();

	while (*text != '\0') {
		size_t len = number_len(text);

		g_string_append_c(shape, len > 0 ? NUMBER : *text);
		if (len > 0)
			g_ptr_array_add(found, g_strndup(text, len));
		text += MAX(len, 1);
	}
	g_ptr_array_add(found, NULL);
	*numbers = (char **)g_ptr_array_free(found, FALSE);
	return g_string_free(shape, FALSE);
}

static void take_number(char **kept, const char *number)
{
	g_free(*kept);
	*kept = g_strdup(number);
}

/* The shape with its numbers again, or with the range of each that differs. */
static char *range_text(const struct reason_group *g)
{
	GString *text = g_string_new(NULL);
	guint n = 0;

	for (const char *at = g->shape; *at != '\0'; at++) {
		if (*at != NUMBER || g->lo[n] == NULL) {
			g_string_append_c(text, *at);
			continue;
		}
		g_string_append(text, g->lo[n]);
		if (strcmp(g->lo[n], g->hi[n]) != 0)
			g_string_append_printf(text, " to %s", g->hi[n]);
		n++;
	}
	return g_string_free(text, FALSE);
}

struct reason_group *reasons_add(GPtrArray *groups, const char *text, const char *who)
{
	g_auto(GStrv) numbers = NULL;
	g_autofree char *shape = split_numbers(text, &numbers);
	struct reason_group *g = NULL;

	for (guint i = 0; i < groups->len && g == NULL; i++) {
		g = g_ptr_array_index(groups, i);
		if (strcmp(g->shape, shape) != 0)
			g = NULL;
	}
	if (g == NULL) {
		g = g_new0(struct reason_group, 1);
		g->shape = g_steal_pointer(&shape);
		g->lo = g_strdupv(numbers);
		g->hi = g_strdupv(numbers);
		g->who = g_string_new(NULL);
		g_ptr_array_add(groups, g);
	}
	for (guint i = 0; numbers[i] != NULL; i++) {
		double x = g_ascii_strtod(numbers[i], NULL);

		if (x < g_ascii_strtod(g->lo[i], NULL))
			take_number(&g->lo[i], numbers[i]);
		if (x > g_ascii_strtod(g->hi[i], NULL))
			take_number(&g->hi[i], numbers[i]);
	}
	g->nb++;
	if (who != NULL)
		g_string_append_printf(g->who, "%s%s", g->who->len > 0 ? ", " : "", who);
	g_free(g->text);
	g->text = range_text(g);
	return g;
}

/* One combination's: the heading, and "rep N: " before reasons, which the count stands for. */
static void add_combination(GPtrArray *headings, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	struct reason_group *heading = reasons_add(headings, lines[0], NULL);

	if (heading->below == NULL)
		heading->below = reasons_new();
	for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++) {
		const char *reason = lines[i] + strspn(lines[i], " ");
		size_t len = g_str_has_prefix(reason, "rep ") ? 4 + number_len(reason + 4) : 0;
		g_autofree char *who = len > 4 ? g_strndup(reason + 4, len - 4) : NULL;

		if (len > 4 && g_str_has_prefix(reason + len, ": "))
			reason += len + 2;
		reasons_add(heading->below, reason, who);
	}
}

char *reasons_join(const GPtrArray *texts)
{
	g_autoptr(GPtrArray) headings = reasons_new();
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < texts->len; i++) {
		if (*(const char *)g_ptr_array_index(texts, i) != '\0')
			add_combination(headings, g_ptr_array_index(texts, i));
	}
	for (guint i = 0; i < headings->len; i++) {
		const struct reason_group *heading = g_ptr_array_index(headings, i);

		g_string_append(out, heading->text);
		if (heading->nb > 1)
			g_string_append_printf(out, " (%u combinations)", heading->nb);
		g_string_append_c(out, '\n');
		for (guint k = 0; k < heading->below->len; k++) {
			const struct reason_group *g = g_ptr_array_index(heading->below, k);

			if (g->nb > 1)
				g_string_append_printf(out, "  %u times: %s\n", g->nb, g->text);
			else
				g_string_append_printf(out, "  %s%s%s%s\n",
					g->who->len > 0 ? "rep " : "", g->who->str,
					g->who->len > 0 ? ": " : "", g->text);
		}
	}
	return g_string_free(out, FALSE);
}
