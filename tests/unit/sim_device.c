/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Devices of virtual machines between a client and a back end, both small and of one thread: what a
 * driver does reaches the back end, frames go round, either side comes, goes and lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <linux/vfio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "sim/device/device.h"
#include "sim/device/virtio_nic.h"
#include "tests/unit/fake_back_end.h"
#include "tests/unit/fake_vfio_client.h"

enum {
	GUESTS = 2,
	VECTORS = 3,
	SIZE = 64, /* descriptors */
	MEMORY = 1 << 20,
	RINGS = 0x1000, /* each ring at a multiple of it */
	BUFS = 0x10000,
	BUF_LEN = 2048,
	HEADER = 12,
	TURNS = 3000,
	EVENTFDS = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
};

static const uint64_t base_address = 0x100000; /* guest address of the memory */

struct world {
	char *dir, *path[GUESTS + 1], *back_path[GUESTS + 1];
	struct devices *devices;
	struct vfio_client client;
	struct back_end back;
	int mem_fd, call_fd[VECTORS];
	uint8_t *mem;
	unsigned nb_lines;
};

/* Lines that devices say, counted and kept. */
static char last_line[256];
static unsigned nb_lines;

static void keep_line(const char *text)
{
	g_strlcpy(last_line, text, sizeof(last_line));
	nb_lines++;
}

static void open_world(struct world *w)
{
	struct device_cfg cfg = { .base_mac = { 0x52, 0x54, 0, 0, 0, 0xff },
		.descriptors = 256,
		.pairs = 1,
		.say = keep_line };
	g_autoptr(GError) error = NULL;
	struct stat st;

	memset(w, 0, sizeof(*w));
	w->dir = g_dir_make_tmp("sim_device-XXXXXX", NULL);
	for (unsigned i = 0; i < GUESTS; i++) {
		w->path[i] = g_strdup_printf("%s/d%u", w->dir, i);
		w->back_path[i] = g_strdup_printf("%s/b%u", w->dir, i);
	}
	cfg.device_paths = w->path;
	cfg.back_end_paths = w->back_path;
	w->devices = devices_new(&cfg, &error);
	if (w->devices == NULL)
		fail_msg("%s", error->message);
	assert_int_equal(stat(w->path[1], &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	w->mem_fd = memfd_create("guest", MFD_CLOEXEC);
	assert_int_equal(ftruncate(w->mem_fd, MEMORY), 0);
	w->mem = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, w->mem_fd, 0);
	for (unsigned i = 0; i < VECTORS; i++)
		w->call_fd[i] = eventfd(0, EFD_NONBLOCK);
	back_init(&w->back, BACK_VERSION_1 | BACK_PROTOCOL | 1 << 15);
	w->back.listen_fd = back_socket(w->back_path[0], TRUE);
	w->client.fd = -1;
	nb_lines = 0;
}

static void close_world(struct world *w)
{
	devices_free(w->devices);
	back_hang_up(&w->back);
	back_close_fd(&w->back.listen_fd);
	vfio_client_close(&w->client);
	g_unlink(w->back_path[0]);
	for (unsigned i = 0; i < GUESTS; i++) {
		assert_false(g_file_test(w->path[i], G_FILE_TEST_EXISTS));
		g_free(w->path[i]);
		g_free(w->back_path[i]);
	}
	for (unsigned i = 0; i < VECTORS; i++)
		close(w->call_fd[i]);
	munmap(w->mem, MEMORY);
	close(w->mem_fd);
	assert_int_equal(g_rmdir(w->dir), 0);
	g_free(w->dir);
}

/* Both sides of the device have their turns. */
static void take_turns(struct world *w, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++) {
		devices_look(w->devices, 0);
		if (w->back.fd < 0 && w->back.listen_fd >= 0)
			w->back.fd = accept4(w->back.listen_fd, NULL, NULL, SOCK_NONBLOCK);
		while (w->back.fd >= 0) {
			int heard = back_hear(&w->back);

			if (heard < 0)
				back_hang_up(&w->back);
			if (heard <= 0)
				break;
		}
	}
}

/* The reply's errno; -1: the connection has ended, -2: no reply. */
static int await_reply(struct world *w)
{
	for (unsigned i = 0; i < 100; i++) {
		int heard;

		take_turns(w, 1);
		heard = vfio_client_hear(&w->client);
		if (heard < 0)
			return -1;
		if (heard > 0)
			return (int)w->client.header.error;
	}
	return -2;
}

