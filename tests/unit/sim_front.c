/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Guests' vhost-user front ends against a small back end: frames go there and back, back ends come, go
 * and lie.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "sim/reflector/front.h"
#include "tests/unit/fake_back_end.h"

enum { GUESTS = 3, LEN = 60, LEN_MAX = 1518, TURNS = 2000 };

struct world {
	char *dir, *path[GUESTS + 1];
	struct front *front;
	struct back_end back[GUESTS];
	struct turn turn;
	gboolean server;
};

/* Without back ends' part, where they are to connect. */
static void open_world(struct world *w, struct front_cfg cfg, uint64_t offers)
{
	g_autoptr(GError) error = NULL;

	memset(w, 0, sizeof(*w));
	w->dir = g_dir_make_tmp("sim_front-XXXXXX", NULL);
	w->server = cfg.server;
	for (unsigned i = 0; i < GUESTS; i++) {
		w->path[i] = g_strdup_printf("%s/%u", w->dir, i);
		back_init(&w->back[i], offers);
		if (!cfg.server)
			w->back[i].listen_fd = back_socket(w->path[i], TRUE);
	}
	cfg.paths = w->path;
	cfg.frame_len_max = LEN_MAX;
	if (cfg.descriptors == 0)
		cfg.descriptors = 64;
	w->front = front_new(&cfg, &error);
	if (w->front == NULL)
		fail_msg("%s", error->message);
	for (unsigned i = 0; i < GUESTS; i++)
		front_rings(w->front, i)->turn = &w->turn;
}

static void close_world(struct world *w)
{
	front_free(w->front);
	for (unsigned i = 0; i < GUESTS; i++) {
		back_hang_up(&w->back[i]);
		back_close_fd(&w->back[i].listen_fd);
		assert_int_equal(g_file_test(w->path[i], G_FILE_TEST_EXISTS), !w->server);
		g_unlink(w->path[i]);
		g_free(w->path[i]);
	}
	assert_int_equal(g_rmdir(w->dir), 0); /* nothing else was left in it */
	g_free(w->dir);
}

static void connect_back_end(struct world *w, unsigned i)
{
	struct back_end *b = &w->back[i];

	b->fd = w->server ? back_socket(w->path[i], FALSE)
			  : accept4(b->listen_fd, NULL, NULL, SOCK_NONBLOCK);
	assert_true(b->fd >= 0);
}

/* Both sides in turn, until back end i is ready, or its front end has hung up: FALSE. */
static gboolean set_up(struct world *w, unsigned i)
{
	for (unsigned turn = 0; turn < TURNS; turn++) {
		int heard;

		front_look(w->front);
		do
			heard = back_hear(&w->back[i]);
		while (heard > 0);
		if (heard < 0)
			return FALSE;
		if (back_is_ready(&w->back[i]))
			return TRUE;
	}
	fail_msg("guest %u: not ready after %d turns", i, TURNS);
	return FALSE;
}

static void connect_all(struct world *w)
{
	for (unsigned i = 0; i < GUESTS; i++) {
		connect_back_end(w, i);
		assert_true(set_up(w, i));
	}
	front_look(w->front);
}

/* Up to n frames, of len and more, to guest i. */
static uint16_t send_frames(struct back_end *b, uint16_t n, uint32_t len, uint8_t mark)
{
	static uint8_t own_bytes[64][LEN_MAX];
	struct frame_slot f[64];
	void *own[64];
	uint16_t room;

	for (unsigned i = 0; i < 64; i++)
		own[i] = own_bytes[i];
	room = splitq_reserve(&b->rx, f, n, LEN_MAX - 4, own);
	for (uint16_t i = 0; i < room; i++) {
		assert_ptr_not_equal(f[i].data, own[i]); /* where the guest has its buffers */
		f[i].len = len + i;
		memset(f[i].data, 1, 6);
		memset(f[i].data + 6, 2, 6);
		memset(f[i].data + 12, mark + i, f[i].len - 12);
	}
	assert_int_equal(splitq_commit(&b->rx, f, room, room), room);
	return room;
}

