/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/json_in.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/error.h"

enum { DEPTH_MAX = 64 };

/* A number that starts at p; its length goes into *len. FALSE for integers beyond 63 bits. */
static gboolean number_fits(const char *p, const char *end, size_t *len)
{
	const char *start = p;
	uint64_t v = 0;
	gboolean fits = TRUE;

	if (p < end && *p == '-')
		p++;
	for (; p < end && g_ascii_isdigit(*p); p++)
		fits = fits && !__builtin_mul_overflow(v, 10, &v) &&
		       !__builtin_add_overflow(v, (uint64_t)(*p - '0'), &v) && v <= G_MAXINT64;
	if (p < end && (*p == '.' || *p == 'e' || *p == 'E'))
		fits = TRUE; /* not an integer; json_in_double looks at it */
	while (p < end && (g_ascii_isalnum(*p) || *p == '.' || *p == '+' || *p == '-'))
		p++;
	*len = (size_t)(p - start);
	return fits;
}

static const char *string_end(const char *p, const char *end, uint64_t *line)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		if (*p == '\n')
			(*line)++;
	}
	return p < end ? p + 1 : end;
}

static gboolean syntax_error(GError **error, const char *file, uint64_t line, const char *why)
{
	return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
		"%s:%" PRIu64
		": %s; file is corrupt or has another format: remove it and measure again",
		file, line, why);
}

static gboolean check_text(const char *file, const char *text, size_t len, GError **error)
{
	const char *p = text, *end = text + len;
	uint64_t line = 1;
	unsigned depth = 0;

	if (!g_utf8_validate(text, (gssize)len, NULL))
		return syntax_error(error, file, 1, "not valid UTF-8");
	while (p < end) {
		size_t nb = 1;

		if (*p == '"') {
			p = string_end(p, end, &line);
			continue;
		}
		/* json-glib's scanner knows comments and bare words; JSON does not. */
		if (*p == '/' || *p == '#' || *p == '\'')
			return syntax_error(error, file, line, "invalid character");
		if (*p == '\n')
			line++;
		else if ((*p == '{' || *p == '[') && ++depth > DEPTH_MAX)
			return syntax_error(error, file, line, "nested too deeply");
		else if ((*p == '}' || *p == ']') && depth > 0)
			depth--;
		else if ((*p == '-' || g_ascii_isdigit(*p)) && !number_fits(p, end, &nb))
			return syntax_error(error, file, line, "integer out of range (63 bits)");
		p += MAX(nb, 1);
	}
	return TRUE;
}

JsonNode *json_in_parse(const char *file, const char *text, size_t len, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) cause = NULL;
	JsonNode *root;

	if (len == 0) {
		syntax_error(error, file, 1, "empty file");
		return NULL;
	}
	if (!check_text(file, text, len, error))
		return NULL;
	if (!json_parser_load_from_data(parser, text, (gssize)len, &cause)) {
		/* json-glib begins its text with "<data>:LINE:COLUMN: ". */
		const char *why = cause->message;
		uint64_t line = json_parser_get_current_line(parser);

		if (g_str_has_prefix(why, "<data>:"))
			why = strstr(why, ": ") != NULL ? strstr(why, ": ") + 2 : why;
		syntax_error(error, file, MAX(line, 1), why);
		return NULL;
	}
	root = json_parser_get_root(parser);
	if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
		syntax_error(error, file, 1, "expected a JSON object");
		return NULL;
	}
	return json_parser_steal_root(parser);
}

void json_in_fail(struct json_in *in, const char *where, const char *key, const char *format, ...)
{
	g_autofree char *why = NULL;
	va_list args;

	if (in->error != NULL)
		return;
	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(&in->error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
		"%s: %s%s %s; file is corrupt or has another format: remove it and measure again",
		in->file, where, key, why);
}

/* NULL after an error: there is no such member, or it is not of that type; what: "string". */
static JsonNode *find_member(struct json_in *in, JsonObject *o, const char *where, const char *key,
	GType type, const char *what)
{
	JsonNode *node;

	if (in->error != NULL || o == NULL)
		return NULL;
	node = json_object_get_member(o, key);
	if (node == NULL)
		json_in_fail(in, where, key, "is missing");
	else if (json_node_get_value_type(node) != type &&
		 (type != G_TYPE_DOUBLE || json_node_get_value_type(node) != G_TYPE_INT64))
		json_in_fail(in, where, key, "is %s", what);
	return in->error == NULL ? node : NULL;
}

int64_t json_in_i64(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, G_TYPE_INT64, "not an integer");
	int64_t v = node == NULL ? 0 : json_node_get_int(node);

	if (v != G_MININT64)
		return v;
	json_in_fail(in, where, key, "is below -(2^63 - 1)");
	return 0;
}

uint64_t json_in_u64(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, G_TYPE_INT64, "not an integer");
	int64_t v = node == NULL ? 0 : json_node_get_int(node);

	if (v >= 0)
		return (uint64_t)v;
	json_in_fail(in, where, key, "is negative");
	return 0;
}

uint32_t json_in_u32(
	struct json_in *in, JsonObject *o, const char *where, const char *key, uint32_t max)
{
	uint64_t v = json_in_u64(in, o, where, key);

	if (v <= max)
		return (uint32_t)v;
	json_in_fail(in, where, key, "is %" PRIu64 ", above %u", v, max);
	return 0;
}

double json_in_double(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, G_TYPE_DOUBLE, "not a number");
	double v = node == NULL ? 0 : json_node_get_double(node);

	if (isfinite(v) && v >= 0)
		return v;
	json_in_fail(in, where, key, "is negative or not finite");
	return 0;
}

gboolean json_in_bool(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, G_TYPE_BOOLEAN, "not true or false");

	return node != NULL && json_node_get_boolean(node);
}

char *json_in_string(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, G_TYPE_STRING, "not a string");

	return g_strdup(node == NULL ? "" : json_node_get_string(node));
}

JsonObject *json_in_object(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, JSON_TYPE_OBJECT, "not an object");

	return node == NULL ? NULL : json_node_get_object(node);
}

JsonArray *json_in_array(struct json_in *in, JsonObject *o, const char *where, const char *key)
{
	JsonNode *node = find_member(in, o, where, key, JSON_TYPE_ARRAY, "not an array");

	return node == NULL ? NULL : json_node_get_array(node);
}

JsonObject *json_in_element(
	struct json_in *in, JsonArray *a, const char *where, const char *key, guint i)
{
	JsonNode *node;

	if (in->error != NULL || a == NULL)
		return NULL;
	node = json_array_get_element(a, i);
	if (JSON_NODE_HOLDS_OBJECT(node))
		return json_node_get_object(node);
	json_in_fail(in, where, key, "[%u] is not an object", i);
	return NULL;
}
