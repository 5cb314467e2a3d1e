/* SPDX-License-Identifier: BSD-3-Clause */
/* tests/unit/traffic_pcap.h: captures made up for a test. */
#ifndef TESTS_UNIT_TRAFFIC_PCAP_H
#define TESTS_UNIT_TRAFFIC_PCAP_H

#include <stdint.h>

#include <glib.h>

enum { PCAP_ETHERNET = 1, PCAP_LINUX_SLL = 113 };

struct pcap_frame {
	uint64_t at_ns;
	uint32_t wire_len; /* without FCS */
};

/*
 * A file of the format of pcap-savefile(5), times in ns, with no bytes of the frames. Free with
 * g_byte_array_unref.
 */
static inline GByteArray *pcap_file(uint32_t link_type, const struct pcap_frame *frames, size_t nb)
{
	const uint32_t head[6] = { 0xa1b23c4d, 2 | 4 << 16, 0, 0, 65535, link_type };
	GByteArray *file = g_byte_array_new();

	g_byte_array_append(file, (const guint8 *)head, sizeof(head));
	for (size_t i = 0; i < nb; i++) {
		const uint32_t record[4] = { (uint32_t)(frames[i].at_ns / 1000000000),
			(uint32_t)(frames[i].at_ns % 1000000000), 0, frames[i].wire_len };

		g_byte_array_append(file, (const guint8 *)record, sizeof(record));
	}
	return file;
}

#endif
