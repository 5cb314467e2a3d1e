/* SPDX-License-Identifier: BSD-3-Clause */
/* Recipes of figures. What parses has a title, and a selector for each group. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "plots/gather/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autoptr(GError) error = NULL;
	g_autoptr(recipe) r = recipe_parse("fuzz.conf", text, &error);

	g_assert((r == NULL) == (error != NULL));
	if (r == NULL) {
		g_assert(g_utf8_validate(error->message, -1, NULL));
		return 0;
	}
	g_assert(r->title != NULL && r->names->len >= 2 && r->names->len == r->selectors->len);
	for (guint i = 0; i + 1 < r->selectors->len; i++)
		g_assert(*(const char *)g_ptr_array_index(r->selectors, i) != '\0');
	g_assert(strchr(r->facets, ',') != NULL);
	for (guint i = 0; i < r->rates->len; i++)
		g_assert(g_array_index(r->rates, int, i) >= 0);
	return 0;
}
