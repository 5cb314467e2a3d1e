/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vhost-user front end that sends nonsense: bad_front_end SOCKET SEED SECONDS. Half of its
 * connections send random messages, with and without descriptors; the others set up a device in
 * good order and then fill its rings with random bytes. It ends by itself; what matters is that the
 * back end goes on.
 *
 * bad_front_end SOCKET SEED SECONDS listen: the same, but it is the back end that connects, to one
 * socket after the other, or again to the one before.
 *
 * bad_front_end SOCKET WORD: one that fails its guest in the way that the word says, and then waits.
 *
 * bad_front_end SOCKET shrinks: one whose memory goes while frames are written to it; one that never had
 * any; one that is nobody's any more. Status 0: the back end answers still, and has hung up on the first.
 *
 * bad_front_end SOCKET twice: two connections at once, of which the first goes on; then one whose table
 * of memory is refused while it runs. Status 0: the back end answers still.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <linux/virtio_ring.h>

enum {
	MEM_LEN = 1 << 20,
	PAYLOAD_MAX = 512,
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_VRING_BASE = 11,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	SET_VRING_ENABLE = 18,
	REQUESTS = 42,
	VERSION = 1,
	NEED_REPLY = 1 << 3,
	QUEUE_SIZE = 256,
	QUEUE_LEN = 65536,
	AVAIL_AT = 8192, /* in a queue */
	USED_AT = 16384,
	BUFFER_LEN = 2048,
	WAIT_US = 10000,
	WAITS_MAX = 1000,
};

struct message {
	uint32_t request, flags, size;
	uint8_t payload[PAYLOAD_MAX];
} __attribute__((packed));

struct memory {
	int fd;
	uint8_t *bytes;
};

static uint64_t state;

/* Steele, Lea, Flood: splitmix64. */
static uint64_t random64(void)
{
	uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void wait_at_most(int s, const struct timeval *time)
{
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, time, sizeof(*time));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, time, sizeof(*time));
}

