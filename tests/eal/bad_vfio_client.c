/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Machines that do to a vfio-user device what they should not.
 *
 * bad_vfio_client check DEVICE OTHER PID: requests whose answers are known, right and wrong ones; the
 * process PID has both devices and ends up with as many descriptors as before. OTHER answers meanwhile.
 *
 * bad_vfio_client random DEVICE SEED SECONDS: random messages, registers and rings. It ends by itself;
 * what matters is that the device goes on.
 *
 * bad_vfio_client WORD DEVICE: a driver that fails in the way that the word says, and then leaves.
 */
#include "tests/eal/vfio_guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <linux/virtio_pci.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum { MESSAGE_MAX = 4096, LINGER_US = 300000 };

static uint64_t state = 1;

/* Steele, Lea, Flood: splitmix64. */
static uint64_t random64(void)
{
	uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void expect_error(struct guest *g, const char *what, unsigned got, unsigned wanted)
{
	if (got != wanted)
		guest_fail(g, "%s: %s, not %s", what, got == 0 ? "done" : strerror((int)got),
			wanted == 0 ? "done" : strerror((int)wanted));
}

static void expect_refusal(struct guest *g, const char *what, unsigned got)
{
	if (got == 0)
		guest_fail(g, "%s: done, not refused", what);
}

/* An error, or the end of the connection. */
static void expect_end(const char *path, const char *what, int s)
{
	struct guest_header h;
	ssize_t n = recv(s, &h, sizeof(h), MSG_WAITALL);

	if (n < 0 ? errno != ECONNRESET : n > 0 && (h.flags & GUEST_IS_ERROR) == 0)
		guest_fail_at(path, "%s: not refused (%zd bytes)", what, n);
}

static unsigned count_descriptors(const char *pid)
{
	char path[64];
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	d = opendir(path);
	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

static void check_memory(struct guest *g)
{
	const uint64_t far = UINT64_C(1) << 32, mib = 1 << 20;

	expect_error(g, "map over a region",
		guest_map(g, GUEST_HIGH_AT, GUEST_HIGH_LEN, GUEST_HIGH_AT, g->ram_fd), EEXIST);
	expect_error(g, "map over part of a region",
		guest_map(g, GUEST_HIGH_AT + mib, mib, 0, g->ram_fd), EEXIST);
	expect_refusal(g, "map nothing", guest_map(g, far, 0, 0, g->ram_fd));
	expect_refusal(
		g, "map round the end", guest_map(g, UINT64_MAX - mib + 1, 2 * mib, 0, g->ram_fd));
	expect_refusal(g, "map beyond the file's end",
		guest_map(g, far, mib, GUEST_RAM_LEN - mib / 2, g->ram_fd));
	expect_refusal(g, "map far beyond the file's end",
		guest_map(g, far, mib, UINT64_MAX - mib + 1, g->ram_fd));
	expect_refusal(g, "map an event", guest_map(g, far, mib, 0, g->event[0]));
	expect_error(g, "map above 4 GiB", guest_map(g, far, mib, 0, g->ram_fd), 0);
	expect_refusal(g, "unmap half a region", guest_unmap(g, far, mib / 2));
	expect_refusal(g, "unmap what is not mapped", guest_unmap(g, 2 * far, mib));
	expect_error(g, "unmap above 4 GiB", guest_unmap(g, far, mib), 0);
	expect_refusal(g, "unmap it again", guest_unmap(g, far, mib));
}

static void unmap_all(struct guest *g)
{
	struct vfio_iommu_type1_dma_unmap all = { .argsz = sizeof(all),
		.flags = VFIO_DMA_UNMAP_FLAG_ALL },
					  answer;

	expect_error(g, "unmap all",
		guest_ask(g, GUEST_DMA_UNMAP, &all, sizeof(all), &answer, sizeof(answer)), 0);
	expect_refusal(g, "unmap after all", guest_unmap(g, 0, GUEST_LOW_LEN));
	expect_error(g, "map after all", guest_map(g, 0, GUEST_LOW_LEN, 0, g->ram_fd), 0);
	guest_map_high(g);
}

static void check_regions(struct guest *g)
{
	uint8_t bytes[MESSAGE_MAX];
	uint32_t none[8] = { sizeof(none), 0, 1000 };

	expect_refusal(g, "read beyond the configuration space",
		guest_access(g, false, 7, g->region_len[7] - 2, bytes, 4));
	expect_refusal(
		g, "read round the end", guest_access(g, false, 7, UINT64_MAX - 1, bytes, 4));
	expect_refusal(g, "write beyond a BAR",
		guest_access(g, true, g->common.region, g->region_len[g->common.region], bytes, 4));
	expect_refusal(g, "read a region that is empty", guest_access(g, false, 6, 0, bytes, 4));
	expect_refusal(
		g, "read a region that is not there", guest_access(g, false, 99, 0, bytes, 4));
	expect_refusal(g, "region that is not there",
		guest_ask(g, GUEST_GET_REGION_INFO, none, sizeof(none), none, sizeof(none)));
	none[0] = 16;
	expect_refusal(g, "interrupt that is not there",
		guest_ask(g, GUEST_GET_IRQ_INFO, none, 16, none, 16));
	expect_refusal(
		g, "command that is not there", guest_ask(g, GUEST_NO_COMMAND, NULL, 0, NULL, 0));
	expect_error(g, "vector that is not there", guest_set_irqs(g, g->nb_vectors, 1, g->event),
		EINVAL);
	expect_error(
		g, "vectors round the end", guest_set_irqs(g, UINT32_MAX, 2, g->event), EINVAL);
}

/* Each field as virtio 1.2, section 4.1.4.3 says; what drivers may not write stays. */
static void check_registers(struct guest *g)
{
	uint32_t status = offsetof(struct virtio_pci_common_cfg, device_status);
	uint32_t select = offsetof(struct virtio_pci_common_cfg, queue_select);
	uint32_t size = offsetof(struct virtio_pci_common_cfg, queue_size);
	uint32_t queues = offsetof(struct virtio_pci_common_cfg, num_queues);
	uint32_t vector = offsetof(struct virtio_pci_common_cfg, queue_msix_vector);
	uint64_t nb = guest_get(g, &g->common, queues, 2), of_queue;
	uint32_t id = guest_config(g, PCI_VENDOR_ID, 4);

	guest_set_config(g, PCI_VENDOR_ID, 4, 0);
	if (guest_config(g, PCI_VENDOR_ID, 4) != id)
		guest_fail(g, "its vendor can be written");
	guest_put(g, &g->common, queues, 2, 77);
	if (guest_get(g, &g->common, queues, 2) != nb)
		guest_fail(g, "its number of queues can be written");
	guest_put(g, &g->common, select, 2, nb);
	if (guest_get(g, &g->common, size, 2) != 0)
		guest_fail(g, "a queue that is not there has a size");
	guest_put(g, &g->common, select, 2, 0);
	of_queue = guest_get(g, &g->common, size, 2);
	guest_put(g, &g->common, vector, 2, g->nb_vectors);
	if (guest_get(g, &g->common, vector, 2) != 0xffff)
		guest_fail(g, "a vector that is not there is taken");
	guest_put(g, &g->common, size, 2, 3);
	guest_put(g, &g->common, status, 1, 0);
	guest_put(g, &g->common, select, 2, 0);
	if (guest_get(g, &g->common, size, 2) != of_queue)
		guest_fail(g, "a queue's size after reset is not what it was");
	/* Features that it does not have. */
	guest_put(g, &g->common, status, 1, 3);
	guest_put(
		g, &g->common, offsetof(struct virtio_pci_common_cfg, guest_feature_select), 4, 1);
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, guest_feature), 4,
		0x80000001);
	guest_put(g, &g->common, status, 1, 11);
	if ((guest_get(g, &g->common, status, 1) & 8) != 0)
		guest_fail(g, "it agrees to features that it does not offer");
	guest_put(g, &g->common, status, 1, 0);
}

