/* SPDX-License-Identifier: BSD-3-Clause */
/* Queue pairs: guests connect, exchange frames, go and come again; strangers do no harm. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "sim/datapath/qpair.h"
#include "sim/reflector/queue.h"

enum { GUESTS = 5, FIRST_GUEST = 100, LEN = 60, WAIT_MS = 5000 };

struct world {
	char *dir, *path;
	struct datapath datapath;
	struct datapath_cfg cfg;
	uint32_t guest[GUESTS];
	struct qpairs *qs;
	struct pages *pages;
	_Atomic int came[GUESTS], went[GUESTS], quiet;
};

static void came(struct datapath *d, uint32_t slot)
{
	atomic_fetch_add(&((struct world *)d->state)->came[slot], 1);
}

static void went(struct datapath *d, uint32_t slot)
{
	atomic_fetch_add(&((struct world *)d->state)->went[slot], 1);
}

static void quiesce(void *arg)
{
	atomic_fetch_add(&((struct world *)arg)->quiet, 1);
}

static void open_world_of(struct world *w, uint16_t descriptors, gboolean kicks, gboolean strangers)
{
	g_autoptr(GError) error = NULL;

	memset(w, 0, sizeof(*w));
	w->dir = g_dir_make_tmp("sim_qpair-XXXXXX", NULL);
	for (uint32_t i = 0; i < GUESTS; i++)
		w->guest[i] = FIRST_GUEST + i;
	w->cfg = (struct datapath_cfg){ .nb_guests = GUESTS,
		.guest = w->guest,
		.frame_len_max = 1518,
		.descriptors = descriptors,
		.socket_dir = w->dir,
		.strangers = strangers };
	w->datapath = (struct datapath){ .state = w, .quiesce = quiesce, .quiesce_arg = w };
	pthread_mutex_init(&w->datapath.quiesce_lock, NULL);
	w->qs = qpairs_new(&(struct qpairs_cfg){ .datapath = &w->datapath,
				   .cfg = &w->cfg,
				   .socket_name = "q.sock",
				   .kicks = kicks,
				   .came = came,
				   .went = went },
		&error);
	if (w->qs == NULL)
		fail_msg("%s", error->message);
	w->path = g_build_filename(w->dir, "q.sock", NULL);
	w->pages = pages_new();
}

static void open_world(struct world *w, uint16_t descriptors, gboolean kicks)
{
	open_world_of(w, descriptors, kicks, FALSE);
}

static void close_world(struct world *w)
{
	qpairs_free(w->qs);
	pages_free(w->pages);
	assert_false(g_file_test(w->path, G_FILE_TEST_EXISTS));
	assert_int_equal(g_rmdir(w->dir), 0);
	pthread_mutex_destroy(&w->datapath.quiesce_lock);
	g_free(w->path);
	g_free(w->dir);
}

static gboolean soon(gboolean (*fn)(struct qpair *q), struct qpair *q, gboolean wanted)
{
	for (int i = 0; i < WAIT_MS; i++) {
		if (fn(q) == wanted)
			return TRUE;
		g_usleep(1000);
	}
	return FALSE;
}

static gboolean connected(struct qpair *q)
{
	return qpair_is_connected(q);
}

static struct queue *join(struct world *w, uint32_t slot)
{
	g_autoptr(GError) error = NULL;
	struct queue *q = queue_connect(w->path, slot, FALSE, w->pages, &error);

	if (q == NULL)
		fail_msg("%s", error->message);
	assert_true(soon(connected, qpairs_get(w->qs, slot), TRUE));
	return q;
}

/* What a reflector does with a burst. */
static uint16_t reflect(struct queue *q, const struct turn *t)
{
	struct queue_burst b;

	queue_take(q, &b);
	queue_turn(q, &b, t);
	return b.n;
}

