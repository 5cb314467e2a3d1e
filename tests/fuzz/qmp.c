/* SPDX-License-Identifier: BSD-3-Clause */
/* QEMU's protocol and a guest's console: any bytes are either a message or an error with a text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/vm/console.h"
#include "sim/vm/qmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void console(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autofree char *out = NULL;
	int status = -1;

	if (console_parse(text, "@BEGIN", &status, &out) &&
		(out == NULL || status < 0 || status > 255))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_auto(qmp_message) m = { 0 };
	g_autoptr(GError) error = NULL;

	console(data, len);
	if (!qmp_parse((const char *)data, len, &m, &error)) {
		if (error == NULL || error->message[0] == '\0')
			abort();
		return 0;
	}
	if ((m.value != NULL) != (m.kind == QMP_RETURN) ||
		(m.text != NULL) != (m.kind == QMP_ERROR || m.kind == QMP_EVENT))
		abort();
	return 0;
}
