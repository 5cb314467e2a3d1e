/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as the JSON of a trial. What is accepted must survive the way out and back. */
#include <stdint.h>
#include <string.h>

#include "analyze/contract/trial_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static trial *parse(const char *text, size_t len)
{
	struct json_in in = { .file = "fuzz" };
	g_autoptr(JsonNode) root = json_in_parse("fuzz", text, len, &in.error);
	trial *t = root != NULL ? trial_json_read(&in, json_node_get_object(root), "") : NULL;

	if ((t == NULL) != (in.error != NULL))
		g_error("a trial with an error, or neither");
	g_clear_error(&in.error);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_malloc(len + 1);
	g_autofree char *once = NULL, *twice = NULL;
	g_autoptr(trial) t = NULL;
	g_autoptr(trial) again = NULL;

	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	t = parse(text, len);
	if (t == NULL)
		return 0;
	(void)trial_balance(t, NULL);
	once = trial_to_json(t);
	again = parse(once, strlen(once));
	if (again == NULL)
		g_error("what was written is not read: %s", once);
	twice = trial_to_json(again);
	if (strcmp(once, twice) != 0)
		g_error("the way out and back changed it: %s", once);
	return 0;
}