/* n frames to the guest, through it, and back: as they are but for their MACs. */
static void exchange(struct qpair *host, struct queue *guest, uint16_t n)
{
	const struct turn turn = { 0 };
	struct frame_slot f[64];
	uint16_t back, room;

	assert_int_equal(reflect(guest, &turn), 0); /* sent buffers come back */
	room = qpair_reserve(host, f, n);
	assert_true(room >= n / 4 * 3); /* the guest may keep some of them */
	n = room;
	for (uint16_t i = 0; i < n; i++) {
		f[i].len = LEN + i;
		memset(f[i].data, 1, 6);
		memset(f[i].data + 6, 2, 6);
		memset(f[i].data + 12, i, f[i].len - 12);
	}
	assert_int_equal(qpair_commit(host, f, n, n), n);
	for (uint16_t done = 0; done < n;) {
		uint16_t got = reflect(guest, &turn);

		assert_true(got > 0);
		done = (uint16_t)(done + got);
	}
	assert_int_equal(reflect(guest, &turn), 0);
	back = qpair_receive(host, f, 64);
	assert_int_equal(back, n);
	for (uint16_t i = 0; i < n; i++) {
		assert_int_equal(f[i].len, LEN + i);
		assert_int_equal(f[i].data[0], 2);
		assert_int_equal(f[i].data[6], 1);
		assert_int_equal(f[i].data[f[i].len - 1], i);
	}
	qpair_release(host, f, back);
}

static void frames_go_round(void **state)
{
	static const uint16_t sizes[] = { 64, 100, 255, 256, 1000 };

	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
		struct world w;
		struct queue *q[GUESTS];

		open_world(&w, sizes[s], FALSE);
		for (uint32_t i = 0; i < GUESTS; i++) {
			q[i] = join(&w, i);
			assert_int_equal(queue_guest(q[i]), FIRST_GUEST + i);
			assert_int_equal(queue_buf_len(q[i]), 1514);
			assert_string_equal(qpairs_address(&w.datapath, i) + strlen(w.path),
				((const char *[]){ "@0", "@1", "@2", "@3", "@4" })[i]);
		}
		for (unsigned round = 0; round < 500; round++)
			exchange(qpairs_get(w.qs, round % GUESTS), q[round % GUESTS],
				(uint16_t)(1 + round % 64));
		for (uint32_t i = 0; i < GUESTS; i++) {
			assert_int_equal(w.came[i], 1);
			queue_free(q[i]);
			assert_true(soon(connected, qpairs_get(w.qs, i), FALSE));
		}
		close_world(&w);
	}
}

/* A guest that does not run: its buffers fill up, and all of them come back when it runs again. */
static void full_queues_lose_nothing(void **state)
{
	const struct turn turn = { 0 };
	struct world w;
	struct queue *q;
	struct qpair *host;
	struct frame_slot f[64];
	struct queue_watch watch;
	uint16_t sent = 0, back = 0, n;

	(void)state;
	open_world(&w, 100, FALSE);
	q = join(&w, 1);
	host = qpairs_get(w.qs, 1);
	queue_watch(q, &watch);
	assert_false(queue_watch_ready(&watch));
	while ((n = qpair_reserve(host, f, 64)) != 0) {
		for (uint16_t i = 0; i < n; i++)
			f[i].len = LEN;
		/* One is not sent: it is there for the next. */
		n = (uint16_t)(n > 1 ? n - 1 : n);
		sent = (uint16_t)(sent + qpair_commit(host, f, n, (uint16_t)(n > 1 ? n + 1 : n)));
		assert_true(queue_watch_ready(&watch));
	}
	assert_int_equal(sent, 100);
	while (reflect(q, &turn) != 0)
		;
	queue_watch(q, &watch);
	assert_false(queue_watch_ready(&watch));
	while ((n = qpair_receive(host, f, 64)) != 0) {
		back = (uint16_t)(back + n);
		qpair_release(host, f, n);
	}
	assert_int_equal(back, 100);
	assert_int_equal(
		qpair_reserve(host, f, 64), 0); /* the guest has not taken its buffers back */
	assert_true(queue_watch_ready(&watch));
	assert_int_equal(reflect(q, &turn), 0);
	queue_watch(q, &watch);
	assert_false(queue_watch_ready(&watch));
	assert_int_equal(qpair_reserve(host, f, 64), 64);
	assert_int_equal(qpair_commit(host, f, 0, 64), 0);
	exchange(host, q, 64);
	queue_free(q);
	close_world(&w);
}