/* By the capability for BIOSes: virtio 1.2, section 4.1.4.9. */
static void check_window(struct guest *g)
{
	uint32_t at = guest_config(g, PCI_CAPABILITY_LIST, 1), value;
	uint32_t device_features = offsetof(struct virtio_pci_common_cfg, device_feature);

	while (at != 0 && (guest_config(g, at, 1) != PCI_CAP_ID_VNDR ||
				  guest_config(g, at + 3, 1) != VIRTIO_PCI_CAP_PCI_CFG))
		at = guest_config(g, at + 1, 1);
	if (at == 0)
		guest_fail(g, "no capability to reach BARs by");
	guest_set_config(g, at + 4, 1, g->common.region);
	guest_set_config(g, at + 8, 4, g->common.at + device_features);
	guest_set_config(g, at + 12, 4, 4);
	value = guest_config(g, at + 16, 4);
	if (value != guest_get(g, &g->common, device_features, 4))
		guest_fail(g, "%#x is read by the capability to reach BARs by", value);
	/* Where nothing is, nothing happens. */
	guest_set_config(g, at + 8, 4, 0xfffffff0);
	guest_config(g, at + 16, 4);
	guest_set_config(g, at + 16, 4, 1);
	guest_set_config(g, at + 4, 1, 9);
	guest_config(g, at + 16, 4);
}

