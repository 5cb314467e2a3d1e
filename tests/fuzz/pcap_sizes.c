/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures as size profiles; the first byte chooses how. Every profile is one, with every frame. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "traffic/pcap_sizes.h"
#include "traffic/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_host(const pcap_sizes *s, const struct pcap_sizes_host *h, unsigned nb_classes)
{
	g_autoptr(GError) error = NULL;
	double mean, sum = 0;
	g_autofree char *text = pcap_sizes_profile(s, h, nb_classes, &mean);
	g_autoptr(profile) p = profile_parse("fuzz.csv", text, strlen(text), &error);

	if (p == NULL)
		g_error("the profile is refused: %s\n%s", error->message, text);
	for (uint32_t i = 0; i < p->nb_classes; i++)
		sum += p->classes[i].listed_weight;
	g_assert(p->nb_classes <= nb_classes);
	g_assert(sum == (double)h->frames);
	g_assert(fabs(profile_mean_frame_len(p) - mean) < 1e-6 * mean);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pcap_sizes_options options = { 0 };
	g_autoptr(GError) error = NULL;
	g_autoptr(pcap_sizes) s = NULL;
	uint64_t frames = 0;

	if (len == 0)
		return 0;
	options.by = (enum pcap_sizes_by)(data[0] % 3);
	if (data[0] / 3 % 3 > 0)
		g_assert(pcap_sizes_direction(
			data[0] / 3 % 3 == 1 ? "10.0.0.1:out" : "52:54:00:00:00:01:in", &options,
			NULL));
	s = pcap_sizes_parse("fuzz.pcap", data + 1, len - 1, &options, &error);
	g_assert((s == NULL) == (error != NULL));
	g_assert(s != NULL || g_utf8_validate(error->message, -1, NULL));
	for (guint i = 0; s != NULL && i < s->hosts->len; i++) {
		const struct pcap_sizes_host *h = g_ptr_array_index(s->hosts, i);

		check_host(s, h, 1U + data[0] / 9);
		check_host(s, h, PCAP_SIZES_CLASSES);
		frames += h->frames;
	}
	g_assert(s == NULL || (frames == s->frames && frames <= s->captured));
	g_free(options.direction);
	return 0;
}