static int ask(struct world *w, uint16_t command, const void *body, size_t len, const int *fds,
	unsigned nb_fds)
{
	int error;

	if (!vfio_client_send(&w->client, command, 0, body, len, fds, nb_fds))
		return -1;
	error = await_reply(w);
	if (error >= 0) {
		assert_int_equal(w->client.header.id, (uint16_t)(command * 7));
		assert_int_equal(w->client.header.command, command);
		assert_int_equal(w->client.header.flags, error == 0 ? 1 : 0x21);
	}
	return error;
}

static void connect_client(struct world *w)
{
	static const char version[] = "\0\0\1\0{\"capabilities\":{\"max_msg_fds\":8}}";

	vfio_client_connect(&w->client, w->path[0]);
	assert_int_equal(ask(w, VFIO_USER_VERSION, version, sizeof(version), NULL, 0), 0);
	assert_int_equal(w->client.body[w->client.header.size - 17], 0);
	assert_non_null(strstr((const char *)w->client.body + 4, "\"max_msg_fds\":8"));
}

static void write_register(struct world *w, uint32_t at, uint32_t len, uint64_t value)
{
	uint8_t body[24] = { 0 };
	const uint32_t access[4] = { at, 0, 0, len };

	memcpy(body, access, sizeof(access));
	memcpy(body + 16, &value, len);
	assert_int_equal(ask(w, VFIO_USER_REGION_WRITE, body, 16 + len, NULL, 0), 0);
}

static uint64_t read_register(struct world *w, uint32_t at, uint32_t len)
{
	const uint32_t access[4] = { at, 0, 0, len };
	uint64_t value = 0;

	assert_int_equal(ask(w, VFIO_USER_REGION_READ, access, sizeof(access), NULL, 0), 0);
	assert_int_equal(w->client.header.size, 32 + len);
	memcpy(&value, w->client.body + 16, len);
	return value;
}

static int map_memory(struct world *w, uint64_t address, uint64_t size, uint64_t offset, int fd)
{
	const uint64_t body[4] = { 32 | 3ULL << 32, offset, address, size };

	return ask(w, VFIO_USER_DMA_MAP, body, sizeof(body), &fd, fd >= 0);
}

static int unmap_memory(struct world *w, uint64_t address, uint64_t size, uint32_t flags)
{
	const uint64_t body[3] = { 24 | (uint64_t)flags << 32, address, size };

	return ask(w, VFIO_USER_DMA_UNMAP, body, sizeof(body), NULL, 0);
}

static int set_irqs(struct world *w, uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
	const int *fds, unsigned nb_fds)
{
	const uint32_t body[5] = { 20, flags, index, start, count };

	return ask(w, VFIO_USER_DEVICE_SET_IRQS, body, sizeof(body), fds, nb_fds);
}

static int give_vectors(struct world *w, const int *fds)
{
	return set_irqs(
		w, EVENTFDS, VFIO_PCI_MSIX_IRQ_INDEX, 0, VECTORS, fds, fds == NULL ? 0 : VECTORS);
}

#define COMMON(name) ((uint32_t)offsetof(struct virtio_pci_common_cfg, name))

static struct vring_desc *descriptors(struct world *w, unsigned queue)
{
	return (struct vring_desc *)(void *)(w->mem + (3 * queue + 1) * RINGS);
}

static struct vring_avail *available(struct world *w, unsigned queue)
{
	return (struct vring_avail *)(void *)(w->mem + (3 * queue + 2) * RINGS);
}

static struct vring_used *used(struct world *w, unsigned queue)
{
	return (struct vring_used *)(void *)(w->mem + (3 * queue + 3) * RINGS);
}

/* The driver's rings as new; all receive buffers are there. */
static void fill_rings(struct world *w)
{
	memset(w->mem, 0, BUFS);
	for (unsigned i = 0; i < SIZE; i++) {
		descriptors(w, 0)[i] = (struct vring_desc){ .addr = base_address + BUFS +
								    (uint64_t)i * BUF_LEN,
			.len = BUF_LEN,
			.flags = VRING_DESC_F_WRITE };
		available(w, 0)->ring[i] = (uint16_t)i;
	}
	available(w, 0)->idx = SIZE / 2;
}