/* Buffers as long as the frames of their guest; small ones share a chunk, and are mapped once. */
static void memory_is_packed(void **state)
{
	static const uint32_t longest[FIRST_GUEST + GUESTS] = { [FIRST_GUEST] = 64,
		[FIRST_GUEST + 1] = 1518,
		[FIRST_GUEST + 2] = 9018,
		[FIRST_GUEST + 3] = 64,
		[FIRST_GUEST + 4] = 65 };
	struct world w;
	struct queue *q[GUESTS];
	struct frame_slot f;

	(void)state;
	open_world(&w, 256, FALSE);
	qpairs_free(w.qs);
	w.cfg.frame_len_max = 9018;
	w.cfg.longest = longest;
	w.qs = qpairs_new(&(struct qpairs_cfg){ .datapath = &w.datapath,
				  .cfg = &w.cfg,
				  .socket_name = "q.sock",
				  .own_lengths = TRUE,
				  .came = came },
		NULL);
	assert_non_null(w.qs);
	for (uint32_t i = 0; i < GUESTS; i++) {
		q[i] = join(&w, i);
		assert_int_equal(queue_buf_len(q[i]), longest[FIRST_GUEST + i] - 4);
	}
	for (uint32_t i = 0; i < GUESTS; i++) {
		struct qpair *host = qpairs_get(w.qs, i);
		const struct turn turn = { 0 };
		uint32_t len = longest[FIRST_GUEST + i] - 4;

		/* The longest, once in each buffer. */
		for (int n = 0; n < 256; n++) {
			assert_int_equal(qpair_reserve(host, &f, 1), 1);
			memset(f.data, (int)i + 1, len);
			f.len = len;
			assert_int_equal(qpair_commit(host, &f, 1, 1), 1);
			assert_int_equal(reflect(q[i], &turn), 1);
			assert_int_equal(qpair_receive(host, &f, 1), 1);
			assert_int_equal(f.len, len);
			assert_int_equal(f.data[len - 1], i + 1);
			qpair_release(host, &f, 1);
			assert_int_equal(reflect(q[i], &turn), 0);
		}
	}
	assert_int_equal(qpairs_get(w.qs, 3)->fd[QPAIR_MEM], qpairs_get(w.qs, 4)->fd[QPAIR_MEM]);
	for (uint32_t i = 0; i < GUESTS; i++)
		queue_free(q[i]);
	close_world(&w);
}

static gboolean was_reset(struct qpair *q)
{
	return qpair_is_connected(q) && q->rx.next_avail == 0 && q->rx.avail_wrap == 1;
}

static void a_guest_comes_again(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, 64, FALSE);
	for (int round = 1; round <= 5; round++) {
		struct queue *q = join(&w, 3);
		struct frame_slot f[8];

		assert_true(was_reset(qpairs_get(w.qs, 3)));
		exchange(qpairs_get(w.qs, 3), q, 50);
		/* It goes while the host has frames of it and it has frames of the host. */
		assert_int_equal(qpair_reserve(qpairs_get(w.qs, 3), f, 8), 8);
		queue_free(q);
		assert_true(soon(connected, qpairs_get(w.qs, 3), FALSE));
		assert_int_equal(qpair_reserve(qpairs_get(w.qs, 3), f, 8), 0);
		assert_int_equal(qpair_receive(qpairs_get(w.qs, 3), f, 8), 0);
		for (int i = 0; i < WAIT_MS && atomic_load(&w.went[3]) < round; i++)
			g_usleep(1000);
		assert_int_equal(w.came[3], round);
		assert_int_equal(w.went[3], round);
		assert_int_equal(w.quiet, round);
	}
	close_world(&w);
}