static void expect_frames(struct back_end *b, uint16_t n, uint32_t len, uint8_t mark)
{
	struct frame_slot f[64];
	uint16_t got = splitq_receive(&b->tx, f, 64, LEN_MAX - 4);

	assert_int_equal(got, n);
	for (uint16_t i = 0; i < n; i++) {
		assert_int_equal(f[i].len, len + i);
		assert_int_equal(f[i].data[0], 2);
		assert_int_equal(f[i].data[6], 1);
		assert_int_equal(f[i].data[12], (uint8_t)(mark + i));
		assert_int_equal(f[i].data[f[i].len - 1], (uint8_t)(mark + i));
	}
	splitq_release(&b->tx, f, got);
	assert_false(splitq_is_broken(&b->rx) || splitq_is_broken(&b->tx));
}

/* n frames to each of the guests from first on, and back. */
static void exchange(struct world *w, unsigned first, uint16_t n, uint8_t mark)
{
	unsigned reflected = 0, wanted = 0;
	uint16_t sent[GUESTS];

	front_reflect(w->front); /* buffers that were sent come back */
	for (unsigned i = first; i < GUESTS; i++) {
		sent[i] = send_frames(&w->back[i], n, LEN + 16 * i, (uint8_t)(mark + i));
		assert_true(sent[i] > 0);
		wanted += sent[i];
	}
	for (unsigned turn = 0; turn < TURNS && reflected < wanted; turn++)
		reflected += front_reflect(w->front);
	assert_int_equal(reflected, wanted);
	for (unsigned i = first; i < GUESTS; i++)
		expect_frames(&w->back[i], sent[i], LEN + 16 * i, (uint8_t)(mark + i));
}

static void frames_go_round(void **state)
{
	static const uint16_t sizes[] = { 32, 256, 1024 };
	static const uint64_t offers[] = { BACK_VERSION_1 | BACK_PROTOCOL, BACK_VERSION_1,
		BACK_PROTOCOL, 0, UINT64_MAX };

	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(sizes) * G_N_ELEMENTS(offers); s++) {
		struct world w;
		uint64_t offer = offers[s / G_N_ELEMENTS(sizes)];

		open_world(&w, (struct front_cfg){ .descriptors = sizes[s % G_N_ELEMENTS(sizes)] },
			offer);
		connect_all(&w);
		assert_int_equal(w.back[0].agreed, offer & (BACK_VERSION_1 | BACK_PROTOCOL));
		assert_int_equal(w.back[0].nb_heard[18], offer & BACK_PROTOCOL ? 2 : 0);
		for (unsigned k = 0; k < 200; k++)
			exchange(&w, 0, (uint16_t)(1 + k % 64), (uint8_t)k);
		assert_true(front_rings(w.front, 1)->frames > 200);
		assert_int_equal(front_nb_left(w.front), GUESTS);
		close_world(&w);
	}
}

/* Frames to guest 0 for which it has buffers, up to 64; none is sent. */
static uint16_t count_room(struct back_end *b)
{
	struct frame_slot f[64];
	uint16_t room = splitq_reserve(&b->rx, f, 64, LEN_MAX - 4, NULL);

	splitq_commit(&b->rx, f, 0, room);
	return room;
}

/*
 * Sides that take turns of any length, as where both CPUs are shared, and a guest that has nothing left
 * to receive into: when all is back, all buffers but those of less than one recycling are posted.
 */
static void buffers_do_not_get_stuck(void **state)
{
	static const uint16_t sizes[] = { 32, 64, 256 };

	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
		GRand *rng = g_rand_new_with_seed(16);
		struct back_end *b;
		struct rings *r;
		struct world w;

		open_world(&w, (struct front_cfg){ .descriptors = sizes[s] }, BACK_VERSION_1);
		connect_all(&w);
		b = &w.back[0];
		r = front_rings(w.front, 0);
		for (unsigned k = 0; k < 5000; k++) {
			struct frame_slot f[64];
			uint16_t n = (uint16_t)g_rand_int_range(rng, 0, 65), got;

			if (k % 100 == 99) { /* all that it has room for */
				while (send_frames(b, 64, LEN, 0) != 0)
					;
			} else if (n != 0 && count_room(b) != 0) {
				send_frames(b, n, LEN, 0);
			}
			for (int turns = g_rand_int_range(rng, 0, 4); turns > 0; turns--)
				front_reflect(w.front);
			got = splitq_receive(
				&b->tx, f, (uint16_t)g_rand_int_range(rng, 1, 65), LEN_MAX);
			splitq_release(&b->tx, f, got);
			if (k % 100 != 0)
				continue;
			do {
				front_reflect(w.front);
				got = splitq_receive(&b->tx, f, 64, LEN_MAX);
				splitq_release(&b->tx, f, got);
			} while (got != 0 || front_reflect(w.front) != 0);
			assert_in_range(count_room(b), MIN(64, sizes[s] - r->at->recycle + 1), 64);
		}
		assert_true(r->frames > 5000);
		assert_false(r->is_broken || splitq_is_broken(&b->rx));
		g_rand_free(rng);
		close_world(&w);
	}
}

