/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as the JSON of a search. What is accepted must survive the way out and back. */
#include <stdint.h>
#include <string.h>

#include "analyze/contract/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static search *parse(const char *text, size_t len)
{
	g_autoptr(GError) error = NULL;
	search *s = search_parse("fuzz", text, len, &error);

	if ((s == NULL) != (error != NULL))
		g_error("a search with an error, or neither");
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_malloc(len + 1);
	g_autofree char *once = NULL, *twice = NULL;
	g_autoptr(search) s = NULL;
	g_autoptr(search) again = NULL;

	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	s = parse(text, len);
	if (s == NULL)
		return 0;
	once = search_to_json(s);
	again = parse(once, strlen(once));
	if (again == NULL)
		g_error("what was written is not read: %s", once);
	twice = search_to_json(again);
	if (strcmp(once, twice) != 0)
		g_error("the way out and back changed it: %s", once);
	return 0;
}
