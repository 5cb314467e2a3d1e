/* SPDX-License-Identifier: BSD-3-Clause */
/* A testbed's file: any text is an error with a text, or one that is printed and read as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/host/testbed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autofree char *printed = NULL, *again = NULL;
	g_autoptr(GError) error = NULL;
	struct testbed *t = testbed_parse("/lab/x.cfg", text, &error), *second;

	if (t == NULL) {
		if (error == NULL || error->message[0] == '\0')
			abort();
		return 0;
	}
	printed = testbed_to_text(t);
	second = testbed_parse("/lab/x.cfg", printed, NULL);
	if (second == NULL)
		abort();
	again = testbed_to_text(second);
	if (strcmp(printed, again) != 0)
		abort();
	testbed_free(t);
	testbed_free(second);
	return 0;
}
