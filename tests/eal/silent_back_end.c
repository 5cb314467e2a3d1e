/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * silent_back_end DEVICE SOCKET: a machine with a vfio-user device, and its back end at SOCKET, which stops
 * answering: at once, then when the driver is reset. The device hangs up on it after 5 s, is a device all
 * the while that nothing has to wait for it, and comes back.
 */
#include "tests/eal/peer.h"
#include "tests/eal/vfio_guest.h"

#include <stdlib.h>
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
	LIMIT_MS = 5000,
	EARLY_MS = 500, /* it looks every so often, and the clock began before ours */
	LATE_MS = 3000,
	SOON_MS = 2000,
	GET_FEATURES = 1,
	SET_VRING_KICK = 12,
	HEADER_LEN = 12,
	IS_REPLY = 5, /* and version 1 */
};

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 20 };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (s < 0 || bind(s, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(s, 1) != 0 ||
		setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0)
		guest_fail_at(path, "cannot listen");
	return s;
}

static int take_device(int listener, const char *path)
{
	int s = accept(listener, NULL, NULL);

	if (s < 0)
		guest_fail_at(path, "the device does not connect");
	return s;
}

/* Whatever it asks is read, and not answered, until it hangs up: after the limit, from since on. */
static void expect_end(int s, const char *path, const char *when, uint64_t since)
{
	uint8_t bytes[512];
	uint64_t took;

	while (recv(s, bytes, sizeof(bytes), 0) > 0)
		;
	took = peer_now_ms() - since;
	close(s);
	if (took < LIMIT_MS - EARLY_MS || took > LIMIT_MS + LATE_MS)
		guest_fail_at(path, "%s: hung up after %lu ms", when, (unsigned long)took);
}

/* The one reply without which the device does not begin. */
static void say_features(int s, const char *path)
{
	const uint32_t header[] = { GET_FEATURES, IS_REPLY, sizeof(uint64_t) };
	const uint64_t features = UINT64_C(1) << VIRTIO_F_VERSION_1 |
				  UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF;
	uint8_t reply[HEADER_LEN + sizeof(features)];

	memcpy(reply, header, HEADER_LEN);
	memcpy(reply + HEADER_LEN, &features, sizeof(features));
	if (send(s, reply, sizeof(reply), MSG_NOSIGNAL) != sizeof(reply))
		guest_fail_at(path, "the device has gone");
}

/* Both queues' kick events are what it sends last. */
static void expect_queues(int s, const char *path)
{
	for (int kicks = 0; kicks < 2;) {
		uint32_t header[HEADER_LEN / sizeof(uint32_t)];
		uint8_t payload[512];

		if (recv(s, header, HEADER_LEN, MSG_WAITALL) != HEADER_LEN ||
			header[2] > sizeof(payload) ||
			recv(s, payload, header[2], MSG_WAITALL) != (ssize_t)header[2])
			guest_fail_at(path, "the device does not start its queues");
		kicks += header[0] == SET_VRING_KICK;
	}
}

static void expect_soon(const struct guest *g, const char *what, uint64_t since)
{
	if (peer_now_ms() - since > SOON_MS)
		guest_fail(g, "%s waits for a back end that nobody needs", what);
}

int main(int argc, char **argv)
{
	struct guest g = { .buffer_len = GUEST_STRIDE };
	uint64_t since;
	int listener, s;

	if (argc != 3) {
		fputs("usage: silent_back_end DEVICE SOCKET\n", stderr);
		return 2;
	}
	g.path = argv[1];
	listener = listen_at(argv[2]);
	since = peer_now_ms();
	guest_open(&g);
	s = take_device(listener, argv[2]);
	guest_start(&g);
	guest_stop(&g, true);
	guest_start(&g);
	expect_soon(&g, "a driver", since);
	expect_end(s, argv[2], "no features", since);

	s = take_device(listener, argv[2]);
	say_features(s, argv[2]);
	expect_queues(s, argv[2]);
	since = peer_now_ms();
	guest_stop(&g, false); /* not before the device knows that nobody is in its memory */
	expect_end(s, argv[2], "no rings' bases", since);

	s = take_device(listener, argv[2]);
	say_features(s, argv[2]);
	guest_start(&g);
	expect_queues(s, argv[2]);
	guest_close(&g);
	close(s);
	return 0;
}