static void check_pieces(struct guest *g)
{
	struct guest_header h = { .id = 0x1234, .command = GUEST_REGION_READ, .size = 32 };
	const struct {
		uint64_t at;
		uint32_t region, count;
	} body = { 0, 7, 4 };
	uint8_t message[3 * 32], answer[64];
	size_t got = sizeof(answer);

	memcpy(message, &h, 16);
	memcpy(message + 16, &body, 16);
	for (int i = 0; i < 32; i++) {
		if (guest_send(g->s, message + i, 1, NULL, 0) != 0)
			guest_fail(g, "a message in pieces is not taken");
		if (i % 8 == 0)
			usleep(1000);
	}
	expect_error(g, "message in pieces", guest_reply(g, GUEST_REGION_READ, answer, &got), 0);
	for (size_t i = 32; i < sizeof(message); i++)
		message[i] = message[i - 32];
	guest_send(g->s, message, sizeof(message), NULL, 0);
	for (int i = 0; i < 3; i++) {
		got = sizeof(answer);
		expect_error(g, "one of three messages at once",
			guest_reply(g, GUEST_REGION_READ, answer, &got), 0);
	}
}

static void check_posted(struct guest *g)
{
	struct {
		uint64_t at;
		uint32_t region, count;
		uint8_t value;
	} body = { g->common.at + offsetof(struct virtio_pci_common_cfg, device_status),
		g->common.region, 1, 3 };

	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, device_status), 1, 1);
	guest_request(g, GUEST_REGION_WRITE, GUEST_NO_REPLY, &body, 17, NULL, 0);
	if (guest_get(g, &g->common, offsetof(struct virtio_pci_common_cfg, device_status), 1) != 3)
		guest_fail(g, "a posted write is lost");
	body.region = 99;
	guest_request(g, GUEST_REGION_WRITE, GUEST_NO_REPLY, &body, 17, NULL, 0);
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, device_status), 1, 0);
}

/* Messages after which nothing that follows can be understood. */
static void check_nonsense(const char *path)
{
	static const struct {
		const char *what;
		struct guest_header h;
		unsigned nb_fds;
	} cases[] = {
		{ "smaller than its header", { 1, GUEST_VERSION, 15, 0, 0 }, 0 },
		{ "no size", { 1, GUEST_VERSION, 0, 0, 0 }, 0 },
		{ "2 GiB", { 1, GUEST_VERSION, 0x80000000, 0, 0 }, 0 },
		{ "all bits", { 1, GUEST_VERSION, 0xffffffff, 0, 0 }, 0 },
		{ "not a version first", { 1, GUEST_GET_INFO, 16, 0, 0 }, 0 },
		{ "a reply that nobody asked for", { 1, GUEST_VERSION, 16, 1, 0 }, 0 },
		{ "more descriptors than it takes", { 1, GUEST_VERSION, 16, 0, 0 }, 16 },
	};
	int fds[16];

	for (int i = 0; i < 16; i++)
		fds[i] = eventfd(0, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int s = guest_connect(path, 5000);

		if (s < 0)
			guest_fail_at(path, "%s: no connection", cases[i].what);
		guest_send(s, &cases[i].h, sizeof(cases[i].h), fds, cases[i].nb_fds);
		expect_end(path, cases[i].what, s);
		close(s);
	}
	for (int i = 0; i < 16; i++)
		close(fds[i]);
}

