/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/recording.h"

#include <pcap/pcap.h>

#include "sim/base/error.h"

enum { SNAPLEN = 65535, LINKTYPE_IS_ETHERNET = DLT_EN10MB };

void recording_init(struct recording *c, size_t size)
{
	*c = (struct recording){ .data = g_malloc(size), .size = size };
	memset(c->data, 0xff, size); /* so that no page has to be faulted in during the trial */
}

void recording_clear(struct recording *c)
{
	g_free(c->data);
	*c = (struct recording){ 0 };
}

gboolean recording_write(const struct recording *c, unsigned nb, const char *path, GError **error)
{
	g_autofree size_t *at = g_new0(size_t, nb);
	pcap_t *pcap = pcap_open_dead_with_tstamp_precision(
		LINKTYPE_IS_ETHERNET, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	pcap_dumper_t *out = pcap == NULL ? NULL : pcap_dump_open(pcap, path);
	gboolean done = out != NULL;

	while (done) {
		struct recording_header h = { 0 }, earliest = { .time_ns = UINT64_MAX };
		struct pcap_pkthdr header;
		unsigned from = nb;

		for (unsigned i = 0; i < nb; i++) {
			if (at[i] >= c[i].used)
				continue;
			memcpy(&h, c[i].data + at[i], sizeof(h));
			if (h.time_ns < earliest.time_ns) {
				earliest = h;
				from = i;
			}
		}
		if (from == nb)
			break;
		header = (struct pcap_pkthdr){ .caplen = earliest.len, .len = earliest.len };
		header.ts.tv_sec = (time_t)(earliest.time_ns / 1000000000);
		/* ns, as the file says. */
		header.ts.tv_usec = (suseconds_t)(earliest.time_ns % 1000000000);
		pcap_dump((u_char *)out, &header, c[from].data + at[from] + sizeof(h));
		at[from] += sizeof(h) + earliest.len;
	}
	done = done && pcap_dump_flush(out) == 0;
	if (!done)
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"--capture: %s: write error (%s)", path,
			pcap == NULL ? "out of memory" : pcap_geterr(pcap));
	if (out != NULL)
		pcap_dump_close(out);
	if (pcap != NULL)
		pcap_close(pcap);
	return done;
}
