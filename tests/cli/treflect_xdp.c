/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sends frames into one end of a veth pair whose other end has a reflector, and looks at both ends:
 * treflect_xdp NEAR FAR FAR_MAC. Frames to FAR_MAC have to come back at NEAR with swapped MACs and
 * an untouched rest, all others to arrive at FAR's stack. Prints how many there were of each and their
 * bytes: "reflected_frames=5 ...".
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ROOM = 2048,
	ETHERTYPE_TEST = 0x88b5,
	PATIENCE_MS = 10000
}; /* 0x88b5: IEEE's for experiments */

static const unsigned char sender[6] = { 0x02, 0, 0, 0, 0, 0x99 };

static void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static int packet_socket(const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_TEST),
		.sll_ifindex = (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE_TEST));

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("no packet socket");
	return fd;
}

static void make_frame(
	unsigned char *frame, size_t len, const unsigned char *to, const unsigned char *from)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	frame[12] = ETHERTYPE_TEST >> 8;
	frame[13] = ETHERTYPE_TEST & 0xff;
	for (size_t i = 14; i < len; i++)
		frame[i] = (unsigned char)(i * 7 + len);
}

/* The next frame that was not sent from here; 0: none within a time that is long enough for it. */
static size_t receive(int fd, unsigned char *frame, int patience_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t room = sizeof(from);
	ssize_t n;

	while (poll(&p, 1, patience_ms) > 0) {
		n = recvfrom(fd, frame, ROOM, 0, (struct sockaddr *)&from, &room);
		if (n > 0 && from.sll_pkttype != PACKET_OUTGOING)
			return (size_t)n;
	}
	return 0;
}

static void expect(int fd, const unsigned char *want, size_t len, const char *what)
{
	unsigned char got[ROOM];
	size_t n = receive(fd, got, PATIENCE_MS);

	if (n == 0)
		die(what);
	if (n == len && memcmp(got, want, len) == 0)
		return;
	fprintf(stderr, "%s: got %zu bytes to %02x:..:%02x from %02x:..:%02x, want %zu\n", what, n,
		got[0], got[5], got[6], got[11], len);
	exit(1);
}

int main(int argc, char **argv)
{
	static const size_t lens[] = { 60, 61, 64, 576, 1514 };
	unsigned char own[6], to[6], frame[ROOM], want[ROOM];
	unsigned frames[2] = { 0 }, bytes[2] = { 0 };
	int near, far;

	if (argc != 4 || sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &own[0], &own[1], &own[2],
				 &own[3], &own[4], &own[5]) != 6)
		die("usage: treflect_xdp NEAR FAR FAR_MAC");
	near = packet_socket(argv[1]);
	far = packet_socket(argv[2]);
	for (unsigned i = 0; i < 5 * sizeof(lens) / sizeof(lens[0]); i++) {
		size_t len = lens[i / 5];
		/* Its own; others that differ in the last and the first bit; broadcast; multicast. */
		int passes = i % 5 != 0;

		memcpy(to, own, 6);
		to[5] ^= i % 5 == 1 ? 1 : 0;
		to[0] ^= i % 5 == 2 ? 4 : 0;
		to[0] ^= i % 5 == 4 ? 1 : 0;
		if (i % 5 == 3)
			memset(to, 0xff, 6);
		make_frame(frame, len, to, sender);
		if (send(near, frame, len, 0) != (ssize_t)len)
			die("cannot send");
		memcpy(want, frame, len);
		if (!passes)
			make_frame(want, len, sender, own);
		expect(passes ? far : near, want, len,
			passes ? "one that is not for it did not pass"
			       : "its own did not come back");
		frames[passes]++;
		bytes[passes] += (unsigned)len;
	}
	if (receive(near, frame, 50) != 0)
		die("a frame came back that was not for it, or twice");
	if (receive(far, frame, 0) != 0)
		die("a frame passed that was reflected, or twice");
	printf("reflected_frames=%u\nreflected_bytes=%u\npassed_frames=%u\npassed_bytes=%u\n",
		frames[0], bytes[0], frames[1], bytes[1]);
	return 0;
}