/* Frames of one length, to a back end that uses buffers in order: only indices change. */
static void rings_stay_as_they_are(void **state)
{
	struct world w;
	struct rings *s;
	uint8_t *before;
	size_t avail_len, desc_len;

	(void)state;
	open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1);
	connect_all(&w);
	s = front_rings(w.front, 0);
	avail_len = 64 * sizeof(uint16_t);
	desc_len = 64 * sizeof(struct vring_desc);
	for (unsigned k = 0; k < 100; k++) {
		front_reflect(w.front);
		assert_int_equal(send_frames(&w.back[0], 1, LEN, 7), 1);
		assert_int_equal(front_reflect(w.front), 1);
		expect_frames(&w.back[0], 1, LEN, 7);
	}
	before = g_memdup2(s->mem, s->at->bufs);
	for (unsigned k = 0; k < 100; k++) {
		front_reflect(w.front);
		assert_int_equal(send_frames(&w.back[0], 1, LEN, 7), 1);
		assert_int_equal(front_reflect(w.front), 1);
		expect_frames(&w.back[0], 1, LEN, 7);
	}
	assert_memory_equal(before + s->at->rx.avail + 4, s->mem + s->at->rx.avail + 4, avail_len);
	assert_memory_equal(before + s->at->tx.avail + 4, s->mem + s->at->tx.avail + 4, avail_len);
	assert_memory_equal(before + s->at->rx.desc, s->mem + s->at->rx.desc, desc_len);
	assert_memory_equal(before + s->at->tx.desc, s->mem + s->at->tx.desc, desc_len);
	g_free(before);
	close_world(&w);
}

/* A device may give buffers back in any order: each frame is sent from where it was received. */
static void any_order_of_buffers(void **state)
{
	enum { N = 8 };
	struct world w;
	struct splitq *rx;

	(void)state;
	open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1);
	connect_all(&w);
	rx = &w.back[0].rx;
	for (unsigned k = 0; k < 50; k++) {
		uint16_t used = rx->used->idx;

		front_reflect(w.front);
		assert_int_equal(send_frames(&w.back[0], N, LEN, (uint8_t)k), N);
		for (int i = 0; i < N / 2; i++) {
			struct vring_used_elem *a = &rx->used->ring[(used + i) % 64];
			struct vring_used_elem *b = &rx->used->ring[(used + N - 1 - i) % 64];
			struct vring_used_elem t = *a;

			*a = *b;
			*b = t;
		}
		assert_int_equal(front_reflect(w.front), N);
		{
			struct frame_slot f[64];

			assert_int_equal(splitq_receive(&w.back[0].tx, f, 64, LEN_MAX), N);
			for (uint32_t i = 0; i < N; i++) {
				assert_int_equal(f[i].len, LEN + N - 1 - i);
				assert_int_equal(f[i].data[12], (uint8_t)(k + N - 1 - i));
			}
			splitq_release(&w.back[0].tx, f, N);
		}
	}
	close_world(&w);
}

static void back_ends_connect_and_come_again(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, (struct front_cfg){ .server = TRUE }, BACK_VERSION_1 | BACK_PROTOCOL);
	connect_all(&w);
	for (unsigned k = 0; k < 10; k++) {
		exchange(&w, 0, 20, (uint8_t)k);
		/* One leaves with frames under way; the next finds queues as new. */
		send_frames(&w.back[0], 5, LEN, 0);
		back_hang_up(&w.back[0]);
		front_look(w.front);
		exchange(&w, 1, 20, (uint8_t)k);
		assert_int_equal(front_nb_left(w.front), GUESTS);
		connect_back_end(&w, 0);
		assert_true(set_up(&w, 0));
		front_look(w.front);
	}
	exchange(&w, 0, 20, 1);
	/* One that only looks whether somebody listens; and a second one has to wait. */
	connect_back_end(&w, 0);
	close_world(&w);
}