static void be_impatient(int s)
{
	wait_at_most(s, &(struct timeval){ .tv_usec = 20000 });
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (s >= 0 && connect(s, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(s);
		return -1;
	}
	be_impatient(s);
	return s;
}

/* There at once, as treflect --server makes it. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path);
	unlink(address.sun_path);
	if (s < 0 || bind(s, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(s, 1) != 0 || rename(address.sun_path, path) != 0) {
		perror(path);
		exit(1);
	}
	be_impatient(s);
	return s;
}

/* A connection, or -1. *listener: the socket of the one before; < 0: none. */
static int accept_at(const char *path, int *listener)
{
	int s;

	if (*listener >= 0 && random64() % 2 == 0) {
		close(*listener);
		*listener = -1;
	}
	if (*listener < 0)
		*listener = listen_at(path);
	s = accept(*listener, NULL, NULL);
	if (s >= 0)
		be_impatient(s);
	return s;
}

/* 0, or -1 when the back end has hung up. */
static int send_message(int s, const struct message *m, size_t len, const int *fds, unsigned nb)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(8 * sizeof(int))];
	} control;
	struct iovec part = { .iov_base = (void *)(uintptr_t)m, .iov_len = len };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };

	if (nb != 0) {
		memset(&control, 0, sizeof(control));
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(nb * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nb * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nb * sizeof(int));
	}
	return sendmsg(s, &h, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int say(
	int s, uint32_t request, const void *payload, uint32_t size, const int *fds, unsigned nb)
{
	struct message m = { .request = request, .flags = VERSION, .size = size };

	memcpy(m.payload, payload, size);
	return send_message(s, &m, 12 + size, fds, nb);
}

static void random_messages(int s, const struct memory *mem)
{
	for (int i = 0; i < 40; i++) {
		struct message m = { .request = (uint32_t)(random64() % REQUESTS),
			.flags = random64() % 4 == 0 ? (uint32_t)random64() : VERSION,
			.size = (uint32_t)(random64() % PAYLOAD_MAX) };
		int event = eventfd(0, 0), fds[8];
		unsigned nb = random64() % 3 == 0 ? (unsigned)(random64() % 9) : 0;
		size_t len = 12 + m.size;

		if (random64() % 16 == 0)
			m.size = (uint32_t)random64(); /* more than is sent */
		if (random64() % 16 == 0)
			len = random64() % 12; /* not even a header */
		for (size_t k = 0; k < sizeof(m.payload); k++)
			m.payload[k] = random64() % 2 == 0 ? 0 : (uint8_t)random64();
		for (unsigned k = 0; k < nb; k++)
			fds[k] = random64() % 2 == 0 ? mem->fd : event;
		if (send_message(s, &m, len, fds, nb) != 0)
			i = 40;
		close(event);
	}
}

/* How far a device is set up. */
enum extent { FEATURES, MEMORY, QUEUES };

static void set_up_queues(int s, const struct memory *mem)
{
	for (uint32_t ring = 0; ring < 2; ring++) {
		const uint32_t size[2] = { ring, QUEUE_SIZE }, start[2] = { ring, 0 },
			       on[2] = { ring, 1 };
		const uint64_t at = (uintptr_t)mem->bytes + ring * QUEUE_LEN, index = ring;
		const struct {
			uint32_t ring, flags;
			uint64_t desc, used, avail, log;
		} where = { ring, 0, at, at + USED_AT, at + AVAIL_AT, 0 };
		/* As QEMU makes them, and once more by the driver. */
		int kick = eventfd(2, EFD_NONBLOCK), call = eventfd(0, 0);

		say(s, SET_VRING_NUM, size, sizeof(size), NULL, 0);
		say(s, SET_VRING_BASE, start, sizeof(start), NULL, 0);
		say(s, SET_VRING_ADDR, &where, sizeof(where), NULL, 0);
		say(s, SET_VRING_CALL, &index, sizeof(index), &call, 1);
		say(s, SET_VRING_KICK, &index, sizeof(index), &kick, 1);
		say(s, SET_VRING_ENABLE, on, sizeof(on), NULL, 0);
		close(kick);
		close(call);
	}
}

/* In good order. FALSE when the back end has hung up. */
static int set_up(int s, const struct memory *mem, enum extent extent)
{
	const uint64_t base = (uintptr_t)mem->bytes;
	const struct {
		uint32_t nb, padding;
		uint64_t guest_address, size, user_address, offset;
	} table = { 1, 0, 0, MEM_LEN, base, 0 };
	uint64_t features = UINT64_C(1) << 32 | UINT64_C(1) << 30;
	uint8_t answer[512];

	say(s, SET_OWNER, "", 0, NULL, 0);
	say(s, GET_FEATURES, "", 0, NULL, 0);
	if (recv(s, answer, sizeof(answer), 0) <= 0)
		return 0;
	say(s, SET_FEATURES, &features, sizeof(features), NULL, 0);
	if (extent == FEATURES)
		return 1;
	say(s, SET_MEM_TABLE, &table, sizeof(table), &mem->fd, 1);
	if (extent == QUEUES)
		set_up_queues(s, mem);
	return 1;
}

/* A device as it should be, but for what its rings hold. */
static void random_rings(int s, const struct memory *mem)
{
	if (!set_up(s, mem, QUEUES))
		return;
	for (int i = 0; i < 200; i++) {
		for (int k = 0; k < 64; k++) {
			uint64_t word = random64();
			size_t at = random64() % (2 * 65536 - 8);

			/* Small numbers are often lengths, indices and addresses within the memory. */
			if (random64() % 2 == 0)
				word &= UINT64_C(0x000f0fff000fffff);
			memcpy(mem->bytes + at, &word, sizeof(word));
		}
		usleep(500);
	}
}

/* Until the back end hangs up; 0 for a word that is not known. */
static int fail_as(const char *word, int s, const struct memory *mem)
{
	static const uint32_t unknown = 200;
	const struct timeval patient = { .tv_sec = 10 };
	char byte;

	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patient, sizeof(patient)) != 0)
		return 0;
	if (strcmp(word, "unknown") == 0)
		say(s, unknown, "", 0, NULL, 0);
	else if (strcmp(word, "features") == 0)
		set_up(s, mem, FEATURES);
	else if (strcmp(word, "leaves") == 0)
		set_up(s, mem, MEMORY);
	else if (strcmp(word, "unshared") == 0)
		set_up(s, mem, QUEUES); /* what the driver wrote is elsewhere: here is nothing */
	else if (strcmp(word, "silent") != 0)
		return 0;
	if (strcmp(word, "leaves") == 0)
		return 1;
	while (recv(s, &byte, 1, 0) != 0)
		;
	return 1;
}

static int has_answer(int s)
{
	uint8_t answer[512];

	return recv(s, answer, sizeof(answer), 0) > 0;
}

static int asks(int s)
{
	say(s, GET_FEATURES, "", 0, NULL, 0);
	return has_answer(s);
}

static int connect_patiently(const char *path)
{
	int s = connect_to(path);

	wait_at_most(s, &(struct timeval){ .tv_sec = 10 });
	return s;
}

