/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/frame.h: what a test frame looks like. No DPDK, no clock.
 *
 * Lengths. frame_len counts the FCS (RFC 2544 sizes); the bytes in memory (an mbuf) are
 * frame_len - FRAME_FCS_LEN; wire_len adds preamble, start delimiter and inter-frame gap.
 *
 * Layout of the bytes in memory, all frames alike:
 *    0  Ethernet   destination, source, 0x0800
 *   14  IPv4       198.18.0.0/15 (RFC 2544 appendix C.2.2), checksum valid
 *   34  UDP        FRAME_PORT_SRC to FRAME_PORT_DST, checksum valid
 *   42  signature  18 bytes, so that it fits the smallest frame of 64 bytes exactly
 *   60  padding    zero bytes up to frame_len
 *
 * A PTP probe has 64 bytes (with FCS), checksum and signature where the others have them:
 *    0  Ethernet   destination, source, 0x88f7
 *   14  PTPv2      Sync (IEEE 1588 clause 13) of domain 127, up to 6 bytes of the clock's identity
 *   40  checksum   of the message, as UDP's; PTP has none
 *   42  signature  in fields that no NIC looks at
 */
#ifndef TRAFFIC_FRAME_H
#define TRAFFIC_FRAME_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

enum {
	FRAME_FCS_LEN = 4,
	FRAME_GAP_LEN = 20, /* preamble 7, start delimiter 1, inter-frame gap 12 (RFC 5180 A.1) */
	FRAME_LEN_MIN = 64,
	FRAME_LEN_MAX = 9216,
	FRAME_ETH_LEN = 14,
	FRAME_IP_LEN = 20,
	FRAME_UDP_LEN = 8,
	FRAME_SIG_OFFSET = FRAME_ETH_LEN + FRAME_IP_LEN + FRAME_UDP_LEN,
	FRAME_SIG_LEN = 18,
	FRAME_HEAD_LEN = FRAME_SIG_OFFSET + FRAME_SIG_LEN, /* what differs from frame to frame */
	FRAME_PORT_SRC = 49184,
	FRAME_PORT_DST = 9, /* discard, RFC 863: no host that answers it by itself */
	FRAME_CLASSES_MAX = 64,
	FRAME_GUESTS_MAX = 4096,
};

static inline uint32_t frame_wire_len(uint32_t frame_len)
{
	return frame_len + FRAME_GAP_LEN;
}

/* Which part of a trial a frame belongs to. */
enum frame_phase {
	FRAME_HELLO,   /* asks a guest whether it reflects; before the trial */
	FRAME_WARM_UP, /* sent and received, counted nowhere */
	FRAME_MEASURE,
	FRAME_PROBE, /* of the timer worker; counted apart */
};

/*
 * The signature. Little-endian, unaligned: read and written with memcpy. Times are ns since the
 * trial's epoch, a TSC reading of the generator.
 */
struct frame_sig {
	uint8_t run; /* low 8 bits of the trial's number: a frame of an earlier trial is foreign */
	uint8_t phase_class; /* phase in the top 2 bits, size class in the low 6 */
	uint16_t guest;      /* 0 .. FRAME_GUESTS_MAX - 1 */
	uint32_t
		seq; /* of this guest, from 0, over warm-up, measuring and all size classes; wraps */
	uint32_t due_lo;   /* scheduled departure, low 32 bits */
	uint16_t due_hi;   /* and the 16 bits above: 78 hours */
	uint32_t delay_ns; /* real minus scheduled departure; at most 4.29 s */
} __attribute__((packed));

_Static_assert(sizeof(struct frame_sig) == FRAME_SIG_LEN, "the signature fits a 64-byte frame");

static inline uint64_t frame_sig_due_ns(const struct frame_sig *s)
{
	return (uint64_t)s->due_hi << 32 | s->due_lo;
}

static inline enum frame_phase frame_sig_phase(const struct frame_sig *s)
{
	return (enum frame_phase)(s->phase_class >> 6);
}

