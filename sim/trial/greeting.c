/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/greeting.h"

#include <stdatomic.h>

#include "analyze/base/text.h"
#include "sim/base/error.h"
#include "sim/trial/generators.h"

enum {
	ROUND_US = 2000,   /* between rounds of asking */
	AGAIN_ROUNDS = 25, /* ask a guest that has not answered again after so many rounds */
	LAST_ROUNDS = 100, /* listen for answers that are under way, or lost */
	MISSING_NAMED = 4, /* guests that are waited for */
	MISSING_CHANGE_US = 2000000,
	MISSING_AGAIN_US = 10000000,
};

/* What was said last of guests that are waited for, and when there is more to say. */
struct waiting {
	GString *told;
	gint64 next_us, again_us;
};

struct greeted {
	gboolean answered; /* or is known not to do so as it should: then fault says it */
	const char *lack;  /* of the guests that are waited for; static; NULL: has not come */
};

struct greeting {
	const struct measure_cfg *cfg;
	struct engine *engine;
	struct greeted *guest;
	char **fault;
	uint32_t nb_guests, nb_own, nb_answered;
};

static gboolean is_interrupted(const struct greeting *h)
{
	return atomic_load(h->cfg->interrupt) != 0;
}

static const char *death_of(const struct greeting *h, uint32_t guest)
{
	return h->cfg->fleet == NULL ? NULL : fleet_death(h->cfg->fleet, guest);
}

/* What a guest that is waited for lacks; NULL: it has not come. *hopeless: waiting does not help. */
static const char *lack_of(const struct greeting *h, uint32_t guest, gboolean *hopeless)
{
	const struct datapath_guest *g = &h->cfg->fabric->guest[guest];
	const char *lack = NULL;

	*hopeless = FALSE;
	if (g->ops->missing != NULL)
		lack = g->ops->missing(g->datapath, g->slot, hopeless);
	if (lack == NULL && fabric_connected(h->cfg->fabric, guest))
		return "connected, but no frame returned";
	return lack;
}

/* Ask or hear a guest. */
static void ask_guest(struct greeting *h, uint32_t guest, gboolean again)
{
	struct greeted *g = &h->guest[guest];
	g_autofree char *fault = NULL;

	if (!engine_hello(h->engine, guest, again && !g->answered, &fault))
		return;
	if (!g->answered && fault == NULL)
		h->nb_answered++;
	g->answered = TRUE;
	if (h->fault[guest] != NULL || fault == NULL)
		return;
	h->fault[guest] = g_steal_pointer(&fault);
	progress_say(h->cfg->progress, "guest %u: %s", guest, h->fault[guest]);
}

/* One round of asking; TRUE when there is nobody left to wait for. */
static gboolean ask_round(struct greeting *h, unsigned round)
{
	gboolean again = round % AGAIN_ROUNDS == 0, waiting = FALSE;

	for (uint32_t i = 0; i < h->nb_guests; i++) {
		struct greeted *g = &h->guest[i];
		gboolean hopeless = FALSE;

		if (!fabric_serves(h->cfg->fabric, i))
			continue;
		/*
		 * A guest is asked at once, then listened to, then asked again. Those that have
		 * answered may have more to say: an answer that is another guest's, or a second one.
		 */
		if (fabric_connected(h->cfg->fabric, i) && (!g->answered || again))
			ask_guest(h, i, again);
		if (g->answered)
			continue;
		g->lack = lack_of(h, i, &hopeless);
		waiting |= death_of(h, i) == NULL && !hopeless;
	}
	return !waiting;
}

/* Nobody is waited for. Answers that are under way would be counted as frames of the trial. */
static void hear_last_answers(struct greeting *h)
{
	gboolean under_way = TRUE;

	for (unsigned round = 0; under_way && round < LAST_ROUNDS; round++) {
		under_way = FALSE;
		for (uint32_t i = 0; i < h->nb_guests; i++) {
			if (!fabric_serves(h->cfg->fabric, i) || !h->guest[i].answered ||
				!engine_hello_is_under_way(h->engine, i))
				continue;
			under_way = TRUE;
			ask_guest(h, i, FALSE);
		}
		if (under_way)
			g_usleep(ROUND_US);
	}
}