/* Of the right command, but not of its form: an error or the end of the connection, and no more. */
static void check_sizes(const char *path)
{
	enum { WORDS = 12 };
	static const struct {
		const char *what;
		uint16_t command;
		uint16_t len;
		unsigned nb_fds;
		uint32_t body[WORDS];
	} cases[] = {
		{ "map without a size", GUEST_DMA_MAP, 24, 1, { 32, 3 } },
		{ "map that is empty", GUEST_DMA_MAP, 0, 1, { 0 } },
		{ "map with two descriptors", GUEST_DMA_MAP, 32, 2, { 32, 3, 0, 0, 0, 2, 4096 } },
		{ "unmap without a size", GUEST_DMA_UNMAP, 16, 0, { 24 } },
		{ "region information of nothing", GUEST_GET_REGION_INFO, 8, 0, { 32 } },
		{ "interrupt information of nothing", GUEST_GET_IRQ_INFO, 4, 0, { 16 } },
		{ "interrupts without numbers", GUEST_SET_IRQS, 12, 1, { 20, 36, 2 } },
		{ "3 interrupts, 1 event", GUEST_SET_IRQS, 20, 1, { 20, 36, 2, 0, 3 } },
		{ "1 interrupt, 3 events", GUEST_SET_IRQS, 20, 3, { 20, 36, 2, 0, 1 } },
		{ "all interrupts that there are", GUEST_SET_IRQS, 20, 1,
			{ 20, 36, 2, 0, 0xffffffff } },
		{ "no kind of data", GUEST_SET_IRQS, 20, 1, { 20, 32, 2, 0, 1 } },
		{ "every action at once", GUEST_SET_IRQS, 20, 1, { 20, 63, 2, 0, 1 } },
		{ "booleans that are missing", GUEST_SET_IRQS, 20, 0, { 20, 34, 2, 0, 3 } },
		{ "read without a length", GUEST_REGION_READ, 12, 0, { 0, 0, 7 } },
		{ "read of 2 GiB", GUEST_REGION_READ, 16, 0, { 0, 0, 7, 0x80000000 } },
		{ "write of nothing that is there", GUEST_REGION_WRITE, 16, 0, { 4, 0, 7, 4 } },
		{ "write of more than is there", GUEST_REGION_WRITE, 18, 0, { 4, 0, 7, 4 } },
		{ "write of 4 GiB", GUEST_REGION_WRITE, 20, 0, { 4, 0, 7, 0xffffffff } },
		{ "a second version", GUEST_VERSION, 3, 0, { 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guest g = { .path = path, .buffer_len = GUEST_STRIDE };

		guest_open(&g);
		guest_start(&g);
		guest_request(&g, cases[i].command, 0, cases[i].body, cases[i].len, g.event,
			cases[i].nb_fds);
		expect_end(path, cases[i].what, g.s);
		guest_close(&g);
	}
}

/* Descriptors where none belong are closed, and change nothing. */
static void check_descriptors(struct guest *g)
{
	const uint32_t body[4] = { 16, 0, 0, 0 };
	int fds[4] = { g->event[0], g->event[1], g->event[2], g->ram_fd };
	uint8_t answer[64];

	for (int i = 0; i < 100; i++) {
		size_t got = sizeof(answer);

		guest_request(g, GUEST_GET_INFO, 0, body, 16, fds, 4);
		guest_reply(g, GUEST_GET_INFO, answer, &got);
	}
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A client that asks and asks and does not look at replies: others are answered all the same. */
static void check_deafness(struct guest *g, struct guest *other)
{
	const struct {
		struct guest_header h;
		uint64_t at;
		uint32_t region, count;
	} ask = { { 7, GUEST_REGION_READ, 32, 0, 0 }, 0, 7, 256 };
	double until = seconds_now() + 1.0;
	unsigned asked = 0;

	fcntl(g->s, F_SETFL, O_NONBLOCK);
	while (seconds_now() < until) {
		for (int i = 0; i < 1000; i++)
			asked += send(g->s, &ask, sizeof(ask), MSG_NOSIGNAL) == sizeof(ask);
		double before = seconds_now();

		guest_config(other, 0, 4);
		if (seconds_now() - before > 1.0)
			guest_fail(other, "an answer took %.1f s", seconds_now() - before);
	}
	if (asked < 100)
		guest_fail(g, "only %u requests were taken", asked);
}

/* One after the other; who comes too early waits or is refused. */
static void check_second(struct guest *g)
{
	int s = guest_connect(g->path, 0);
	struct pollfd p = { s, POLLIN, 0 };

	guest_config(g, 0, 4);
	if (s >= 0 && poll(&p, 1, 200) != 0 && (p.revents & POLLHUP) == 0)
		guest_fail(g, "a second client is answered");
	if (s >= 0)
		close(s);
	guest_config(g, 0, 4);
}

static int check_device(const char *path, const char *other_path, const char *pid)
{
	struct guest g = { .path = path, .buffer_len = GUEST_STRIDE };
	struct guest other = { .path = other_path, .buffer_len = GUEST_STRIDE };
	unsigned before = count_descriptors(pid), after;

	guest_open(&other);
	guest_start(&other);
	guest_open(&g);
	guest_greet(&g);
	check_registers(&g);
	check_window(&g);
	check_memory(&g);
	check_regions(&g);
	check_pieces(&g);
	check_posted(&g);
	check_descriptors(&g);
	check_second(&g);
	unmap_all(&g);
	/* No back end is there: it is a device all the same. */
	guest_start(&g);
	guest_stop(&g, true);
	guest_start(&g);
	guest_stop(&g, false);
	guest_close(&g);
	check_nonsense(path);
	check_sizes(path);
	guest_open(&g);
	guest_start(&g);
	check_deafness(&g, &other);
	guest_close(&g);
	guest_open(&g); /* it is there again */
	guest_start(&g);
	guest_close(&g);
	guest_close(&other);
	for (int t = 0; (after = count_descriptors(pid)) != before; t++) {
		if (t == 3000)
			guest_fail(&g, "descriptors of %s: %u, then %u", pid, before, after);
		usleep(1000);
	}
	return 0;
}

/* ------------------------------------------------------------- random */

/* Often what it should be, often nearly so. */
static uint32_t likely_size(unsigned command)
{
	static const uint8_t sizes[] = { 16, 20, 48, 40, 32, 48, 32, 32, 36, 32, 36, 32, 32, 16,
		16 };
	uint32_t size = command < sizeof(sizes) ? sizes[command] : 16;

	switch (random64() % 8) {
	case 0:
		return (uint32_t)random64() % MESSAGE_MAX;
	case 1:
		return size + (uint32_t)random64() % 8;
	case 2:
		return size - (uint32_t)random64() % 8;
	default:
		return size;
	}
}

static uint64_t likely_word(void)
{
	switch (random64() % 6) {
	case 0:
		return random64();
	case 1:
		return random64() & 0xffffffff;
	case 2:
		return (random64() % 64) << 12;
	case 3:
		return GUEST_HIGH_AT + random64() % GUEST_HIGH_LEN;
	default:
		return random64() % 40;
	}
}

static void random_messages(struct guest *g)
{
	for (int i = 0; i < 60; i++) {
		uint8_t message[MESSAGE_MAX + 16];
		struct guest_header h = { .id = (uint16_t)i,
			.command = (uint16_t)(random64() % 20),
			.flags = random64() % 8 == 0 ? (uint32_t)random64() : 0 };
		int event = eventfd(0, EFD_NONBLOCK), fds[12];
		unsigned nb = random64() % 2 == 0 ? (unsigned)(random64() % 12) : 0;
		size_t len;

		h.size = likely_size(h.command);
		len = h.size;
		if (random64() % 32 == 0)
			h.size = (uint32_t)random64();
		if (random64() % 32 == 0)
			len = random64() % 16;
		memcpy(message, &h, sizeof(h));
		for (size_t k = 16; k + 4 <= sizeof(message); k += 4) {
			uint32_t word = (uint32_t)likely_word();

			memcpy(message + k, &word, 4);
		}
		for (unsigned k = 0; k < nb; k++)
			fds[k] = random64() % 2 == 0 ? g->ram_fd : event;
		if (guest_send(g->s, message, len, fds, nb) != 0)
			i = 60;
		while (random64() % 4 != 0 &&
			recv(g->s, message, sizeof(message), MSG_DONTWAIT) > 0)
			;
		close(event);
	}
}

/* A write that the device may refuse, but must not die of. */
static void random_register(struct guest *g)
{
	static const uint32_t widths[] = { 1, 2, 4, 8 };
	uint64_t value = likely_word(), at;
	uint32_t region, width = widths[random64() % 4];

	switch (random64() % 4) {
	case 0:
		region = VFIO_PCI_CONFIG_REGION_INDEX;
		at = random64() % 256;
		break;
	case 1:
		region = g->notify.region;
		at = g->notify.at + random64() % g->notify.len;
		break;
	default:
		region = g->common.region;
		at = g->common.at + random64() % g->common.len;
	}
	guest_access(g, true, region, at, &value, width);
	guest_access(g, false, region, at, &value, width);
}

static void random_rings(struct guest *g)
{
	for (int k = 0; k < 64; k++) {
		uint64_t word = likely_word(), at = random64() % (2 * GUEST_QUEUE_LEN - 8);

		/* Indices and the first descriptors are what counts. */
		if (random64() % 2 == 0)
			at = (at & ~(uint64_t)0x1fff) + random64() % 64;
		memcpy(g->ram + GUEST_HIGH_AT + at, &word, sizeof(word));
	}
}

/* In good order; then ever less so. What the device answers is as it should be all the time. */
static void random_driver(struct guest *g)
{
	unsigned kind = (unsigned)(random64() % 3);

	guest_start(g);
	for (int i = 0; i < 100; i++) {
		if (kind != 0)
			random_rings(g);
		if (kind != 1)
			random_register(g);
		if (random64() % 8 == 0)
			guest_put(g, &g->notify, 0, 2, random64() % 3);
		if (random64() % 32 == 0 && guest_unmap(g, GUEST_HIGH_AT, GUEST_HIGH_LEN) == 0)
			guest_map_high(g);
		if (random64() % 32 == 0)
			guest_set_irqs(g, (uint32_t)(random64() % 4), 1,
				random64() % 2 == 0 ? NULL : g->event);
		usleep(200);
	}
}

static int be_random(const char *path, const char *seed, const char *seconds)
{
	time_t until = time(NULL) + strtol(seconds, NULL, 10);
	unsigned connections = 0;

	state = strtoull(seed, NULL, 10);
	while (time(NULL) < until) {
		struct guest g = { .path = path, .buffer_len = GUEST_STRIDE };

		guest_open(&g);
		if (connections++ % 2 == 0)
			random_messages(&g);
		else
			random_driver(&g);
		guest_close(&g);
	}
	printf("%u connections\n", connections);
	return 0;
}

/* ------------------------------------------------------------- drivers that fail */

static void bad_send(struct guest *g, struct vring_desc desc)
{
	g->tx.desc[0] = desc;
	g->tx.avail->ring[0] = 0;
	g->tx.next = 1;
	guest_publish(g, &g->tx, 1);
}

static void use_outside_memory(struct guest *g)
{
	bad_send(g, (struct vring_desc){ .addr = UINT64_C(1) << 40, .len = 76 });
	for (unsigned i = 0; i < g->rx.size; i++)
		g->rx.desc[i].addr = GUEST_RAM_LEN - 100; /* it begins inside */
}

static void use_endless_chain(struct guest *g)
{
	bad_send(g, (struct vring_desc){
			    .addr = GUEST_BUFFERS_AT, .len = 1, .flags = VRING_DESC_F_NEXT });
	for (unsigned i = 0; i < g->rx.size; i++) {
		g->rx.desc[i].len = 1;
		g->rx.desc[i].flags |= VRING_DESC_F_NEXT;
		g->rx.desc[i].next = (uint16_t)i;
	}
}

static void use_long_chain(struct guest *g)
{
	for (uint16_t i = 0; i < g->tx.size; i++)
		g->tx.desc[i] = (struct vring_desc){ .addr = GUEST_BUFFERS_AT,
			.len = 0xffffffff,
			.flags = VRING_DESC_F_NEXT,
			.next = (uint16_t)((i + 1) % g->tx.size) };
	bad_send(g, g->tx.desc[0]);
}

static void use_no_descriptor(struct guest *g)
{
	g->tx.avail->ring[0] = 0xffff;
	g->tx.next = 1;
	guest_publish(g, &g->tx, 1);
	for (unsigned i = 0; i < g->rx.size; i++)
		g->rx.avail->ring[i] = (uint16_t)(0x8000 + i);
}

static void use_index(struct guest *g)
{
	g->tx.avail->idx = 40000;
	g->rx.avail->idx = (uint16_t)(g->rx.avail->idx + 40000);
	guest_put(g, &g->notify, g->tx.bell, 2, 1);
}

static void use_indirection(struct guest *g)
{
	bad_send(g, (struct vring_desc){
			    .addr = GUEST_HIGH_AT, .len = 32, .flags = VRING_DESC_F_INDIRECT });
}

static void set_address(struct guest *g, uint16_t queue, uint64_t at, uint16_t size)
{
	const uint32_t fields[] = { offsetof(struct virtio_pci_common_cfg, queue_desc_lo),
		offsetof(struct virtio_pci_common_cfg, queue_avail_lo),
		offsetof(struct virtio_pci_common_cfg, queue_used_lo) };

	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, queue_select), 2, queue);
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, queue_size), 2, size);
	for (int i = 0; i < 3; i++) {
		guest_put(g, &g->common, fields[i], 4, at & 0xffffffff);
		guest_put(g, &g->common, fields[i] + 4, 4, at >> 32);
	}
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, queue_enable), 2, 1);
}

