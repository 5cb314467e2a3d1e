/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/capture_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <pcap/pcap.h>

#include "analyze/base/error.h"
#include "traffic/frame.h"

static const int64_t ns_per_s = 1000000000;
static const int64_t max_s = INT64_C(1) << 33; /* in ns it fits 64 bits; the year 2242 */

static gboolean read_frames(
	const char *path, pcap_t *file, capture_frame_fn fn, void *user, GError **error)
{
	const char *link = pcap_datalink_val_to_name(pcap_datalink(file));
	struct pcap_pkthdr *head;
	const u_char *data;
	uint64_t nb = 0;
	int rc;

	if (pcap_datalink(file) != DLT_EN10MB)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: expected link type Ethernet, got %s; capture on a single Ethernet "
			"interface, not on 'any'",
			path, link == NULL ? "unknown" : link);
	for (; (rc = pcap_next_ex(file, &head, &data)) == 1; nb++) {
		int64_t s = head->ts.tv_sec, ns = head->ts.tv_usec; /* opened for ns */
		struct capture_frame f = { .wire_len = (uint64_t)head->len + FRAME_FCS_LEN,
			.data = data,
			.data_len = head->caplen };
		g_autoptr(GError) why = NULL;

		if (s < 0 || s >= max_s || ns < 0 || ns >= ns_per_s)
			return input_fail(error, INPUT_ERROR_RANGE,
				"%s: frame %" PRIu64
				" has an invalid time stamp; file is truncated or corrupt",
				path, nb + 1);
		f.at_ns = (uint64_t)(s * ns_per_s + ns);
		f.frame_len = (uint16_t)CLAMP(f.wire_len, FRAME_LEN_MIN, FRAME_LEN_MAX);
		if (!fn(&f, user, &why)) {
			gboolean stopped = why == NULL;

			g_propagate_error(error, g_steal_pointer(&why));
			return stopped;
		}
	}
	if (rc == PCAP_ERROR_BREAK)
		return TRUE; /* the end */
	return input_fail(error, INPUT_ERROR_SYNTAX,
		"%s: read error after frame %" PRIu64 ": %s; repair the file with editcap", path,
		nb, pcap_geterr(file));
}

gboolean capture_each(const char *name, const void *data, size_t len, capture_frame_fn fn,
	void *user, GError **error)
{
	FILE *f = data == NULL ? fopen(name, "re") : fmemopen((void *)(uintptr_t)data, len, "r");
	int err = errno;
	g_autofree char *path = g_filename_display_name(name);
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *file;
	gboolean good;

	if (f == NULL)
		return input_fail(error, err == ENOENT ? INPUT_ERROR_NOT_FOUND : INPUT_ERROR_IO,
			"%s: cannot open: %s", path, g_strerror(err));
	file = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
	if (file == NULL) {
		fclose(f);
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: not a capture: %s; expected a pcap or pcapng file", path, why);
	}
	good = read_frames(path, file, fn, user, error);
	pcap_close(file); /* and f */
	return good;
}