static uint64_t ring_address(unsigned queue, unsigned ring)
{
	return base_address + (3ULL * queue + ring) * RINGS;
}

static void enable_queue(struct world *w, uint16_t queue)
{
	write_register(w, COMMON(queue_select), 2, queue);
	write_register(w, COMMON(queue_size), 2, SIZE);
	write_register(w, COMMON(queue_msix_vector), 2, queue + 1U);
	write_register(w, COMMON(queue_desc_lo), 8, ring_address(queue, 1));
	write_register(w, COMMON(queue_avail_lo), 8, ring_address(queue, 2));
	write_register(w, COMMON(queue_used_lo), 8, ring_address(queue, 3));
	write_register(w, COMMON(queue_enable), 2, 1);
}

static void start_driver(struct world *w)
{
	fill_rings(w);
	write_register(w, COMMON(device_status), 1, 0);
	write_register(w, COMMON(device_status), 1, 3);
	write_register(w, COMMON(guest_feature_select), 4, 1);
	write_register(w, COMMON(guest_feature), 4, 1);
	write_register(w, COMMON(device_status), 1, 11);
	assert_int_equal(read_register(w, COMMON(device_status), 1), 11);
	enable_queue(w, 0);
	enable_queue(w, 1);
	write_register(w, COMMON(device_status), 1, 15);
}

static void map_and_start(struct world *w)
{
	connect_client(w);
	assert_int_equal(map_memory(w, base_address, MEMORY, 0, w->mem_fd), 0);
	assert_int_equal(give_vectors(w, w->call_fd), 0);
	start_driver(w);
}

static void await_back_end(struct world *w)
{
	for (unsigned i = 0; i < TURNS && !back_is_ready(&w->back); i++) {
		take_turns(w, 1);
		g_usleep(i > 10 ? 1000 : 0);
	}
	assert_true(back_is_ready(&w->back));
	take_turns(w, 3);
}

static uint64_t read_event(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

/* A frame to the guest, and one from it. */
static void exchange(struct world *w, uint8_t mark)
{
	uint16_t rx_used = used(w, 0)->idx, tx_used = used(w, 1)->idx;
	uint16_t slot = available(w, 1)->idx % SIZE;
	uint8_t *frame = w->mem + BUFS + (SIZE + slot) * BUF_LEN;
	uint8_t memory[BUF_LEN];
	void *own = memory;
	struct frame_slot f;

	assert_int_equal(splitq_reserve(&w->back.rx, &f, 1, 1514, &own), 1);
	assert_true(f.data >= w->back.mem.region[0].host &&
		    f.data < w->back.mem.region[0].host + MEMORY);
	memset(f.data, mark, 60);
	f.len = 60;
	assert_int_equal(splitq_commit(&w->back.rx, &f, 1, 1), 1);
	assert_int_equal(used(w, 0)->idx, (uint16_t)(rx_used + 1));
	assert_int_equal(used(w, 0)->ring[rx_used % SIZE].len, 60 + HEADER);
	assert_int_equal(
		w->mem[BUFS + used(w, 0)->ring[rx_used % SIZE].id * BUF_LEN + HEADER], mark);
	available(w, 0)
		->ring[available(w, 0)->idx % SIZE] = (uint16_t)used(w, 0)->ring[rx_used % SIZE].id;
	available(w, 0)->idx++;

	memset(frame, 0, HEADER);
	memset(frame + HEADER, mark + 1, 70);
	descriptors(w, 1)[slot] = (struct vring_desc){
		.addr = base_address + (uint64_t)(frame - w->mem), .len = HEADER + 70
	};
	available(w, 1)->ring[slot] = slot;
	available(w, 1)->idx++;
	assert_int_equal(splitq_receive(&w->back.tx, &f, 1, 1514), 1);
	assert_true(f.len == 70 && f.data[69] == (uint8_t)(mark + 1));
	splitq_release(&w->back.tx, &f, 1);
	assert_int_equal(used(w, 1)->idx, (uint16_t)(tx_used + 1));
}

static void device_is_described(void **state)
{
	const uint32_t argsz[4] = { 16 };
	uint32_t info[8];
	struct world w;

	(void)state;
	open_world(&w);
	vfio_client_connect(&w.client, w.path[1]);
	assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_INFO, argsz, 16, NULL, 0), EINVAL);
	vfio_client_close(&w.client);
	connect_client(&w);
	assert_int_equal(ask(&w, VFIO_USER_VERSION, "\0\0\0\0", 4, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_INFO, argsz, 16, NULL, 0), 0);
	memcpy(info, w.client.body, 16);
	assert_true(info[0] == 16 && info[1] == 3 && info[2] == 9 && info[3] == 5);
	for (uint32_t i = 0; i < 9; i++) {
		static const uint64_t len[9] = { VIRTIO_NIC_BAR0_LEN,
			VIRTIO_NIC_BAR1_LEN, [VFIO_PCI_CONFIG_REGION_INDEX] = 256 };
		const uint32_t region[8] = { 32, 0, i };
		uint64_t size;

		assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_REGION_INFO, region, 32, NULL, 0), 0);
		memcpy(info, w.client.body, 32);
		memcpy(&size, w.client.body + 16, 8);
		assert_int_equal(size, len[i]);
		assert_int_equal(info[1], len[i] == 0 ? 0 : 3);
	}
	for (uint32_t i = 0; i < 5; i++) {
		const uint32_t irq[4] = { 16, 0, i };

		assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_IRQ_INFO, irq, 16, NULL, 0), 0);
		memcpy(info, w.client.body, 16);
		assert_int_equal(info[3], i == VFIO_PCI_MSIX_IRQ_INDEX ? VECTORS : 0);
	}
	assert_int_equal(read_register(&w, VIRTIO_NIC_DEVICE + 4, 2), 0xff00);
	assert_int_equal(ask(&w, 6, NULL, 0, NULL, 0), ENOTSUP);
	assert_int_equal(ask(&w, 15, NULL, 0, NULL, 0), ENOTSUP);
	assert_int_equal(ask(&w, 0xffff, NULL, 0, NULL, 0), ENOTSUP);
	close_world(&w);
}

