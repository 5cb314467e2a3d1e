/* SPDX-License-Identifier: BSD-3-Clause */
/* A testbed's file: any text is an error with a text, or a testbed. */
#include <stdint.h>
#include <stdlib.h>

#include "sim/host/testbed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autoptr(GError) error = NULL;
	struct testbed *t = testbed_parse("/lab/x.cfg", text, &error);

	if (t == NULL && (error == NULL || error->message[0] == '\0'))
		abort();
	testbed_free(t);
	return 0;
}