static void connected_back_ends_that_leave_are_gone(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1 | BACK_PROTOCOL);
	connect_all(&w);
	exchange(&w, 0, 20, 1);
	back_hang_up(&w.back[0]);
	front_look(w.front);
	assert_true(front_has_gone(w.front, 0));
	assert_false(front_has_gone(w.front, 1));
	assert_int_equal(front_nb_left(w.front), GUESTS - 1);
	exchange(&w, 1, 20, 1);
	close_world(&w);
}

/* What a back end that lies writes into used rings: its guest goes, the others go on. */
static void liars(void **state)
{
	static const struct {
		gboolean tx;
		uint16_t idx; /* more than it is */
		uint32_t id, len;
	} lies[] = { { FALSE, 65, 0, 72 }, { FALSE, UINT16_MAX, 0, 72 }, { FALSE, 1, 64, 72 },
		{ FALSE, 1, UINT32_MAX, 72 }, { FALSE, 1, 0, 11 }, { FALSE, 1, 0, UINT32_MAX },
		{ FALSE, 1, 0, 12 + LEN_MAX - 3 }, { TRUE, 33, 0, 0 }, { TRUE, 1, 64, 0 } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		struct world w;
		struct vring_used *used;

		open_world(&w, (struct front_cfg){ .server = i % 2 == 1 },
			BACK_VERSION_1 | BACK_PROTOCOL);
		connect_all(&w);
		if (lies[i].tx) { /* so many are out that it looks whether they came back */
			assert_int_equal(send_frames(&w.back[0], 32, LEN, 0), 32);
			assert_int_equal(front_reflect(w.front), 32);
		}
		used = lies[i].tx ? w.back[0].tx.used : w.back[0].rx.used;
		used->ring[used->idx % 64] = (struct vring_used_elem){ .id = lies[i].id,
			.len = lies[i].len };
		__atomic_store_n(&used->idx, (uint16_t)(used->idx + lies[i].idx), __ATOMIC_RELEASE);
		assert_int_equal(front_reflect(w.front), 0);
		front_look(w.front);
		while (back_hear(&w.back[0]) > 0)
			;
		assert_int_equal(back_hear(&w.back[0]), -1);
		assert_int_equal(front_has_gone(w.front, 0), i % 2 == 0);
		exchange(&w, 1, 20, 1);
		close_world(&w);
	}
}

/* Answers that are none: bytes after GET_FEATURES was asked. */
static void wrong_answers(void **state)
{
	static const uint32_t answers[][5] = { { 2, 5, 8, 0, 1 }, { 1, 1, 8, 0, 1 },
		{ 1, 6, 8, 0, 1 }, { 1, 5, 16, 0, 1 } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(answers) + 1; i++) {
		struct world w;
		char byte;

		open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1);
		for (unsigned k = 1; k < GUESTS; k++) {
			connect_back_end(&w, k);
			assert_true(set_up(&w, k));
		}
		connect_back_end(&w, 0);
		front_look(w.front);
		if (i == G_N_ELEMENTS(answers)) { /* more than it was asked */
			assert_true(set_up(&w, 0));
			assert_int_equal(send(w.back[0].fd, "x", 1, 0), 1);
		} else {
			assert_int_equal(send(w.back[0].fd, answers[i], sizeof(answers[i]), 0),
				sizeof(answers[i]));
		}
		front_look(w.front);
		assert_true(front_has_gone(w.front, 0));
		while (recv(w.back[0].fd, &byte, 1, 0) > 0)
			;
		assert_int_equal(front_nb_left(w.front), GUESTS - 1);
		front_look(w.front);
		exchange(&w, 1, 20, 1);
		close_world(&w);
	}
}

static void answers_in_pieces(void **state)
{
	static const uint32_t answer[5] = { 1, 5, 8, 0, 1 }; /* VIRTIO_F_VERSION_1 */
	struct world w;
	struct back_end *b = &w.back[0];

	(void)state;
	open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1);
	connect_back_end(&w, 0);
	for (size_t i = 0; i < sizeof(answer); i++) {
		front_look(w.front);
		assert_int_equal(b->nb_heard[2], 0);
		assert_int_equal(send(b->fd, (const uint8_t *)answer + i, 1, 0), 1);
	}
	front_look(w.front);
	b->offers = 0; /* its own answer to what was asked is one too many */
	while (!back_is_ready(b))
		assert_int_equal(back_hear(b), 1);
	assert_int_equal(b->agreed, BACK_VERSION_1);
	close_world(&w);
}

