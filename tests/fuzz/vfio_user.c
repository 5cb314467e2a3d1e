/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device whose client sends arbitrary messages with descriptors, and whose back end arbitrary bytes:
 * whatever came, the next client is served.
 *
 * Input: steps. 0 n: n bytes to the device. 1 command n: a message of it with n bytes, and as many
 * descriptors as the next byte says (memory, events, directories). 2: turns. 3 n: n bytes of the back end.
 * 4: its answer to what was asked. 5: it hangs up. 6: another client. 7 at width value: a register. 8: a
 * driver of one pair. 9 n: n bytes of memory, from its beginning on, where the control queue is of 10: a
 * driver that agrees to several pairs and has commands there.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <glib/gstdio.h>
#include <linux/virtio_net.h>

#include "sim/device/device.h"
#include "tests/unit/fake_vfio_client.h"

enum { MEMORY = 1 << 20, KINDS = 3, FEATURES = 1, GET_BASE = 11 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct world {
	char *dir, *path[2], *back_path[2];
	struct devices *devices;
	struct vfio_client client;
	int listen_fd, back_fd, kind_fd[KINDS];
};

static void ignore_line(const char *text)
{
	(void)text;
}

static void take_turns(struct world *w, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++) {
		devices_look(w->devices, 0);
		if (w->back_fd < 0)
			w->back_fd = accept4(
				w->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
}

static void greet(struct world *w)
{
	vfio_client_close(&w->client);
	take_turns(w, 2);
	vfio_client_connect(&w->client, w->path[0]);
	vfio_client_send(&w->client, VFIO_USER_VERSION, 0, "\0\0\0\0", 4, NULL, 0);
	take_turns(w, 2);
}

static void open_world(struct world *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct device_cfg cfg = { .descriptors = 64, .pairs = 2, .say = ignore_line };

	*w = (struct world){ .client.fd = -1, .back_fd = -1 };
	w->dir = g_dir_make_tmp("fuzz_vfio_user-XXXXXX", NULL);
	w->path[0] = g_strdup_printf("%s/d", w->dir);
	w->back_path[0] = g_strdup_printf("%s/b", w->dir);
	cfg.device_paths = w->path;
	cfg.back_end_paths = w->back_path;
	w->devices = devices_new(&cfg, NULL);
	g_strlcpy(address.sun_path, w->back_path[0], sizeof(address.sun_path));
	w->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	w->kind_fd[0] = memfd_create("fuzz", MFD_CLOEXEC);
	w->kind_fd[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->kind_fd[2] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->devices == NULL || ftruncate(w->kind_fd[0], MEMORY) != 0 ||
		bind(w->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(w->listen_fd, 4) != 0)
		abort();
	greet(w);
}

static void close_world(struct world *w)
{
	devices_free(w->devices);
	vfio_client_close(&w->client);
	for (int i = 0; i < KINDS; i++)
		close(w->kind_fd[i]);
	close(w->listen_fd);
	if (w->back_fd >= 0)
		close(w->back_fd);
	g_unlink(w->back_path[0]);
	if (g_rmdir(w->dir) != 0)
		abort();
	g_free(w->path[0]);
	g_free(w->back_path[0]);
	g_free(w->dir);
}

static void send_message(
	struct world *w, uint8_t command, const uint8_t *body, size_t len, uint8_t descriptors)
{
	int fds[16] = { 0 };
	unsigned nb = descriptors % 12;

	for (unsigned i = 0; i < nb; i++)
		fds[i] = w->kind_fd[(descriptors / 12U + i) % KINDS];
	vfio_client_send(&w->client, command % 16, command & 0x10, body, len, fds, nb);
}

static void write_register(struct world *w, uint8_t at, uint8_t width, uint8_t value)
{
	uint8_t body[24] = { at, [12] = (uint8_t)(1 << width % 4) };

	memset(body + 16, width & 0x10 ? 0 : value, 8);
	body[16] = value;
	send_message(w, VFIO_USER_REGION_WRITE, body, 16 + (1U << width % 4), 0);
}

static void answer(struct world *w, uint8_t n)
{
	const uint32_t features[5] = { FEATURES, 5, 8, 0xffffffff, 0xffffffff };
	const uint32_t base[5] = { GET_BASE, 5, 8, n & 1, n };

	if (w->back_fd >= 0)
		(void)!send(w->back_fd, n & 2 ? base : features, sizeof(base), MSG_NOSIGNAL);
}

static void hang_up(struct world *w)
{
	if (w->back_fd >= 0)
		close(w->back_fd);
	w->back_fd = -1;
}

/* All that is needed to have queues that run. */
static void be_sensible(struct world *w)
{
	const uint64_t map[4] = { 32 | 3ULL << 32, 0, 0, MEMORY };
	static const uint8_t writes[][3] = { { 20, 0, 3 }, { 8, 2, 1 }, { 12, 2 | 16, 1 },
		{ 20, 0, 11 }, { 22, 1 | 16, 0 }, { 28, 1 | 16, 1 }, { 22, 1 | 16, 1 },
		{ 28, 1 | 16, 1 }, { 20, 0, 15 } };

	vfio_client_send(&w->client, VFIO_USER_DMA_MAP, 0, map, sizeof(map), w->kind_fd, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
		write_register(w, writes[i][0], writes[i][1] | (i == 1 ? 16 : 0), writes[i][2]);
		take_turns(w, 1);
	}
	answer(w, 0);
	take_turns(w, 2);
}

/* Status, features, then queue 4, whose rings are at 0, 64 and 128, enabled and notified. */
static void have_commands(struct world *w)
{
	static const struct {
		uint16_t at, width;
		uint32_t value;
	} writes[] = { { 20, 1, 0 }, { 20, 1, 3 }, { 8, 4, 0 },
		{ 12, 4, 1U << VIRTIO_NET_F_CTRL_VQ | 1U << VIRTIO_NET_F_MQ }, { 8, 4, 1 },
		{ 12, 4, 1 }, { 20, 1, 11 }, { 22, 2, 4 }, { 24, 2, 4 }, { 40, 4, 64 },
		{ 48, 4, 128 }, { 28, 2, 1 }, { 20, 1, 15 }, { 0x3000 + 16, 2, 4 } };
	const uint64_t map[4] = { 32 | 3ULL << 32, 0, 0, MEMORY };

	vfio_client_send(&w->client, VFIO_USER_DMA_MAP, 0, map, sizeof(map), w->kind_fd, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
		const uint32_t body[5] = { writes[i].at, 0, 0, writes[i].width, writes[i].value };

		vfio_client_send(&w->client, VFIO_USER_REGION_WRITE, 0, body, 16U + writes[i].width,
			NULL, 0);
		take_turns(w, 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world w;
	size_t at = 0;
	int heard = 0;

	open_world(&w);
	while (at + 4 <= len) {
		uint8_t step = data[at] % 11, n = data[at + 1], more = data[at + 2];
		uint8_t last = data[at + 3];

		at += 4;
		if ((step == 0 || step == 3 || step == 9) && at + n > len)
			break;
		if (step == 0) {
			vfio_client_send_bytes(&w.client, data + at, n, NULL, 0);
			at += n;
		} else if (step == 1) {
			size_t body = MIN((size_t)more, len - at);

			send_message(&w, n, data + at, body, last);
			at += body;
		} else if (step == 2) {
			take_turns(&w, n % 4);
		} else if (step == 3 && w.back_fd >= 0) {
			(void)!send(w.back_fd, data + at, n, MSG_NOSIGNAL);
			at += n;
		} else if (step == 4) {
			answer(&w, n);
		} else if (step == 5) {
			hang_up(&w);
		} else if (step == 6) {
			greet(&w);
		} else if (step == 7) {
			write_register(&w, n, more, last);
		} else if (step == 8) {
			be_sensible(&w);
		} else if (step == 9) {
			(void)!pwrite(w.kind_fd[0], data + at, n, 0);
			at += n;
		} else if (step == 10) {
			have_commands(&w);
		}
		take_turns(&w, 1);
	}
	/* The back end, if it is to answer, has gone: nothing is waited for. */
	hang_up(&w);
	take_turns(&w, 3);
	greet(&w);
	for (unsigned i = 0; i < 10 && heard == 0; i++) {
		take_turns(&w, 1);
		heard = vfio_client_hear(&w.client);
	}
	if (heard != 1 || w.client.header.error != 0)
		abort();
	close_world(&w);
	return 0;
}