static inline uint32_t frame_sig_class(const struct frame_sig *s)
{
	return s->phase_class & 63U;
}

/*
 * Addresses of guest n (from 0): its MAC is the base plus n with 48-bit carry; the generator
 * answers to one MAC. IPv4: generator 198.18.0.0/16 + n + 1, guest 198.19.0.0/16 + n + 1.
 */
extern const uint8_t frame_generator_mac[6];
extern const uint8_t frame_guest_base_mac[6];

void frame_guest_mac(const uint8_t base[6], uint32_t guest, uint8_t mac[6]);
uint32_t frame_generator_ip(uint32_t guest); /* host byte order */
uint32_t frame_guest_ip(uint32_t guest);     /* host byte order */

/* "52:54:00:fa:00:60" into mac. */
gboolean frame_mac_parse(const char *text, uint8_t mac[6], GError **error);
/* The same of a network interface's own: broadcast, multicast and zero are errors. */
gboolean frame_mac_parse_unicast(const char *text, uint8_t mac[6], GError **error);
/*
 * Can guests 0 .. nb - 1 have the MACs from base on? A sum carries from byte to byte: behind
 * 52:54:00:ff:ff:ff comes 52:54:01:00:00:00. Each has to be unicast, not zero and not the
 * generator's.
 */
gboolean frame_guest_macs_check(const uint8_t base[6], uint32_t nb, GError **error);
/* Newly allocated "52:54:00:fa:00:60". */
char *frame_mac_format(const uint8_t mac[6]);

/*
 * The first bytes of every frame of one guest, with the length fields zero, and the sums that its
 * checksums start from: what is left per frame is to write lengths, signature and two folds.
 */
struct frame_template {
	uint8_t head[64]; /* FRAME_HEAD_LEN used; 64 so that a copy is one cache line */
	uint32_t ip_sum;  /* one's complement sum of the IPv4 header, lengths and checksum zero */
	uint32_t udp_sum; /* same of pseudo header and UDP header, lengths and checksum zero */
};

void frame_template_init(struct frame_template *t, const uint8_t guest_mac[6], uint32_t guest);
/*
 * Address it to another guest behind that one, by IPv4 destination: the guest with the frame's MAC is
 * a router on the way then (treflect --relay), and the last one returns the frame to the generator.
 */
void frame_template_relay(struct frame_template *t, uint32_t last_guest);

/* Bytes 12 .. 39 of a PTP probe. */
extern const uint8_t frame_ptp_head[28];
/* head and udp_sum, of the bytes behind the EtherType, of the PTP probes to one guest. */
void frame_template_ptp(struct frame_template *t, const uint8_t guest_mac[6]);

/* Fold a sum of 16-bit words to 16 bits; not complemented. */
static inline uint16_t frame_fold(uint64_t sum)
{
	sum = (sum & 0xffffffffU) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* One's complement sum (RFC 1071) of len bytes, words in memory order; not folded to 16 bits. */
uint64_t frame_sum(const void *data, size_t len);

/* Two bytes as the wire has them. */
static inline uint32_t frame_get_be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

/* What frame_classify found. */
enum frame_kind {
	FRAME_OURS,    /* checksums and signature hold */
	FRAME_CORRUPT, /* addressed like ours, but some byte of it is wrong */
	FRAME_FOREIGN, /* not of this generator */
};

/*
 * Judge the mbuf_len bytes at data (no FCS): is it a frame of ours, is every byte of it right?
 * *sig is written for FRAME_OURS only. Accepts swapped and unswapped addresses and ports.
 */
enum frame_kind frame_classify(const uint8_t *data, uint32_t mbuf_len, struct frame_sig *sig);
/*
 * The same where frames are bare: sent with a UDP checksum of 0, which says that there is none (RFC
 * 768). Of those nothing behind the UDP header is read but the signature, which nothing protects then.
 */
enum frame_kind frame_classify_bare(const uint8_t *data, uint32_t mbuf_len, struct frame_sig *sig);

#endif
