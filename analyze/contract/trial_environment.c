/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_environment.h"

static const char *const of_a_run[] = { "started", "ended", "file_changed", "command_line",
	"load_average", "tsc_error_ppm", "tsc_hz", "pid", NULL };

const char *trial_environment_text(const trial *t, const char *name)
{
	JsonNode *node = t->environment != NULL ? json_object_get_member(t->environment, name)
						: NULL;

	return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING
		       ? json_node_get_string(node)
		       : "";
}

static void each_member(JsonObject *o, const char *prefix, trial_environment_fn fn, void *user)
{
	g_autoptr(GList) members = json_object_get_members(o);

	for (const GList *at = members; at != NULL; at = at->next) {
		JsonNode *node = json_object_get_member(o, at->data);
		g_autofree char *name = g_strconcat(prefix, at->data, NULL), *text = NULL;

		if (g_strv_contains(of_a_run, name))
			continue;
		if (JSON_NODE_HOLDS_OBJECT(node)) {
			g_autofree char *deeper = g_strconcat(name, ".", NULL);

			each_member(json_node_get_object(node), deeper, fn, user);
			continue;
		}
		text = JSON_NODE_HOLDS_VALUE(node) &&
				       json_node_get_value_type(node) == G_TYPE_STRING
			       ? g_strdup(json_node_get_string(node))
			       : json_to_string(node, FALSE);
		fn(name, text, user);
	}
}

void trial_environment_each(const trial *t, trial_environment_fn fn, void *user)
{
	if (t->environment != NULL)
		each_member(t->environment, "", fn, user);
}