/* Who is missing, and why: when that has changed, and every few seconds. */
static void tell_missing(const struct greeting *h, struct waiting *w, gint64 now_us)
{
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned missing = 0;

	if (now_us < w->next_us)
		return;
	for (uint32_t i = h->cfg->share.first; i < h->nb_guests; i += h->cfg->share.step) {
		if (h->guest[i].answered)
			continue;
		if (missing++ < MISSING_NAMED)
			g_string_append_printf(text, "; guest %u: %s", i,
				h->guest[i].lack != NULL ? h->guest[i].lack : "not connected");
	}
	if (missing == 0 || (g_str_equal(text->str, w->told->str) && now_us < w->again_us))
		return;
	g_string_assign(w->told, text->str);
	if (missing > MISSING_NAMED)
		g_string_append_printf(text, "; and %u more", missing - MISSING_NAMED);
	progress_say(h->cfg->progress, "waiting for %u of %u guest%s%s", missing, h->nb_own,
		text_plural(h->nb_own), text->str);
	w->next_us = now_us + MISSING_CHANGE_US;
	w->again_us = now_us + MISSING_AGAIN_US;
}

/* Guests that did not answer are named; FALSE if there is nobody to measure. */
static gboolean judge_answers(const struct greeting *h, double waited_s, GError **error)
{
	gboolean hopeless;

	for (uint32_t i = h->cfg->share.first; i < h->nb_guests; i += h->cfg->share.step) {
		const char *death = death_of(h, i), *lack = lack_of(h, i, &hopeless);

		if (!h->guest[i].answered)
			h->fault[i] = death != NULL  ? g_strdup_printf("never connected: %s", death)
				      : lack != NULL ? g_strdup(lack)
						     : g_strdup("never connected");
	}
	if (is_interrupted(h))
		return sim_fail(error, SIM_ERROR_GUEST,
			"interrupted while waiting for guests; nothing was measured");
	/* Where several measure, those of another one may have answered. */
	if (h->nb_answered == 0 && h->cfg->generators == NULL)
		return sim_fail(error, SIM_ERROR_GUEST,
			h->guest[0].answered
				? "none of %u guest%s can be measured (after %.1f s); guest 0: "
				  "%s"
				: "none of %u guest%s answered within %.1f s; guest 0: %s",
			h->nb_guests, text_plural(h->nb_guests), waited_s, h->fault[0]);
	if (h->cfg->generators == NULL)
		progress_note(h->cfg->progress, "%u of %u guest%s answered after %.1f s",
			h->nb_answered, h->nb_own, text_plural(h->nb_own), waited_s);
	return TRUE;
}

gboolean greeting_wait(const struct measure_cfg *cfg, struct engine *engine, char **fault,
	uint32_t *nb_answered, GError **error)
{
	gint64 start_us = g_get_monotonic_time();
	gint64 until_us = start_us + (gint64)(cfg->o->connect_timeout_ns / 1000);
	g_autofree struct greeted *guest = g_new0(struct greeted, cfg->mix->nb_guests);
	struct greeting h = { .cfg = cfg,
		.engine = engine,
		.guest = guest,
		.fault = fault,
		.nb_guests = cfg->mix->nb_guests,
		.nb_own = fabric_nb_served(cfg->fabric) };
	struct waiting waiting = { .told = g_string_new(NULL),
		.next_us = start_us + MISSING_CHANGE_US };
	gboolean can_begin;

	for (unsigned round = 0; !is_interrupted(&h) && g_get_monotonic_time() < until_us;
		round++) {
		if (cfg->fleet != NULL)
			fleet_poll(cfg->fleet);
		if (ask_round(&h, round))
			break;
		tell_missing(&h, &waiting, g_get_monotonic_time());
		fabric_tick(cfg->fabric);
		generators_tick(cfg->generators);
		g_usleep(ROUND_US);
	}
	hear_last_answers(&h);
	can_begin = judge_answers(&h, (double)(g_get_monotonic_time() - start_us) / 1e6, error);
	g_string_free(waiting.told, TRUE);
	*nb_answered = h.nb_answered;
	return can_begin;
}
