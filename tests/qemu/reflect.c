/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reflect INTERFACE: sends every frame that is addressed to the interface back to its sender, from
 * a packet socket. For guests that are too small for DPDK and XDP; linked statically. It works in
 * batches: a system call costs a guest without KVM more than a frame does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>

enum {
	BATCH = 64,
	FRAME_LEN_MAX = 9216,
	BACKLOG_BYTES =
		1 << 20 /* some 1000 frames, as a tap holds: the guest is not the first to lose */
};

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec frames[BATCH];
};

struct reflector {
	int fd;
	unsigned char mac[ETH_ALEN];
	struct batch in, out;
	unsigned char bytes[BATCH][FRAME_LEN_MAX];
};

static int failed(const char *what, const char *name)
{
	fprintf(stderr, "reflect: %s: %s: %s\n", name, what, strerror(errno));
	return -1;
}

/* A socket that sees what comes in on the interface, and whose frames leave without a queue. */
static int socket_on(const char *name, unsigned char mac[ETH_ALEN])
{
	struct sockaddr_ll where = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct ifreq request = { 0 };
	const int yes = 1, backlog = BACKLOG_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd < 0)
		return failed("no packet socket (is the module af_packet loaded?)", name);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	where.sll_ifindex = (int)if_nametoindex(name);
	if (where.sll_ifindex == 0)
		failed("no such interface", name);
	else if (ioctl(fd, SIOCGIFHWADDR, &request) != 0)
		failed("its address is not known", name);
	else if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof(yes)) != 0 ||
		 setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) != 0 ||
		 setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &backlog, sizeof(backlog)) != 0)
		failed("the socket cannot be set up (Linux 4.20 and root are needed)", name);
	else if (bind(fd, (struct sockaddr *)&where, sizeof(where)) != 0)
		failed("cannot be bound", name);
	else {
		memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
		return fd;
	}
	close(fd);
	return -1;
}

static bool is_for_us(const struct mmsghdr *message, const unsigned char mac[ETH_ALEN])
{
	return message->msg_len >= ETH_HLEN && (message->msg_hdr.msg_flags & MSG_TRUNC) == 0 &&
	       memcmp(message->msg_hdr.msg_iov->iov_base, mac, ETH_ALEN) == 0;
}

static void swap_macs(unsigned char *frame, const unsigned char mac[ETH_ALEN])
{
	memcpy(frame, frame + ETH_ALEN, ETH_ALEN);
	memcpy(frame + ETH_ALEN, mac, ETH_ALEN);
}

/* One batch there and back. 0, or -1 if the interface is gone. */
static int reflect(struct reflector *r)
{
	unsigned int frames = 0, sent = 0;
	int received = recvmmsg(r->fd, r->in.messages, BATCH, MSG_WAITFORONE, NULL);

	if (received < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < received; i++) {
		if (!is_for_us(&r->in.messages[i], r->mac))
			continue;
		swap_macs(r->bytes[i], r->mac);
		r->out.frames[frames++] = (struct iovec){ r->bytes[i], r->in.messages[i].msg_len };
	}
	while (sent < frames) {
		int n = sendmmsg(r->fd, r->out.messages + sent, frames - sent, 0);

		/* A queue that is full empties by itself; what is not sent meanwhile waits. */
		if (n < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			return -1;
		sent += n > 0 ? (unsigned int)n : 0;
	}
	return 0;
}

static void point_at(struct batch *b, int i, unsigned char *frame)
{
	b->frames[i] = (struct iovec){ frame, FRAME_LEN_MAX };
	b->messages[i].msg_hdr.msg_iov = &b->frames[i];
	b->messages[i].msg_hdr.msg_iovlen = 1;
}

int main(int argc, char **argv)
{
	struct reflector *r = calloc(1, sizeof(*r));

	if (argc != 2) {
		fprintf(stderr, "usage: reflect INTERFACE\n");
		return 2;
	}
	if (r == NULL)
		return 1;
	r->fd = socket_on(argv[1], r->mac);
	if (r->fd < 0)
		return 1;
	for (int i = 0; i < BATCH; i++) {
		point_at(&r->in, i, r->bytes[i]);
		point_at(&r->out, i, r->bytes[i]);
	}
	printf("reflect: %s is ready\n", argv[1]);
	fflush(stdout);
	while (reflect(r) == 0)
		;
	failed("is gone", argv[1]);
	return 1;
}
