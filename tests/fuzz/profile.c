/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Profiles. A first byte '!' says that the rest is a word as on the command line (fixed:64,
 * genome:aaafg); else the whole is a profile file. What parses must hold together.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "traffic/frame.h"
#include "traffic/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const profile *p)
{
	static const char *const formats[] = { "text", "csv", "json" };
	struct profile_draw draws[256];
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	uint64_t pos = 0;
	double sum = 0;

	g_assert(p->nb_classes >= 1 && p->nb_classes <= FRAME_CLASSES_MAX);
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		const struct profile_class *c = &p->classes[i];

		g_assert(c->frame_len_lo >= FRAME_LEN_MIN && c->frame_len_lo <= c->frame_len_hi);
		g_assert(c->frame_len_hi <= FRAME_LEN_MAX && c->share >= 0.0);
		sum += c->share;
	}
	g_assert(fabs(sum - 1.0) < 1e-9);
	g_assert(strpbrk(p->name, "/_") == NULL && p->name[0] != '\0');
	g_assert(p->mode == PROFILE_RANDOM ? p->sequence_len == 0 : p->sequence_len > 0);
	profile_draw(p, rng, &pos, draws, G_N_ELEMENTS(draws));
	for (size_t i = 0; i < G_N_ELEMENTS(draws); i++) {
		const struct profile_class *c = &p->classes[draws[i].class];

		g_assert(draws[i].class < p->nb_classes);
		g_assert(draws[i].frame_len >= c->frame_len_lo);
		g_assert(draws[i].frame_len <= c->frame_len_hi);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autofree char *report = profile_report(p, formats[i], 1e10, NULL);

		g_assert(report != NULL && g_utf8_validate(report, -1, NULL));
	}
	gsl_rng_free(rng);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	g_autoptr(GError) error = NULL;
	g_autoptr(profile) p = NULL;

	if (text[0] != '!')
		p = profile_parse("fuzz.csv", (const char *)data, len, &error);
	else if (strchr(text, ':') != NULL && strchr(text, '/') == NULL)
		/* Words only: a fuzzer is not to open files. */
		p = profile_open(text + 1, 1518, &error);
	else
		return 0;
	g_assert((p == NULL) == (error != NULL));
	if (p != NULL)
		check(p);
	else
		g_assert(g_utf8_validate(error->message, -1, NULL));
	return 0;
}