/* Queues where at is; not through guest_start, whose queues are good. */
static void start_with_rings(struct guest *g, uint64_t at, uint16_t size)
{
	guest_stop(g, false);
	guest_greet(g);
	set_address(g, 0, at, size);
	set_address(g, 1, at, size);
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, device_status), 1, 15);
}

static void use_rings_outside(struct guest *g)
{
	start_with_rings(g, UINT64_C(1) << 41, 256);
}

static void use_rings_at_end(struct guest *g)
{
	start_with_rings(g, GUEST_RAM_LEN - 64, 256);
}

static void use_odd_rings(struct guest *g)
{
	start_with_rings(g, GUEST_HIGH_AT + 1, 256);
}

static void use_odd_size(struct guest *g)
{
	start_with_rings(g, GUEST_HIGH_AT, 3);
}

static void use_large_size(struct guest *g)
{
	start_with_rings(g, GUEST_HIGH_AT, 0xffff);
}

/* DRIVER_OK without all that comes before it. */
static void use_no_features(struct guest *g)
{
	guest_stop(g, false);
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, device_status), 1, 15);
	set_address(g, 0, GUEST_HIGH_AT, 256);
	set_address(g, 1, GUEST_HIGH_AT, 256);
	guest_put(g, &g->common, offsetof(struct virtio_pci_common_cfg, device_status), 1, 15);
}

