/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a goal of tsim search. The full text of one that is accepted is the same goal. */
#include <stdint.h>
#include <string.h>

#include "analyze/verdict/goal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	const char *texts[] = { text, NULL }, *full[] = { NULL, NULL };
	g_autoptr(GPtrArray) goals = NULL, again = NULL;
	g_autoptr(GError) error = NULL;
	const struct goal *g;

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	goals = goals_parse("--goal", texts, "csit", &error);
	if ((goals == NULL) != (error != NULL))
		g_error("a goal with an error, or neither");
	if (goals == NULL)
		return 0;
	g = g_ptr_array_index(goals, 0);
	g_assert(g->initial_s > 0 && g->initial_s <= g->final_s && g->final_s <= g->sum_s &&
		 g->exceed >= 0 && g->exceed < 1 && g->width > 0 && g->width < 1 &&
		 g->bounds->len > 0 && goal_loss(g) >= 0 && goal_loss(g) < 1);
	full[0] = g->text;
	again = goals_parse("--goal", full, "quick", &error);
	if (again == NULL)
		g_error("'%s' is not read: %s", g->text, error->message);
	if (strcmp(((struct goal *)g_ptr_array_index(again, 0))->text, g->text) != 0)
		g_error("'%s' became '%s'", g->text,
			((struct goal *)g_ptr_array_index(again, 0))->text);
	return 0;
}
