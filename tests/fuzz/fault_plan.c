/* SPDX-License-Identifier: BSD-3-Clause */
/* --fault: any text is either a plan whose shares add up to at most 1, or an error with a text. */
#include <stdint.h>
#include <stdlib.h>

#include "sim/reflector/fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autoptr(GError) error = NULL;
	struct fault_plan p;
	double sum = 0;

	if (!fault_plan_parse(text, &p, &error)) {
		if (error == NULL || error->message[0] == '\0')
			abort();
		return 0;
	}
	for (int i = 0; i < FAULT_KINDS; i++)
		sum += p.share[i];
	if (!(sum >= 0 && sum <= 1.000001))
		abort();
	return 0;
}