static void frames_go_round(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	map_and_start(&w);
	await_back_end(&w);
	assert_int_equal(w.back.agreed, BACK_VERSION_1 | BACK_PROTOCOL);
	/* Whatever happened before is made up for. */
	assert_int_equal(read_event(w.call_fd[1]), 1);
	assert_int_equal(read_event(w.call_fd[2]), 1);
	for (unsigned i = 0; i < 300; i++)
		exchange(&w, (uint8_t)i);
	assert_int_equal(read_event(w.call_fd[1]), 300);
	assert_int_equal(read_event(w.call_fd[2]), 300);
	assert_int_equal(read_event(w.call_fd[0]), 0);
	/* Kicks: of queue 1 alone; and by a message without reply. */
	write_register(&w, VIRTIO_NIC_NOTIFY + 4, 2, 1);
	assert_int_equal(read_event(w.back.kick[0]), 0);
	assert_int_equal(read_event(w.back.kick[1]), 1);
	close_world(&w);
}

/* Indices go on where the guest sees them, as the next back end comes. */
static void back_end_goes_and_another_comes(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	map_and_start(&w);
	for (unsigned life = 0; life < 3; life++) {
		await_back_end(&w);
		assert_int_equal(w.back.base[0], (uint16_t)(life * 90));
		assert_int_equal(w.back.base[1], (uint16_t)(life * 90));
		for (unsigned i = 0; i < 90; i++)
			exchange(&w, (uint8_t)i);
		back_hang_up(&w.back);
		/* Without a back end the device answers. */
		devices_look(w.devices, 0);
		assert_int_equal(read_register(&w, COMMON(device_status), 1), 15);
		write_register(&w, VIRTIO_NIC_NOTIFY, 2, 0);
	}
	assert_int_equal(nb_lines, 0);
	close_world(&w);
}

