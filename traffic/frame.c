/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/frame.h"

#include <string.h>

#include "analyze/base/error.h"

enum {
	IP_OFFSET = FRAME_ETH_LEN,
	UDP_OFFSET = FRAME_ETH_LEN + FRAME_IP_LEN,
	IP_PROTO_UDP = 17,
};

const uint8_t frame_generator_mac[6] = { 0x52, 0x54, 0x00, 0xfa, 0xff, 0x01 };
const uint8_t frame_guest_base_mac[6] = { 0x52, 0x54, 0x00, 0xfa, 0x00, 0x60 };
const uint8_t frame_ptp_head[28] = {
	/* clang-format off */
	0x88, 0xf7,
	0x00, 0x02, 0, 44, /* Sync, version 2, length */
	127, 0, 0, 0,      /* a domain of users: no clock on the link listens to it; flags */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x52, 0x54, 0x00, 0xff, 0xfe, 0xfa /* the generator's MAC as EUI-64 */
	/* clang-format on */
};

static void put_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put_be32(uint8_t *p, uint32_t v)
{
	put_be16(p, v >> 16);
	put_be16(p + 2, v & 0xffff);
}

void frame_guest_mac(const uint8_t base[6], uint32_t guest, uint8_t mac[6])
{
	uint64_t v = 0;

	for (int i = 0; i < 6; i++)
		v = v << 8 | base[i];
	v += guest;
	for (int i = 5; i >= 0; i--, v >>= 8)
		mac[i] = (uint8_t)v;
}

uint32_t frame_generator_ip(uint32_t guest)
{
	return (198U << 24 | 18U << 16) + guest + 1;
}

uint32_t frame_guest_ip(uint32_t guest)
{
	return (198U << 24 | 19U << 16) + guest + 1;
}

gboolean frame_mac_parse(const char *text, uint8_t mac[6], GError **error)
{
	const char *p = text;

	for (int i = 0; i < 6; i++) {
		int hi = g_ascii_xdigit_value(p[0]);
		int lo = hi < 0 ? -1 : g_ascii_xdigit_value(p[1]);

		if (lo < 0 || p[2] != (i < 5 ? ':' : '\0'))
			return input_fail(error, INPUT_ERROR_SYNTAX,
				"invalid MAC address '%s'; expected six hexadecimal pairs: "
				"52:54:00:fa:00:60",
				text);
		mac[i] = (uint8_t)(hi << 4 | lo);
		p += 3;
	}
	return TRUE;
}

/* Why no interface can have it; NULL: it can. */
static const char *mac_fault(const uint8_t mac[6])
{
	static const uint8_t zero[6], broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (memcmp(mac, zero, sizeof(zero)) == 0)
		return "all zero";
	if (memcmp(mac, broadcast, sizeof(broadcast)) == 0)
		return "the broadcast address";
	return mac[0] & 1 ? "a multicast address" : NULL;
}

gboolean frame_mac_parse_unicast(const char *text, uint8_t mac[6], GError **error)
{
	uint8_t parsed[6];

	if (!frame_mac_parse(text, parsed, error))
		return FALSE;
	if (mac_fault(parsed) != NULL)
		return input_fail(error, INPUT_ERROR_RANGE,
			"invalid MAC address '%s': %s; use a unicast address such as "
			"52:54:00:fa:00:60",
			text, mac_fault(parsed));
	memcpy(mac, parsed, sizeof(parsed));
	return TRUE;
}

gboolean frame_guest_macs_check(const uint8_t base[6], uint32_t nb, GError **error)
{
	for (uint32_t i = 0; i < nb; i++) {
		g_autofree char *text = NULL;
		uint8_t mac[6];
		const char *fault;

		frame_guest_mac(base, i, mac);
		fault = memcmp(mac, frame_generator_mac, sizeof(mac)) == 0
				? "the generator's address"
				: mac_fault(mac);
		if (fault == NULL)
			continue;
		text = frame_mac_format(mac);
		return input_fail(error, INPUT_ERROR_RANGE,
			"guest %u would have %s, %s; use a unicast address such as "
			"52:54:00:fa:00:60 (n is added for guest n)",
			i, text, fault);
	}
	return TRUE;
}

