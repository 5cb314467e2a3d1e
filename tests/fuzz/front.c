/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vhost-user front end whose back end says arbitrary bytes, and writes them into the memory that it
 * was given, at any time: the front end never touches the memory of another guest, and reflects no
 * more frames than it posted buffers for.
 *
 * Input: does it listen; then steps: 0 n and 16 bytes: written into the memory (in units of 16 bytes,
 * modulo what is possible), 1 n: n turns, 2: a look at the socket, 3 n and n bytes: sent, 4 n: features
 * as they should be, 5: hang up; where the front end listens, another one comes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "sim/reflector/front.h"

enum { DESCRIPTORS = 32, LEN_MAX = 128, UNIT = 16, GUESTS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct world {
	struct front *front;
	char *dir, *path[GUESTS + 1];
	int listen_fd[GUESTS], fd; /* of the back end of guest 0 */
	struct turn turn;
	gboolean server;
};

static int make_socket(const char *path, gboolean listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), rc;

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	rc = listens ? bind(fd, (struct sockaddr *)&address, sizeof(address))
		     : connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (fd < 0 || rc != 0 || (listens && listen(fd, 1) != 0))
		abort();
	return fd;
}

static void open_world(struct world *w, gboolean server)
{
	struct front_cfg cfg = {
		.server = server, .descriptors = DESCRIPTORS, .frame_len_max = LEN_MAX
	};

	*w = (struct world){ .server = server };
	w->dir = g_dir_make_tmp("fuzz_front-XXXXXX", NULL);
	if (w->dir == NULL)
		abort();
	for (int i = 0; i < GUESTS; i++) {
		w->path[i] = g_strdup_printf("%s/%d", w->dir, i);
		w->listen_fd[i] = server ? -1 : make_socket(w->path[i], TRUE);
	}
	cfg.paths = w->path;
	w->front = front_new(&cfg, NULL);
	if (w->front == NULL)
		abort();
	for (unsigned i = 0; i < GUESTS; i++)
		front_rings(w->front, i)->turn = &w->turn;
	w->fd = server ? make_socket(w->path[0], FALSE)
		       : accept4(w->listen_fd[0], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static void close_world(struct world *w)
{
	if (w->fd >= 0)
		close(w->fd);
	front_free(w->front);
	for (int i = 0; i < GUESTS; i++) {
		if (w->listen_fd[i] >= 0)
			close(w->listen_fd[i]);
		g_unlink(w->path[i]);
		g_free(w->path[i]);
	}
	g_rmdir(w->dir);
	g_free(w->dir);
}

static void say(const struct world *w, const void *bytes, size_t len)
{
	if (w->fd >= 0 && len > 0)
		(void)!send(w->fd, bytes, len, MSG_NOSIGNAL);
}

static void offer_features(const struct world *w, uint8_t n)
{
	const uint32_t reply[5] = { 1, 1 | 4, 8, (uint32_t)n << 28, n & 1U };

	say(w, reply, sizeof(reply));
}

static void reflect(struct world *w, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++)
		if (front_reflect(w->front) > DESCRIPTORS)
			abort();
}

static void hang_up(struct world *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	front_look(w->front);
	if (w->server)
		w->fd = make_socket(w->path[0], FALSE);
	front_look(w->front);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world w;
	const struct rings *s, *other;
	size_t at = 1;

	if (len < 1)
		return 0;
	open_world(&w, data[0] & 1);
	s = front_rings(w.front, 0);
	other = front_rings(w.front, 1);
	while (at + 2 <= len) {
		uint8_t step = data[at] % 6, n = data[at + 1];

		at += 2;
		if (step == 0 && at + UNIT <= len) {
			memcpy(s->mem + n % (s->at->bufs / UNIT + 8) * UNIT, data + at, UNIT);
			at += UNIT;
		} else if (step == 1) {
			reflect(&w, n % 8);
		} else if (step == 2) {
			front_look(w.front);
		} else if (step == 3 && at + n <= len) {
			say(&w, data + at, n);
			at += n;
		} else if (step == 4) {
			offer_features(&w, n);
		} else if (step == 5) {
			hang_up(&w);
		}
	}
	for (size_t i = 0; i < other->at->len; i++)
		if (other->mem[i] != 0)
			abort();
	close_world(&w);
	return 0;
}