static uint64_t count_of(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* A back end that sleeps is kicked, one that polls is not. */
static void kicks_as_wanted(void **state)
{
	struct world w;
	struct back_end *b = &w.back[0];

	(void)state;
	open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1);
	connect_all(&w);
	assert_int_equal(count_of(b->kick[0]), 1); /* buffers were posted */
	exchange(&w, 0, 20, 1);
	assert_int_equal(count_of(b->kick[0]) + count_of(b->kick[1]), 0);
	b->tx.used->flags = 0;
	exchange(&w, 0, 20, 1);
	assert_int_equal(count_of(b->kick[0]), 0);
	assert_true(count_of(b->kick[1]) > 0);
	close_world(&w);
}

/* It shares the event: that it can make a write to it wait must not stop its guest, or the others. */
static void a_back_end_that_fills_its_events_stops_nobody(void **state)
{
	const uint64_t full = UINT64_MAX - 1;
	struct world w;
	struct back_end *b = &w.back[0];

	(void)state;
	open_world(&w, (struct front_cfg){ 0 }, BACK_VERSION_1);
	connect_all(&w);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(b->kick[i], F_SETFL, 0), 0);
		if (i == 0)
			assert_int_equal(count_of(b->kick[i]), 1); /* buffers were posted */
		assert_int_equal(write(b->kick[i], &full, sizeof(full)), sizeof(full));
	}
	b->rx.used->flags = b->tx.used->flags = 0;
	alarm(30); /* ends the test if it waits for ever */
	for (unsigned k = 0; k < 10; k++)
		exchange(&w, 0, 20, (uint8_t)k);
	alarm(0);
	assert_int_equal(count_of(b->kick[1]), full);
	close_world(&w);
}

static gpointer send_soon(gpointer arg)
{
	g_usleep(20000);
	send_frames(arg, 1, LEN, 9);
	return NULL;
}

/* Who sleeps is called for frames, and for nothing else. */
static void sleeps_until_a_frame_comes(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, (struct front_cfg){ .calls = TRUE }, BACK_VERSION_1);
	connect_all(&w);
	exchange(&w, 0, 20, 1);
	front_reflect(w.front);
	for (unsigned i = 0; i < 5; i++) {
		GThread *thread = g_thread_new("sends", send_soon, &w.back[i % GUESTS]);
		gint64 start_us = g_get_monotonic_time();

		front_sleep(w.front, 60000);
		assert_true(g_get_monotonic_time() - start_us < 30000000);
		assert_int_equal(front_reflect(w.front), 1);
		g_thread_join(thread);
		/* It is awake: nobody calls. */
		send_frames(&w.back[i % GUESTS], 1, LEN, 9);
		assert_int_equal(front_reflect(w.front), 1);
		front_sleep(w.front, 1);
		assert_int_equal(front_reflect(w.front), 0);
	}
	/* What came before it could ask is seen at once. */
	send_frames(&w.back[0], 1, LEN, 9);
	front_sleep(w.front, 60000);
	assert_int_equal(front_reflect(w.front), 1);
	close_world(&w);
}

static void errors_name_the_socket(void **state)
{
	char *none[] = { (char *)(uintptr_t) "/nowhere/0", NULL };
	struct front_cfg cfg = { .paths = none, .descriptors = 64, .frame_len_max = LEN_MAX };

	(void)state;
	for (int server = 0; server < 2; server++) {
		g_autoptr(GError) error = NULL;

		cfg.server = server;
		assert_null(front_new(&cfg, &error));
		assert_non_null(strstr(error->message, "--vhost-user: /nowhere/0: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_round),
		cmocka_unit_test(buffers_do_not_get_stuck),
		cmocka_unit_test(rings_stay_as_they_are),
		cmocka_unit_test(any_order_of_buffers),
		cmocka_unit_test(back_ends_connect_and_come_again),
		cmocka_unit_test(connected_back_ends_that_leave_are_gone),
		cmocka_unit_test(liars),
		cmocka_unit_test(wrong_answers),
		cmocka_unit_test(answers_in_pieces),
		cmocka_unit_test(kicks_as_wanted),
		cmocka_unit_test(a_back_end_that_fills_its_events_stops_nobody),
		cmocka_unit_test(sleeps_until_a_frame_comes),
		cmocka_unit_test(errors_name_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
