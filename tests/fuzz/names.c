/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of files. A name that is understood says the same when it is made again of what it says. */
#include <stdint.h>

#include "analyze/foreign/autotest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_params(const struct trial_params *p)
{
	g_autofree char *infix = trial_infix(p), *again = NULL;
	struct trial_params q;

	g_assert(g_utf8_validate(infix, -1, NULL));
	if (!trial_infix_parse(infix, &q))
		g_error("the infix '%s' is not understood", infix);
	again = trial_infix(&q);
	trial_params_clear(&q);
	g_assert_cmpstr(infix, ==, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *name = g_strndup((const char *)data, len), *key = NULL;
	struct trial_params p;
	enum autotest_kind kind = autotest_name(name, &p, &key);

	g_assert((kind == AUTOTEST_NONE) == (key == NULL));
	if (kind != AUTOTEST_NONE) {
		check_params(&p);
		g_assert(p.guests == 1);
		trial_params_clear(&p);
	}
	if (g_utf8_validate(name, -1, NULL) && trial_infix_parse(name, &p)) {
		check_params(&p);
		trial_params_clear(&p);
	}
	return 0;
}
