/* SPDX-License-Identifier: BSD-3-Clause */
/* The profile of a capture: its frame lengths in their order. */
#include <string.h>

#include "traffic/frame.h"
#include "traffic/profile_private.h"

/* etherStatsPkts64Octets and so on of RFC 2819, which ends at 1518, and jumbo frames. */
static const uint32_t bin_hi[] = { 64, 127, 255, 511, 1023, 1518, FRAME_LEN_MAX };

static void add_class(profile *p, uint32_t lo, uint32_t hi, const uint32_t *count)
{
	double nb = 0.0, sum = 0.0, squares = 0.0;

	for (uint32_t len = lo; len <= hi; len++) {
		nb += count[len];
		sum += (double)count[len] * len;
		squares += (double)count[len] * len * len;
	}
	if (!(nb > 0.0))
		return;
	p->classes[p->nb_classes] = (struct profile_class){
		.listed_lo = lo, .listed_hi = hi, .listed_weight = nb
	};
	p->moments[p->nb_classes++] = (struct profile_moments){ sum / nb, squares / nb };
}

/* count: frames of each length. */
static void make_classes(profile *p, const uint32_t *count)
{
	uint32_t nb_lengths = 0, lo = FRAME_LEN_MIN;

	for (uint32_t len = FRAME_LEN_MIN; len <= FRAME_LEN_MAX; len++)
		nb_lengths += count[len] > 0;
	p->classes = g_new0(struct profile_class, FRAME_CLASSES_MAX);
	p->moments = g_new0(struct profile_moments, FRAME_CLASSES_MAX);
	if (nb_lengths <= FRAME_CLASSES_MAX) {
		for (uint32_t len = FRAME_LEN_MIN; len <= FRAME_LEN_MAX; len++)
			add_class(p, len, len, count);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bin_hi); i++) {
		add_class(p, lo, bin_hi[i], count);
		lo = bin_hi[i] + 1;
	}
}

static void make_sequence(profile *p, const capture *c)
{
	uint8_t class_of[FRAME_LEN_MAX + 1] = { 0 };

	for (uint32_t i = 0; i < p->nb_classes; i++)
		memset(class_of + p->classes[i].listed_lo, (int)i,
			p->classes[i].listed_hi - p->classes[i].listed_lo + 1);
	p->frame_len = c->frame_len;
	p->sequence_len = c->nb;
	p->sequence = g_new(uint8_t, c->nb);
	for (uint32_t i = 0; i < c->nb; i++)
		p->sequence[i] = class_of[c->frame_len[i]];
}

profile *profile_from_capture(const capture *c)
{
	g_autofree uint32_t *count = g_new0(uint32_t, FRAME_LEN_MAX + 1);
	g_autofree char *spec = g_strconcat("trace:", c->path, NULL);
	g_autofree char *base = g_path_get_basename(c->path);
	g_autofree char *name = g_strconcat("trace-", base, NULL);
	profile *p = profile_alloc(spec, name);

	p->title = g_strdup_printf("%u frames as captured", c->nb);
	p->source = g_strdup_printf("%s, SHA-256 of times and lengths %s", c->path, c->digest);
	p->notice = g_strdup(c->notice);
	p->mode = PROFILE_TRACE;
	for (uint32_t i = 0; i < c->nb; i++)
		count[c->frame_len[i]]++;
	make_classes(p, count);
	make_sequence(p, c);
	profile_finish(p);
	return p;
}
