/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest that goes mad: bad_queue SOCKET SLOT BAD_MS reflects on a queue pair until SIGUSR1, and then
 * writes noise all over the memory that it shares with tsim for BAD_MS, or until tsim ends the
 * connection (exit status 0; else 1).
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/reflector/queue.h"

enum { LOOK_WORDS = 4096 };

static volatile sig_atomic_t mad;

static void on_signal(int number)
{
	(void)number;
	mad = 1;
}

/* xorshift64: noise that is the same each time. */
static uint64_t next_word(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* The memory of the one queue pair that this process has mapped. */
static uint64_t *shared_words(size_t *nb)
{
	g_autofree char *maps = NULL;
	const char *at;
	guint64 from, to;
	char *end;

	if (!g_file_get_contents("/proc/self/maps", &maps, NULL, NULL))
		return NULL;
	at = strstr(maps, "/memfd:tsim-queues");
	if (at == NULL)
		return NULL;
	while (at != maps && at[-1] != '\n')
		at--;
	from = g_ascii_strtoull(at, &end, 16);
	to = g_ascii_strtoull(end + 1, NULL, 16);
	*nb = (size_t)(to - from) / sizeof(uint64_t);
	return (uint64_t *)(uintptr_t)from;
}

static gboolean host_has_gone(const struct queue *q)
{
	struct pollfd p = { .fd = queue_socket(q), .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* Rings and frames, words and single bytes, as they come. TRUE when tsim has had enough. */
static gboolean scribble(const struct queue *q, gint64 until_us)
{
	uint64_t seed = 88172645463325252U;
	size_t nb = 0;
	uint64_t *word = shared_words(&nb);

	while (word != NULL && g_get_monotonic_time() < until_us) {
		for (int i = 0; i < LOOK_WORDS; i++) {
			uint64_t r = next_word(&seed);
			/* Every other one into the first pages: there the rings are. */
			size_t at = (size_t)((r >> 20) % (i % 2 ? nb : MIN(nb, 2048)));

			if (r % 3 == 0)
				((uint8_t *)&word[at])[r % 8] = (uint8_t)(r >> 8);
			else
				word[at] = next_word(&seed);
		}
		if (host_has_gone(q))
			return TRUE;
	}
	return FALSE;
}

/* What a reflector does with a burst. */
static uint16_t reflect(struct queue *q, const struct turn *t)
{
	struct queue_burst b;

	queue_take(q, &b);
	queue_turn(q, &b, t);
	return b.n;
}

int main(int argc, char **argv)
{
	const struct turn turn = { 0 };
	g_autoptr(GError) error = NULL;
	guint64 slot, bad_ms;
	struct pages *pages = pages_new();
	struct queue *q;
	gboolean cut_off;

	signal(SIGUSR1, on_signal);
	if (argc != 4 || !g_ascii_string_to_unsigned(argv[2], 10, 0, 4095, &slot, &error) ||
		!g_ascii_string_to_unsigned(argv[3], 10, 0, 100000, &bad_ms, &error) ||
		(q = queue_connect(argv[1], (uint32_t)slot, FALSE, pages, &error)) == NULL) {
		fprintf(stderr, "bad_queue: %s\n",
			error == NULL ? "SOCKET SLOT BAD_MS" : error->message);
		return 2;
	}
	while (!mad)
		if (reflect(q, &turn) == 0)
			g_thread_yield();
	cut_off = scribble(q, g_get_monotonic_time() + (gint64)bad_ms * 1000);
	queue_free(q);
	pages_free(pages);
	return cut_off ? 0 : 1;
}