/* What takes memory away is answered when the back end has left the queues. */
static void unmap_waits_for_back_end(void **state)
{
	const uint64_t body[3] = { 24, base_address, MEMORY };
	struct world w;

	(void)state;
	open_world(&w);
	map_and_start(&w);
	await_back_end(&w);
	exchange(&w, 1);
	w.back.is_silent = TRUE;
	assert_true(
		vfio_client_send(&w.client, VFIO_USER_DMA_UNMAP, 0, body, sizeof(body), NULL, 0));
	assert_int_equal(await_reply(&w), -2);
	assert_int_equal(w.back.nb_heard[11], 2);
	assert_true(back_stop_queue(&w.back, 0) && await_reply(&w) == -2);
	assert_true(back_stop_queue(&w.back, 1) && await_reply(&w) == 0);
	w.back.is_silent = FALSE;
	assert_null(w.back.rx.desc);
	/* The rings have no memory now: they are not started until they have. */
	assert_non_null(strstr(last_line, "rings are not in shared memory"));
	assert_int_equal(map_memory(&w, base_address, MEMORY, 0, w.mem_fd), 0);
	await_back_end(&w);
	assert_int_equal(w.back.base[0], 1);
	exchange(&w, 9);
	/* And while it runs another piece comes and goes. */
	assert_int_equal(map_memory(&w, 1 << 30, 4096, 0, w.mem_fd), 0);
	await_back_end(&w);
	exchange(&w, 10);
	assert_int_equal(unmap_memory(&w, 1 << 30, 4096, 0), 0);
	await_back_end(&w);
	exchange(&w, 11);
	/* What is not shared disturbs nobody. */
	w.back.is_silent = TRUE;
	assert_int_equal(map_memory(&w, 1 << 30, 4096, 0, -1), 0);
	assert_int_equal(unmap_memory(&w, 1 << 30, 4096, 0), 0);
	exchange(&w, 12);
	close_world(&w);
}

static void resets_of_driver_and_device(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	map_and_start(&w);
	for (unsigned life = 0; life < 6; life++) {
		await_back_end(&w);
		assert_true(w.back.base[0] == 0 && w.back.base[1] == 0);
		for (unsigned i = 0; i < 70; i++)
			exchange(&w, (uint8_t)i);
		if (life % 2 == 0)
			write_register(&w, COMMON(device_status), 1, 0);
		else
			assert_int_equal(ask(&w, VFIO_USER_DEVICE_RESET, NULL, 0, NULL, 0), 0);
		assert_null(w.back.rx.desc);
		assert_int_equal(read_register(&w, COMMON(device_status), 1), 0);
		start_driver(&w);
	}
	close_world(&w);
}

/* Other interrupts are answered when the back end has left the ones before. */
static void interrupts_change(void **state)
{
	const int other[3] = { eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK),
		eventfd(0, EFD_NONBLOCK) };
	struct world w;

	(void)state;
	open_world(&w);
	map_and_start(&w);
	await_back_end(&w);
	exchange(&w, 1);
	read_event(w.call_fd[1]);
	assert_int_equal(give_vectors(&w, other), 0);
	exchange(&w, 2);
	assert_int_equal(read_event(w.call_fd[1]), 0);
	assert_int_equal(read_event(other[1]), 2); /* one to make up for lost ones */
	/* Masked, and not any more. */
	assert_int_equal(set_irqs(&w, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK,
				 VFIO_PCI_MSIX_IRQ_INDEX, 1, 1, NULL, 0),
		0);
	exchange(&w, 3);
	assert_int_equal(read_event(other[1]), 0);
	assert_int_equal(set_irqs(&w, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
				 VFIO_PCI_MSIX_IRQ_INDEX, 1, 1, NULL, 0),
		0);
	assert_int_equal(read_event(other[1]), 1);
	/* One of them alone, by its number; then all are taken away. */
	assert_int_equal(
		set_irqs(&w, EVENTFDS, VFIO_PCI_MSIX_IRQ_INDEX, 2, 1, &w.call_fd[2], 1), 0);
	read_event(w.call_fd[2]);
	exchange(&w, 4);
	assert_int_equal(read_event(w.call_fd[2]), 1);
	assert_int_equal(give_vectors(&w, NULL), 0);
	exchange(&w, 5);
	assert_int_equal(read_event(w.call_fd[2]), 0);
	assert_int_equal(give_vectors(&w, w.call_fd), 0);
	assert_int_equal(set_irqs(&w, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
				 VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, NULL, 0),
		0);
	assert_int_equal(read_event(w.call_fd[0]), 1);
	assert_int_equal(set_irqs(&w, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
				 VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL, 0),
		0);
	read_event(w.call_fd[1]);
	exchange(&w, 6);
	assert_int_equal(read_event(w.call_fd[1]), 0);
	for (unsigned i = 0; i < 3; i++)
		close(other[i]);
	close_world(&w);
}

