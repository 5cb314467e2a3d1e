/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/json_in.h: JSON of outside, read with suspicion. The first thing that is wrong is kept,
 * with file, key and remedy; what is asked for after it is empty.
 */
#ifndef ANALYZE_BASE_JSON_IN_H
#define ANALYZE_BASE_JSON_IN_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <json-glib/json-glib.h>

struct json_in {
	const char *file; /* name for errors; borrowed */
	GError *error;    /* the first one; owned until it is handed on */
};

/*
 * Parse text into a tree whose root is an object. json-glib alone recurses without limit, wraps
 * integers silently and takes any bytes: depth, integers beyond 63 bits and UTF-8 are checked here.
 */
JsonNode *json_in_parse(const char *file, const char *text, size_t len, GError **error);

/* Members of o; where is o's own path with a dot behind it ("guests[3]."), "" for the root. */
uint64_t json_in_u64(struct json_in *in, JsonObject *o, const char *where, const char *key);
/* That may be negative, from -(2^63 - 1) on. */
int64_t json_in_i64(struct json_in *in, JsonObject *o, const char *where, const char *key);
uint32_t json_in_u32(
	struct json_in *in, JsonObject *o, const char *where, const char *key, uint32_t max);
double json_in_double(struct json_in *in, JsonObject *o, const char *where, const char *key);
gboolean json_in_bool(struct json_in *in, JsonObject *o, const char *where, const char *key);
/* Newly allocated; "" after an error. */
char *json_in_string(struct json_in *in, JsonObject *o, const char *where, const char *key);
/* Borrowed from o; NULL after an error. */
JsonObject *json_in_object(struct json_in *in, JsonObject *o, const char *where, const char *key);
JsonArray *json_in_array(struct json_in *in, JsonObject *o, const char *where, const char *key);
/* Element i of array key as an object; NULL after an error. */
JsonObject *json_in_element(
	struct json_in *in, JsonArray *a, const char *where, const char *key, guint i);

/* Note an error about a key, if none came before. */
G_GNUC_PRINTF(4, 5)
void json_in_fail(struct json_in *in, const char *where, const char *key, const char *format, ...);

#endif