/* Memory goes while it is used, and does not come back. */
static void use_no_memory(struct guest *g)
{
	guest_unmap_high(g);
	guest_put(g, &g->notify, g->tx.bell, 2, 1);
}

/* What is mapped is no longer in its file; then it is again, as new. Nobody here looks meanwhile. */
static void use_shrunk_memory(struct guest *g)
{
	if (ftruncate(g->ram_fd, 0) != 0)
		guest_fail(g, "its memory's file does not shrink");
	usleep(LINGER_US);
	if (ftruncate(g->ram_fd, GUEST_RAM_LEN) != 0)
		guest_fail(g, "its memory's file does not grow");
}

static const struct {
	const char *word;
	void (*act)(struct guest *g);
} faults[] = { { "outside", use_outside_memory }, { "endless", use_endless_chain },
	{ "long", use_long_chain }, { "descriptor", use_no_descriptor }, { "index", use_index },
	{ "indirect", use_indirection }, { "rings-outside", use_rings_outside },
	{ "rings-at-end", use_rings_at_end }, { "odd-rings", use_odd_rings },
	{ "odd-size", use_odd_size }, { "large-size", use_large_size },
	{ "no-features", use_no_features }, { "no-memory", use_no_memory },
	{ "shrunk-memory", use_shrunk_memory } };

/* It fails, is looked at for a while, and is then as good as others after a reset. */
static int fail_as(const char *word, const char *path)
{
	struct guest g = { .path = path, .buffer_len = GUEST_STRIDE };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strcmp(word, "all") != 0 && strcmp(word, faults[i].word) != 0)
			continue;
		fprintf(stderr, "%s\n", faults[i].word);
		guest_open(&g);
		guest_start(&g);
		usleep(LINGER_US / 3);
		faults[i].act(&g);
		usleep(LINGER_US);
		if (faults[i].act == use_no_memory)
			guest_map_high(&g);
		guest_stop(&g, i % 2 == 0);
		guest_start(&g);
		guest_close(&g);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "check") == 0)
		return check_device(argv[2], argv[3], argv[4]);
	if (argc == 5 && strcmp(argv[1], "random") == 0)
		return be_random(argv[2], argv[3], argv[4]);
	if (argc == 3)
		return fail_as(argv[1], argv[2]);
	fputs("usage: bad_vfio_client check DEVICE OTHER PID | random DEVICE SEED SECONDS | "
	      "WORD DEVICE\n",
		stderr);
	return 2;
}
