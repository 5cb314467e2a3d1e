/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/vmux_policy.h"

#include "sim/base/duration.h"
#include "sim/base/error.h"

#define INTERVAL_NS 100000000
#define INTERVAL_MIN_NS 1000000
#define INTERVAL_MAX_NS UINT64_C(60000000000)

static gboolean is_among_first(const struct vmux_policy *p, uint32_t slot)
{
	return slot < p->nb;
}

static const struct vmux_policy_ops policies[] = {
	{ .word = "emulate-all", .nb_words = 1 },
	{ .word = "passthrough", .nb_words = 2, .starts_direct = is_among_first },
	{ .word = "busiest", .nb_words = 3, .next = vmux_ranking_next },
};

gboolean vmux_policy_parse(
	const char *text, uint32_t vf_limit, struct vmux_policy *out, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ":", 3);
	unsigned nb_words = g_strv_length(words);
	struct vmux_policy p = { .interval_ns = INTERVAL_NS };
	guint64 nb = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(policies); i++)
		if (g_strcmp0(words[0], policies[i].word) == 0)
			p.ops = &policies[i];
	if (p.ops == NULL || nb_words > p.ops->nb_words ||
		(p.ops->nb_words > 1 && (nb_words < 2 || !g_ascii_string_to_unsigned(words[1], 10,
								 1, UINT32_MAX, &nb, NULL))))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--policy: invalid value '%s'; expected emulate-all, passthrough:K or "
			"busiest:K (K guests, at least 1)",
			text);
	if (nb > vf_limit)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--policy: '%s' requires more than the %u queue pairs of the NIC; pass "
			"fewer guests through, or raise --vf-limit",
			text, vf_limit);
	p.nb = (uint32_t)nb;
	if (nb_words == 3 && !duration_parse("--policy", words[2], INTERVAL_MIN_NS, INTERVAL_MAX_NS,
				     &p.interval_ns, error))
		return FALSE;
	if (out != NULL)
		*out = p;
	return TRUE;
}

gboolean vmux_policy_passes_all(const struct vmux_policy *p, uint32_t nb_guests)
{
	return p->ops->starts_direct != NULL && p->nb >= nb_guests;
}

struct ranked {
	double load;
	uint32_t stay; /* intervals that its place is its own for */
	gboolean has_place;
};

struct vmux_ranking {
	uint32_t nb, nb_free;
	struct ranked guest[];
};

struct vmux_ranking *vmux_ranking_new(uint32_t nb_guests, uint32_t nb_places)
{
	struct vmux_ranking *r = g_malloc0(sizeof(*r) + nb_guests * sizeof(struct ranked));

	r->nb = nb_guests;
	r->nb_free = nb_places;
	return r;
}

void vmux_ranking_note(struct vmux_ranking *r, const uint64_t *frames)
{
	for (uint32_t i = 0; i < r->nb; i++) {
		struct ranked *g = &r->guest[i];

		g->load = (g->load + (double)frames[i]) / 2;
		if (g->stay != 0)
			g->stay--;
	}
}

gboolean vmux_ranking_next(const struct vmux_ranking *r, uint32_t *slot, gboolean *gets_place)
{
	const struct ranked *best = NULL, *worst = NULL;

	for (const struct ranked *g = r->guest; g < r->guest + r->nb; g++) {
		if (!g->has_place && g->load > (best == NULL ? 0 : best->load))
			best = g;
		if (g->has_place && g->stay == 0 && (worst == NULL || g->load < worst->load))
			worst = g;
	}
	*gets_place = r->nb_free != 0;
	if (best == NULL ||
		(r->nb_free == 0 && (worst == NULL || best->load * 4 <= worst->load * 5)))
		return FALSE;
	*slot = (uint32_t)((*gets_place ? best : worst) - r->guest);
	return TRUE;
}

void vmux_ranking_place(struct vmux_ranking *r, uint32_t slot, gboolean has_place)
{
	struct ranked *g = &r->guest[slot];

	g_assert(g->has_place != has_place);
	r->nb_free = has_place ? r->nb_free - 1 : r->nb_free + 1;
	*g = (struct ranked){ .load = g->load, .stay = VMUX_STAY, .has_place = has_place };
}
