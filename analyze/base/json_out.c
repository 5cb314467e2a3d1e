/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/json_out.h"

#include <math.h>

void json_out_double(JsonObject *o, const char *key, double v)
{
	if (isfinite(v))
		json_object_set_double_member(o, key, v);
	else
		json_object_set_null_member(o, key);
}

char *json_out_text(JsonObject *o)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *text = NULL;

	json_node_take_object(root, o);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	json_generator_set_indent(generator, 1);
	json_generator_set_indent_char(generator, '\t');
	text = json_generator_to_data(generator, NULL);
	return g_strconcat(text, "\n", NULL);
}