static int be_two(const char *path, const struct memory *mem)
{
	static const uint32_t ring[2];
	/* Beyond all addresses. */
	const struct {
		uint32_t nb, padding;
		uint64_t guest_address, size, user_address, offset;
	} table = { 1, 0, 0, UINT64_MAX, 0, MEM_LEN };
	struct message m = {
		.request = SET_MEM_TABLE, .flags = VERSION | NEED_REPLY, .size = sizeof(table)
	};
	int first = connect_patiently(path), second, third, lives;

	lives = set_up(first, mem, QUEUES) && asks(first);
	second = connect_patiently(path);
	lives = lives && asks(second);
	say(first, GET_VRING_BASE, ring, sizeof(ring), NULL, 0);
	lives = lives && has_answer(first) && set_up(first, mem, QUEUES) && asks(first) &&
		asks(second);
	close(first);
	close(second);
	third = connect_patiently(path);
	lives = lives && set_up(third, mem, QUEUES) && asks(third);
	memcpy(m.payload, &table, sizeof(table));
	send_message(third, &m, 12 + m.size, &mem->fd, 1);
	lives = lives && has_answer(third) && asks(third);
	close(third);
	return lives;
}

/* The first queue is given buffers; how far it was used is what is returned. */
static const struct vring_used *offer_buffers(const struct memory *mem)
{
	struct vring_desc *desc = (struct vring_desc *)mem->bytes;
	struct vring_avail *avail = (struct vring_avail *)(mem->bytes + AVAIL_AT);

	for (uint32_t i = 0; i < QUEUE_SIZE; i++) {
		desc[i] = (struct vring_desc){ .addr = 2U * QUEUE_LEN + i * BUFFER_LEN,
			.len = BUFFER_LEN,
			.flags = VRING_DESC_F_WRITE };
		avail->ring[i] = (uint16_t)i;
	}
	avail->idx = QUEUE_SIZE;
	return (const struct vring_used *)(mem->bytes + USED_AT);
}

static int takes_frames(const struct vring_used *used)
{
	for (int i = 0; i < WAITS_MAX; i++) {
		if (__atomic_load_n(&used->idx, __ATOMIC_ACQUIRE) != 0)
			return 1;
		usleep(WAIT_US);
	}
	return 0;
}

static int shrink(const char *path, const struct memory *mem)
{
	const struct vring_used *used = offer_buffers(mem);
	int first = connect_patiently(path), second, lives;
	char byte;

	lives = set_up(first, mem, QUEUES) && takes_frames(used) && ftruncate(mem->fd, 0) == 0;
	usleep(30 * WAIT_US); /* for frames that find it so */
	lives = lives && asks(first) && recv(first, &byte, 1, 0) == 0;
	close(first);
	first = connect_patiently(path);
	lives = lives && set_up(first, mem, QUEUES);
	close(first);
	lives = lives && ftruncate(mem->fd, MEM_LEN) == 0;
	first = connect_patiently(path);
	lives = lives && set_up(first, mem, MEMORY) && asks(first);
	second = connect_patiently(path);
	lives = lives && asks(second) && ftruncate(mem->fd, 0) == 0;
	set_up_queues(first, mem);
	lives = lives && asks(first) && asks(second);
	close(first);
	close(second);
	return lives && ftruncate(mem->fd, MEM_LEN) == 0;
}

int main(int argc, char **argv)
{
	struct memory mem = { .fd = memfd_create("bad", 0) };
	time_t until;
	unsigned connections = 0;
	int listener = -1;

	if (argc < 3 || argc > 5 || mem.fd < 0 || ftruncate(mem.fd, MEM_LEN) != 0) {
		fputs("usage: bad_front_end SOCKET SEED SECONDS [listen] | SOCKET WORD\n", stderr);
		return 2;
	}
	mem.bytes = mmap(NULL, MEM_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, mem.fd, 0);
	if (mem.bytes == MAP_FAILED)
		return 1;
	if (argc == 3 && strcmp(argv[2], "twice") == 0)
		return be_two(argv[1], &mem) ? 0 : 1;
	if (argc == 3 && strcmp(argv[2], "shrinks") == 0)
		return shrink(argv[1], &mem) ? 0 : 1;
	if (argc == 3)
		return fail_as(argv[2], connect_to(argv[1]), &mem) ? 0 : 2;
	state = strtoull(argv[2], NULL, 10);
	until = time(NULL) + strtol(argv[3], NULL, 10);
	while (time(NULL) < until) {
		int s = argc == 5 ? accept_at(argv[1], &listener) : connect_to(argv[1]);

		if (s < 0) {
			usleep(20000);
			continue;
		}
		if (connections++ % 2 == 0)
			random_messages(s, &mem);
		else
			random_rings(s, &mem);
		close(s);
	}
	printf("%u connections\n", connections);
	return 0;
}
