/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/hello.h"

enum { WINDOW = 1024 }; /* questions that may be under way */

void hello_init(struct hello *h, uint32_t frame_len)
{
	*h = (struct hello){ .frame_len = frame_len, .answered = tracker_new(WINDOW) };
}

void hello_clear(struct hello *h)
{
	tracker_free(h->answered);
	h->answered = NULL;
}

gboolean hello_needs_longest(const struct hello *h)
{
	return h->frame_len > FRAME_LEN_MIN && h->longest == 0;
}

gboolean hello_asks_at_once(const struct hello *h)
{
	return h->news && !hello_needs_longest(h);
}

gboolean hello_is_under_way(const struct hello *h)
{
	return h->shortest > 0 && h->shortest < h->asked;
}

void hello_note(struct hello *h, const struct frame_sig *sig, uint32_t via)
{
	if (sig->seq >= h->asked)
		return;
	if (via != sig->guest) {
		h->elsewhere = TRUE;
		h->via = via;
		return;
	}
	if (frame_sig_class(sig) == HELLO_LONGEST) {
		h->longest++;
		h->news = TRUE;
		return;
	}
	switch (tracker_see(h->answered, sig->seq)) {
	case TRACKER_DUPLICATE:
		h->again++;
		return;
	case TRACKER_ANCIENT:
		return;
	case TRACKER_IN_ORDER:
	case TRACKER_REORDERED:
		h->shortest++;
		h->news = TRUE;
	}
}

enum hello_state hello_judge(const struct hello *h, char **fault)
{
	*fault = NULL;
	if (h->elsewhere)
		*fault = g_strdup_printf(
			"its frames come back from guest %u: return each frame on the interface "
			"it arrived on (testpmd: --port-topology=loop)",
			h->via);
	else if (hello_needs_longest(h) && h->shortest >= HELLO_SHORT_ONLY)
		*fault = g_strdup_printf(
			"answers %d-byte frames but not %u-byte frames: raise its MTU or buffers",
			FRAME_LEN_MIN, h->frame_len);
	/* What answers the last question again may be under way. */
	else if (h->shortest >= HELLO_ANSWERS && h->again + 1 >= h->shortest)
		*fault = g_strdup(
			"returns each frame more than once: duplicate MAC address, or a loop in "
			"its network");
	if (*fault != NULL)
		return HELLO_FAULTY;
	return h->shortest >= HELLO_ANSWERS && !hello_needs_longest(h) ? HELLO_IN_ORDER
								       : HELLO_WAITS;
}