static int stranger(const struct world *w, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, w->path, sizeof(address.sun_path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* TRUE: the other side has ended it, maybe with an answer that holds no descriptors. */
static gboolean ended(int fd)
{
	char bytes[64];
	ssize_t len;

	do
		len = recv(fd, bytes, sizeof(bytes), 0);
	while (len > 0);
	close(fd);
	return len == 0;
}

static void strangers_do_no_harm(void **state)
{
	static const struct qpair_hello bad[] = { { 0, QPAIR_VERSION, 1, 0, 0 },
		{ QPAIR_MAGIC, QPAIR_VERSION + 1, 1, 0, 0 },
		{ QPAIR_MAGIC, QPAIR_VERSION, GUESTS, 0, 0 },
		{ QPAIR_MAGIC, QPAIR_VERSION, UINT32_MAX, 0, 0 },
		{ QPAIR_MAGIC, QPAIR_VERSION, 0, 0, 0 } };
	struct world w;
	struct queue *q;
	int fd, silent[8];
	g_autoptr(GError) error = NULL;

	(void)state;
	open_world(&w, 64, FALSE);
	q = join(&w, 0); /* has slot 0 */
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		fd = stranger(&w, SOCK_SEQPACKET);
		assert_true(send(fd, &bad[i], sizeof(bad[i]), 0) == sizeof(bad[i]));
		assert_true(ended(fd));
		exchange(qpairs_get(w.qs, 0), q, 10);
	}
	/* Too short, too long, nothing at all, another type of socket, silence. */
	fd = stranger(&w, SOCK_SEQPACKET);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	assert_true(ended(fd));
	fd = stranger(&w, SOCK_SEQPACKET);
	assert_int_equal(send(fd, "0123456789abcdef01234567", 25, 0), 25);
	assert_true(ended(fd));
	close(stranger(&w, SOCK_SEQPACKET));
	assert_int_equal(stranger(&w, SOCK_STREAM), -1);
	for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
		silent[i] = stranger(&w, SOCK_SEQPACKET);
	assert_null(queue_connect(w.path, 0, FALSE, w.pages, &error));
	assert_non_null(strstr(error->message, "slot in use"));
	exchange(qpairs_get(w.qs, 0), q, 10);
	/* A peer that has a slot and goes without a word, and one that says too much. */
	fd = stranger(&w, SOCK_SEQPACKET);
	assert_true(send(fd, &(struct qpair_hello){ QPAIR_MAGIC, QPAIR_VERSION, 1, 0, 0 },
			    sizeof(struct qpair_hello), 0) > 0);
	close(fd);
	fd = stranger(&w, SOCK_SEQPACKET);
	assert_true(send(fd, &(struct qpair_hello){ QPAIR_MAGIC, QPAIR_VERSION, 2, 0, 0 },
			    sizeof(struct qpair_hello), 0) > 0);
	assert_int_equal(send(fd, "yes", 3, 0), 3);
	assert_true(ended(fd));
	for (uint32_t i = 1; i < GUESTS; i++) {
		struct queue *other = join(&w, i);

		exchange(qpairs_get(w.qs, i), other, 20);
		queue_free(other);
	}
	exchange(qpairs_get(w.qs, 0), q, 10);
	for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
		close(silent[i]);
	queue_free(q);
	close_world(&w);
}

/* What is checked against limits before is what they take, but for ends of pages. */
static void memory_is_foreseen(void **state)
{
	(void)state;
	for (int strangers = 0; strangers < 2; strangers++) {
		g_autoptr(JsonObject) info = json_object_new();
		uint64_t all, foreseen;
		struct world w;

		open_world_of(&w, 256, FALSE, strangers);
		qpairs_describe(&w.datapath, info);
		all = (uint64_t)json_object_get_int_member(info, "queue_bytes");
		foreseen = qpairs_memory(&w.cfg, FALSE);
		assert_in_range(foreseen, GUESTS * 256 * 1514, all);
		if (json_object_get_int_member(info, "queue_bytes_on_2mib_pages") == 0)
			assert_in_range(foreseen, all - GUESTS * 4096, all);
		close_world(&w);
	}
}

static void a_broken_queue_is_cut_off(void **state)
{
	struct world w;

	(void)state;
	open_world_of(&w, 64, FALSE, TRUE);
	for (int side = 0; side < 2; side++) {
		struct queue *bad = join(&w, 1), *good = join(&w, 2);
		struct qpair *host = qpairs_get(w.qs, 1);
		struct frame_slot f[64];
		uint8_t *mem = pages_view(w.pages, host->fd[QPAIR_MEM], 0, PAGES_HUGE);
		char byte;

		assert_non_null(mem);
		/*
		 * All that it can reach: descriptors are available and of the right kind, and point
		 * nowhere.
		 */
		for (size_t i = 0; i < PAGES_HUGE; i += 2)
			memcpy(mem + i, &(uint16_t){ side == 0 ? 0x82 : 0x80 }, 2);
		if (side == 0)
			qpair_reserve(host, f, 64);
		else
			qpair_receive(host, f, 64);
		assert_false(qpair_is_connected(host));
		assert_int_equal(qpair_reserve(host, f, 64), 0);
		assert_int_equal(qpair_receive(host, f, 64), 0);
		/* The guest is told so. */
		assert_int_equal(recv(queue_socket(bad), &byte, 1, 0), 0);
		exchange(qpairs_get(w.qs, 2), good, 30);
		queue_free(bad);
		queue_free(good);
	}
	/* The slot is as new. */
	struct queue *q = join(&w, 1);

	exchange(qpairs_get(w.qs, 1), q, 64);
	queue_free(q);
	close_world(&w);
}

static void guests_kick_when_asked_to(void **state)
{
	struct world w;
	struct queue *q;
	struct qpair *host;
	uint64_t count;

	(void)state;
	open_world(&w, 64, TRUE);
	q = join(&w, 0);
	host = qpairs_get(w.qs, 0);
	exchange(host, q, 10);
	assert_true(read(host->fd[QPAIR_TX_KICK], &count, sizeof(count)) > 0);
	vq_dev_set_kicks(&host->tx, FALSE);
	exchange(host, q, 10);
	assert_true(read(host->fd[QPAIR_TX_KICK], &count, sizeof(count)) < 0);
	assert_false(vq_dev_wants_call(&host->rx) || vq_dev_wants_call(&host->tx));
	queue_free(q);
	close_world(&w);
}

/* A path that somebody listens on is his; one that nobody does is taken over. */
static void sockets_of_others(void **state)
{
	struct world w;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct qpairs_cfg cfg;
	struct qpairs *qs;
	g_autoptr(GError) error = NULL;
	int fd;

	(void)state;
	open_world(&w, 64, FALSE);
	cfg = (struct qpairs_cfg){
		.datapath = &w.datapath, .cfg = &w.cfg, .socket_name = "q.sock"
	};
	assert_null(qpairs_new(&cfg, &error));
	assert_non_null(strstr(error->message, "in use by another program"));
	qpairs_free(w.qs);
	g_strlcpy(address.sun_path, w.path, sizeof(address.sun_path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	qs = qpairs_new(&cfg, NULL);
	assert_non_null(qs);
	w.qs = qs;
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_round),
		cmocka_unit_test(full_queues_lose_nothing),
		cmocka_unit_test(memory_is_packed),
		cmocka_unit_test(memory_is_foreseen),
		cmocka_unit_test(a_guest_comes_again),
		cmocka_unit_test(strangers_do_no_harm),
		cmocka_unit_test(a_broken_queue_is_cut_off),
		cmocka_unit_test(guests_kick_when_asked_to),
		cmocka_unit_test(sockets_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