char *frame_mac_format(const uint8_t mac[6])
{
	return g_strdup_printf(
		"%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

uint64_t frame_sum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t a = 0, b = 0;
	uint32_t w[4];
	uint16_t h;

	/* Two accumulators, so that the additions of one turn do not wait for each other. */
	for (; len >= sizeof(w); p += sizeof(w), len -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		a += (uint64_t)w[0] + w[1];
		b += (uint64_t)w[2] + w[3];
	}
	for (; len >= sizeof(h); p += sizeof(h), len -= sizeof(h)) {
		memcpy(&h, p, sizeof(h));
		a += h;
	}
	return a + b +
	       (len != 0 ? *p : 0); /* a last byte is the first of its word: the low one here */
}

static void sum_template(struct frame_template *t)
{
	const uint8_t *ip = t->head + IP_OFFSET, *udp = t->head + UDP_OFFSET;
	const uint8_t proto[2] = { 0, IP_PROTO_UDP };

	t->ip_sum = frame_fold(frame_sum(ip, FRAME_IP_LEN));
	t->udp_sum = frame_fold(
		frame_sum(ip + 12, 8) + frame_sum(proto, 2) + frame_sum(udp, FRAME_UDP_LEN));
}

void frame_template_init(struct frame_template *t, const uint8_t guest_mac[6], uint32_t guest)
{
	uint8_t *ip = t->head + IP_OFFSET, *udp = t->head + UDP_OFFSET;

	memset(t, 0, sizeof(*t));
	memcpy(t->head, guest_mac, 6);
	memcpy(t->head + 6, frame_generator_mac, 6);
	put_be16(t->head + 12, 0x0800);
	ip[0] = 0x45;
	put_be16(ip + 6, 0x4000); /* do not fragment */
	ip[8] = 64;               /* TTL */
	ip[9] = IP_PROTO_UDP;
	put_be32(ip + 12, frame_generator_ip(guest));
	put_be32(ip + 16, frame_guest_ip(guest));
	put_be16(udp, FRAME_PORT_SRC);
	put_be16(udp + 2, FRAME_PORT_DST);
	sum_template(t);
}

void frame_template_relay(struct frame_template *t, uint32_t last_guest)
{
	put_be32(t->head + IP_OFFSET + 16, frame_guest_ip(last_guest));
	sum_template(t);
}

void frame_template_ptp(struct frame_template *t, const uint8_t guest_mac[6])
{
	memset(t, 0, sizeof(*t));
	memcpy(t->head, guest_mac, 6);
	memcpy(t->head + 6, frame_generator_mac, 6);
	memcpy(t->head + 12, frame_ptp_head, sizeof(frame_ptp_head));
	t->udp_sum = frame_fold(frame_sum(t->head + FRAME_ETH_LEN, FRAME_HEAD_LEN - FRAME_ETH_LEN));
}

static enum frame_kind classify_ptp(const uint8_t *data, uint32_t mbuf_len, struct frame_sig *sig)
{
	if (mbuf_len < FRAME_HEAD_LEN ||
		memcmp(data + 12, frame_ptp_head, sizeof(frame_ptp_head)) != 0)
		return FRAME_FOREIGN;
	if (mbuf_len != FRAME_HEAD_LEN || frame_fold(frame_sum(data + FRAME_ETH_LEN,
						  FRAME_HEAD_LEN - FRAME_ETH_LEN)) != 0xffff)
		return FRAME_CORRUPT;
	if (data[FRAME_SIG_OFFSET + 1] >> 6 != FRAME_PROBE)
		return FRAME_FOREIGN;
	memcpy(sig, data + FRAME_SIG_OFFSET, sizeof(*sig));
	return FRAME_OURS;
}

/* Addresses of RFC 2544's range with UDP inside: ours, whatever else is in it. */
static gboolean is_addressed_as_ours(const uint8_t *data, uint32_t mbuf_len)
{
	const uint8_t *ip = data + IP_OFFSET;

	return mbuf_len >= FRAME_HEAD_LEN && frame_get_be16(data + 12) == 0x0800 && ip[0] == 0x45 &&
	       ip[9] == IP_PROTO_UDP && ip[12] == 198 && (ip[13] & 0xfe) == 18 && ip[16] == 198 &&
	       (ip[17] & 0xfe) == 18;
}

static enum frame_kind classify(
	const uint8_t *data, uint32_t mbuf_len, struct frame_sig *sig, gboolean bare)
{
	const uint8_t *ip = data + IP_OFFSET, *udp = data + UDP_OFFSET;
	uint32_t src, dst, udp_len;
	uint8_t pseudo[2] = { 0, IP_PROTO_UDP };
	gboolean summed;

	if (!is_addressed_as_ours(data, mbuf_len))
		return classify_ptp(data, mbuf_len, sig);
	if (frame_fold(frame_sum(ip, FRAME_IP_LEN)) != 0xffff)
		return FRAME_CORRUPT;
	/* From here on the IPv4 header is what its sender wrote. */
	src = frame_get_be16(udp);
	dst = frame_get_be16(udp + 2);
	udp_len = frame_get_be16(udp + 4);
	summed = !bare || frame_get_be16(udp + 6) != 0;
	if (frame_get_be16(ip + 2) != mbuf_len - IP_OFFSET || udp_len != mbuf_len - UDP_OFFSET ||
		(summed && frame_fold(frame_sum(ip + 12, 8) + frame_sum(pseudo, 2) +
				      frame_sum(udp + 4, 2) + frame_sum(udp, udp_len)) != 0xffff))
		return FRAME_CORRUPT;
	if ((src != FRAME_PORT_SRC || dst != FRAME_PORT_DST) &&
		(src != FRAME_PORT_DST || dst != FRAME_PORT_SRC))
		return FRAME_FOREIGN; /* intact, and of somebody else's test */
	memcpy(sig, data + FRAME_SIG_OFFSET, sizeof(*sig));
	return FRAME_OURS;
}

enum frame_kind frame_classify(const uint8_t *data, uint32_t mbuf_len, struct frame_sig *sig)
{
	return classify(data, mbuf_len, sig, FALSE);
}

enum frame_kind frame_classify_bare(const uint8_t *data, uint32_t mbuf_len, struct frame_sig *sig)
{
	return classify(data, mbuf_len, sig, TRUE);
}