static void client_goes_and_another_comes(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	map_and_start(&w);
	for (unsigned life = 0; life < 3; life++) {
		await_back_end(&w);
		assert_true(w.back.base[0] == 0 && w.back.base[1] == 0);
		exchange(&w, 1);
		vfio_client_close(&w.client);
		take_turns(&w, 3);
		assert_true(w.back.fd < 0); /* it was told */
		assert_non_null(strstr(last_line, "client has gone"));
		map_and_start(&w);
	}
	close_world(&w);
}

/* Each of these is answered with an error, and the device goes on. */
static void wrong_requests(void **state)
{
	uint8_t body[2048] = { 0 };
	const uint32_t too_much[4] = { 0, 0, VFIO_PCI_CONFIG_REGION_INDEX, 257 };
	const uint32_t no_region[4] = { 0, 0, 2, 4 };
	const uint32_t beyond[4] = { 0xffffffff, 0xffffffff, 0, 1 };
	const uint32_t long_write[4] = { 0, 0, 0, 100 };
	const uint32_t index[8] = { 32, 0, 9 };
	struct world w;
	int fds[8];

	(void)state;
	open_world(&w);
	map_and_start(&w);
	await_back_end(&w);
	for (unsigned i = 0; i < 8; i++)
		fds[i] = w.call_fd[0];
	assert_int_equal(map_memory(&w, base_address + 4096, 4096, 0, w.mem_fd), EEXIST);
	assert_int_equal(map_memory(&w, base_address - 4096, 8192, 0, w.mem_fd), EEXIST);
	assert_int_equal(map_memory(&w, 1 << 30, 0, 0, w.mem_fd), EINVAL);
	assert_int_equal(map_memory(&w, 1 << 30, MEMORY, 4096, w.mem_fd), EINVAL);
	assert_int_equal(map_memory(&w, 1 << 30, 4096, UINT64_MAX, w.mem_fd), EINVAL);
	assert_int_equal(map_memory(&w, UINT64_MAX - 4095, 4097, 0, -1), EINVAL);
	assert_int_equal(map_memory(&w, 1 << 30, 4096, 0, w.call_fd[0]), EINVAL);
	assert_int_equal(unmap_memory(&w, base_address, 4096, 0), ENOENT);
	assert_int_equal(unmap_memory(&w, base_address, 0, 0), EINVAL);
	assert_int_equal(unmap_memory(&w, base_address, MEMORY, 1), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DMA_MAP, body, 31, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DMA_MAP, body, 32, fds, 2), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DMA_UNMAP, body, 23, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_INFO, body, 15, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_REGION_INFO, index, 32, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_REGION_INFO, body, 31, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_DEVICE_GET_IRQ_INFO, index, 16, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_REGION_READ, too_much, 16, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_REGION_READ, no_region, 16, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_REGION_READ, beyond, 16, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_REGION_READ, body, 15, NULL, 0), EINVAL);
	memcpy(body, long_write, sizeof(long_write));
	assert_int_equal(ask(&w, VFIO_USER_REGION_WRITE, body, 115, NULL, 0), EINVAL);
	assert_int_equal(ask(&w, VFIO_USER_REGION_WRITE, body, 117, NULL, 0), EINVAL);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(set_irqs(&w, EVENTFDS, i, 0, i == 2 ? 4 : 1, fds, 1), EINVAL);
	assert_int_equal(set_irqs(&w, EVENTFDS, 2, 0xffffffff, 2, fds, 2), EINVAL);
	assert_int_equal(set_irqs(&w, EVENTFDS, 2, 0, 3, fds, 2), EINVAL);
	assert_int_equal(set_irqs(&w, EVENTFDS | VFIO_IRQ_SET_DATA_NONE, 2, 0, 1, fds, 1), EINVAL);
	assert_int_equal(set_irqs(&w, VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER, 2, 0, 3,
				 NULL, 0),
		EINVAL);
	assert_int_equal(set_irqs(&w, 0, 2, 0, 1, NULL, 0), EINVAL);
	await_back_end(&w);
	exchange(&w, 7);
	assert_int_equal(unmap_memory(&w, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL), 0);
	assert_int_equal(map_memory(&w, base_address, MEMORY, 0, w.mem_fd), 0);
	await_back_end(&w);
	exchange(&w, 8);
	close_world(&w);
}

