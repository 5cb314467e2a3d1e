/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/capture.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/base/text.h"
#include "traffic/capture_reader.h"
#include "traffic/frame.h"

/* What is read. */
struct frames {
	GArray *at_ns, *frame_len; /* uint64_t since 1970, never decreasing; uint16_t */
	uint64_t nb_clamped, nb_older;
	gboolean cut; /* there is more than CAPTURE_FRAMES_MAX */
};

static gboolean add_frame(const struct capture_frame *f, void *user, GError **error)
{
	struct frames *frames = user;
	guint nb = frames->at_ns->len;
	uint64_t last_ns = nb == 0 ? 0 : g_array_index(frames->at_ns, uint64_t, nb - 1);
	uint64_t at_ns = MAX(f->at_ns, last_ns);

	(void)error;
	frames->cut = nb == CAPTURE_FRAMES_MAX;
	if (frames->cut)
		return FALSE;
	frames->nb_older += f->at_ns < last_ns;
	frames->nb_clamped += f->frame_len != f->wire_len;
	g_array_append_val(frames->at_ns, at_ns);
	g_array_append_val(frames->frame_len, f->frame_len);
	return TRUE;
}

static char *make_notice(const char *path, const struct frames *frames)
{
	g_autoptr(GString) s = g_string_new(NULL);

	if (frames->nb_clamped > 0)
		g_string_append_printf(s,
			"; %" PRIu64
			" of %u frames are outside %d..%d bytes (with FCS) and are sent with "
			"the nearest valid length",
			frames->nb_clamped, frames->at_ns->len, FRAME_LEN_MIN, FRAME_LEN_MAX);
	if (frames->nb_older > 0)
		g_string_append_printf(s,
			"; %" PRIu64
			" frame%s older than the previous frame, sent together with it",
			frames->nb_older, text_plural(frames->nb_older));
	if (frames->cut)
		g_string_append_printf(
			s, "; only the first %d frames are used", CAPTURE_FRAMES_MAX);
	return s->len == 0 ? NULL : g_strconcat(path, ": ", s->str + 2, NULL);
}

static void make_digest(capture *c)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (uint32_t i = 0; i < c->nb; i++) {
		uint64_t at_ns = GUINT64_TO_LE(c->at_ns[i]);
		uint16_t frame_len = GUINT16_TO_LE(c->frame_len[i]);

		g_checksum_update(sum, (const guchar *)&at_ns, sizeof(at_ns));
		g_checksum_update(sum, (const guchar *)&frame_len, sizeof(frame_len));
	}
	g_strlcpy(c->digest, g_checksum_get_string(sum), sizeof(c->digest));
}

capture *capture_parse(const char *name, const void *data, size_t len, GError **error)
{
	g_autofree char *path = g_filename_display_name(name);
	g_autoptr(GArray) at_ns = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	g_autoptr(GArray) frame_len = g_array_new(FALSE, FALSE, sizeof(uint16_t));
	struct frames frames = { .at_ns = at_ns, .frame_len = frame_len };
	uint32_t nb;
	capture *c;

	if (!capture_each(name, data, len, add_frame, &frames, error))
		return NULL;
	nb = at_ns->len;
	if (nb < 2 || g_array_index(at_ns, uint64_t, nb - 1) == g_array_index(at_ns, uint64_t, 0))
		return input_null(error, INPUT_ERROR_RANGE,
			"%s: %u frame%s at one point in time; a rate requires at least two "
			"frames at different times",
			path, nb, text_plural(nb));
	c = g_new0(capture, 1);
	c->nb = nb;
	c->notice = make_notice(path, &frames);
	c->path = g_steal_pointer(&path);
	c->at_ns = g_array_steal(at_ns, NULL);
	c->frame_len = g_array_steal(frame_len, NULL);
	for (uint32_t i = nb; i-- > 0;)
		c->at_ns[i] -= c->at_ns[0];
	c->period_ns = (double)c->at_ns[nb - 1] / (nb - 1) * nb;
	make_digest(c);
	return c;
}

capture *capture_open(const char *path, GError **error)
{
	return capture_parse(path, NULL, 0, error);
}

void capture_free(capture *c)
{
	if (c == NULL)
		return;
	g_free(c->path);
	g_free(c->at_ns);
	g_free(c->frame_len);
	g_free(c->notice);
	g_free(c);
}
