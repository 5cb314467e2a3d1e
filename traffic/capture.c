/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pcap/pcap.h>

#include "analyze/base/error.h"
#include "traffic/frame.h"

static const uint64_t ns_per_s = 1000000000;
static const int64_t max_s = INT64_C(1) << 33; /* in ns it fits 64 bits; the year 2242 */

struct reader {
	const char *path;
	pcap_t *file;
	GArray *at_ns, *frame_len; /* uint64_t since 1970, never decreasing; uint16_t */
	uint64_t nb_clamped, nb_older;
	gboolean cut; /* there is more than CAPTURE_FRAMES_MAX */
};

static gboolean G_GNUC_PRINTF(4, 5)
	fail(const struct reader *r, GError **error, enum input_error code, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	g_autofree char *text = g_strdup_vprintf(format, args);

	va_end(args);
	g_set_error(error, INPUT_ERROR, (gint)code, "%s: %s", r->path, text);
	return FALSE;
}

static gboolean add_frame(struct reader *r, const struct pcap_pkthdr *head, GError **error)
{
	int64_t s = head->ts.tv_sec, ns = head->ts.tv_usec; /* the file was opened for ns */
	uint64_t at_ns, last_ns = 0;
	uint16_t frame_len;

	if (s < 0 || s >= max_s || ns < 0 || ns >= (int64_t)ns_per_s)
		return fail(r, error, INPUT_ERROR_RANGE,
			"frame %u has a time that is none; is the file whole?", r->at_ns->len + 1);
	at_ns = (uint64_t)s * ns_per_s + (uint64_t)ns;
	if (r->at_ns->len > 0)
		last_ns = g_array_index(r->at_ns, uint64_t, r->at_ns->len - 1);
	r->nb_older += at_ns < last_ns;
	at_ns = MAX(at_ns, last_ns);
	frame_len = (uint16_t)CLAMP(
		(uint64_t)head->len + FRAME_FCS_LEN, FRAME_LEN_MIN, FRAME_LEN_MAX);
	r->nb_clamped += frame_len != (uint64_t)head->len + FRAME_FCS_LEN;
	g_array_append_val(r->at_ns, at_ns);
	g_array_append_val(r->frame_len, frame_len);
	return TRUE;
}

static gboolean read_frames(struct reader *r, GError **error)
{
	struct pcap_pkthdr *head;
	const u_char *data;
	int rc;

	if (pcap_datalink(r->file) != DLT_EN10MB) {
		const char *name = pcap_datalink_val_to_name(pcap_datalink(r->file));

		return fail(r, error, INPUT_ERROR_RANGE,
			"frames are of link type %s, not Ethernet; capture on one Ethernet "
			"interface, not on 'any'",
			name == NULL ? "unknown" : name);
	}
	while ((rc = pcap_next_ex(r->file, &head, &data)) == 1) {
		if (r->at_ns->len == CAPTURE_FRAMES_MAX) {
			r->cut = TRUE;
			return TRUE;
		}
		if (!add_frame(r, head, error))
			return FALSE;
	}
	if (rc == PCAP_ERROR_BREAK)
		return TRUE; /* the end */
	return fail(r, error, INPUT_ERROR_SYNTAX,
		"cannot be read after frame %u: %s; mend it with editcap", r->at_ns->len,
		pcap_geterr(r->file));
}

static char *make_notice(const struct reader *r)
{
	g_autoptr(GString) s = g_string_new(NULL);

	if (r->nb_clamped > 0)
		g_string_append_printf(s,
			"; %" G_GUINT64_FORMAT
			" of %u frames are not of %d..%d bytes (with FCS) and "
			"are sent as the nearest of these",
			r->nb_clamped, r->at_ns->len, FRAME_LEN_MIN, FRAME_LEN_MAX);
	if (r->nb_older > 0)
		g_string_append_printf(s,
			"; %" G_GUINT64_FORMAT " frames are older than the one before and leave "
			"with it",
			r->nb_older);
	if (r->cut)
		g_string_append_printf(
			s, "; only the first %d frames are used", CAPTURE_FRAMES_MAX);
	return s->len == 0 ? NULL : g_strconcat(r->path, ": ", s->str + 2, NULL);
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

/* Takes what was read over. */
static capture *finish(struct reader *r, GError **error)
{
	uint32_t nb = r->at_ns->len;
	const uint64_t *at_ns = (const uint64_t *)(const void *)r->at_ns->data;
	capture *c;

	if (nb < 2 || at_ns[nb - 1] == at_ns[0]) {
		fail(r, error, INPUT_ERROR_RANGE,
			"has %u frame%s and no time between them; a rate needs two at different "
			"times",
			nb, nb == 1 ? "" : "s");
		return NULL;
	}
	c = g_new0(capture, 1);
	c->path = g_strdup(r->path);
	c->nb = nb;
	c->notice = make_notice(r);
	c->at_ns = (uint64_t *)(void *)g_array_free(g_steal_pointer(&r->at_ns), FALSE);
	c->frame_len = (uint16_t *)(void *)g_array_free(g_steal_pointer(&r->frame_len), FALSE);
	for (uint32_t i = nb; i-- > 0;)
		c->at_ns[i] -= c->at_ns[0];
	c->period_ns = (double)c->at_ns[nb - 1] / (nb - 1) * nb;
	make_digest(c);
	return c;
}

/* f becomes libpcap's, or is closed. */
static capture *read_file(const char *path, FILE *f, GError **error)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	g_autofree char *shown = g_filename_display_name(path);
	struct reader r = { .path = shown };
	capture *c = NULL;

	r.file = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
	if (r.file == NULL) {
		fclose(f);
		fail(&r, error, INPUT_ERROR_SYNTAX, "is no capture: %s; give a pcap or pcapng file",
			why);
		return NULL;
	}
	r.at_ns = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	r.frame_len = g_array_new(FALSE, FALSE, sizeof(uint16_t));
	if (read_frames(&r, error))
		c = finish(&r, error);
	if (r.at_ns != NULL)
		g_array_unref(r.at_ns);
	if (r.frame_len != NULL)
		g_array_unref(r.frame_len);
	pcap_close(r.file);
	return c;
}

capture *capture_open(const char *path, GError **error)
{
	g_autofree char *shown = g_filename_display_name(path);
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		int err = errno;

		g_set_error(error, INPUT_ERROR,
			err == ENOENT ? INPUT_ERROR_NOT_FOUND : INPUT_ERROR_IO,
			"%s: cannot be opened: %s; check the path", shown, g_strerror(err));
		return NULL;
	}
	return read_file(path, f, error);
}

capture *capture_parse(const char *name, const void *data, size_t len, GError **error)
{
	FILE *f = fmemopen((void *)(uintptr_t)data, len, "r");

	g_assert(f != NULL);
	return read_file(name, f, error);
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