/* Each of these ends the connection; the next client is served. */
static void no_messages(void **state)
{
	static const struct vfio_user_header headers[] = {
		{ .command = 4, .size = 15 },
		{ .command = 4, .size = 0 },
		{ .command = 4, .size = UINT32_MAX },
		{ .command = 4, .size = 16 + VFIO_USER_BODY_MAX + 1 },
		{ .command = 4, .size = 16, .flags = 1 },
		{ .command = 4, .size = 16, .flags = 2 },
	};
	int fds[9];
	struct world w;

	(void)state;
	open_world(&w);
	for (size_t i = 0; i <= G_N_ELEMENTS(headers); i++) {
		connect_client(&w);
		for (unsigned k = 0; k < 9; k++)
			fds[k] = w.mem_fd;
		if (i < G_N_ELEMENTS(headers))
			assert_true(vfio_client_send_bytes(
				&w.client, &headers[i], sizeof(headers[i]), NULL, 0));
		else
			assert_true(vfio_client_send(&w.client, 2, 0, fds, 32, fds, 9));
		assert_int_equal(await_reply(&w), -1);
		assert_int_equal(nb_lines, i + 1);
		vfio_client_close(&w.client);
	}
	/* Byte by byte it is a message all the same. */
	connect_client(&w);
	for (unsigned i = 0; i < 32; i++) {
		const struct vfio_user_header h = { .id = 9, .command = 4, .size = 32 };
		const uint8_t *bytes = (const uint8_t *)&h;
		uint8_t byte = i < 16 ? bytes[i] : 0;

		take_turns(&w, 1);
		assert_true(vfio_client_send_bytes(&w.client, &byte, 1, NULL, 0));
	}
	assert_int_equal(await_reply(&w), 0);
	close_world(&w);
}

/* A client that never reads gets no further messages done, and others are served. */
static void client_that_never_reads(void **state)
{
	const uint32_t access[4] = { 0, 0, 0, 1024 };
	struct world w, other;
	unsigned nb = 0;

	(void)state;
	open_world(&w);
	connect_client(&w);
	while (vfio_client_send(&w.client, VFIO_USER_REGION_READ, 0, access, 16, NULL, 0) &&
		nb < 100000) {
		nb++;
		take_turns(&w, nb % 64 == 0);
	}
	take_turns(&w, 100);
	assert_true(nb < 100000);
	other = w;
	vfio_client_connect(&other.client, w.path[1]);
	assert_int_equal(ask(&other, VFIO_USER_VERSION, "\0\0\0\0", 4, NULL, 0), 0);
	vfio_client_close(&other.client);
	/* It reads at last: all are answered. */
	for (unsigned i = 0; i < nb; i++)
		assert_int_equal(await_reply(&w), 0);
	close_world(&w);
}

static void memory_in_pieces(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	connect_client(&w);
	/* Neighbours of one file are one. */
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(
			map_memory(&w, base_address + i * 65536ULL, 65536, i * 65536, w.mem_fd), 0);
	assert_int_equal(give_vectors(&w, w.call_fd), 0);
	start_driver(&w);
	await_back_end(&w);
	exchange(&w, 1);
	/* Seven more are as many as can be. */
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(map_memory(&w, (1 << 30) + i * 8192, 4096, i * 4096, w.mem_fd), 0);
	await_back_end(&w);
	exchange(&w, 2);
	assert_int_equal(nb_lines, 0);
	assert_int_equal(map_memory(&w, (1 << 30) + 7 * 8192, 4096, 0, w.mem_fd), 0);
	take_turns(&w, 10);
	assert_non_null(strstr(last_line, "more than 8 pieces"));
	assert_int_equal(nb_lines, 1);
	assert_int_equal(unmap_memory(&w, (1 << 30) + 7 * 8192, 4096, 0), 0);
	await_back_end(&w);
	exchange(&w, 3);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_is_described),
		cmocka_unit_test(frames_go_round),
		cmocka_unit_test(back_end_goes_and_another_comes),
		cmocka_unit_test(unmap_waits_for_back_end),
		cmocka_unit_test(resets_of_driver_and_device),
		cmocka_unit_test(interrupts_change),
		cmocka_unit_test(client_goes_and_another_comes),
		cmocka_unit_test(wrong_requests),
		cmocka_unit_test(no_messages),
		cmocka_unit_test(client_that_never_reads),
		cmocka_unit_test(memory_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
