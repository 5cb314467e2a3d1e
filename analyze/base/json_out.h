/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/json_out.h: JSON that we write. */
#ifndef ANALYZE_BASE_JSON_OUT_H
#define ANALYZE_BASE_JSON_OUT_H

#include <json-glib/json-glib.h>

/* JSON null for what is not a number. */
void json_out_double(JsonObject *o, const char *key, double v);
/* Pretty text that ends with a line feed. Takes o. */
char *json_out_text(JsonObject *o);

#endif
