/* SPDX-License-Identifier: BSD-3-Clause */
/* When guests that listen are connected, and how often; librte_vhost is a fake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_lcore.h>
#include <rte_vhost.h>

#include <glib/gstdio.h>

#include "sim/datapath/vhost_connector.h"

enum { PATIENCE_US = 10000000, PAUSE_US = 200, PAUSE_MANY_US = 50000 };

/* What the connector did with each guest. */
static struct {
	_Atomic int starts, registered, refuses;
} fake[VHOST_CONNECTOR_MAX];

static uint32_t slot_of(const char *path)
{
	return (uint32_t)g_ascii_strtoull(strrchr(path, '/') + 1, NULL, 10);
}

static gboolean register_fake(const char *path)
{
	assert_int_equal(atomic_fetch_add(&fake[slot_of(path)].registered, 1), 0);
	return TRUE;
}

int rte_vhost_driver_start(const char *path)
{
	assert_int_equal(atomic_load(&fake[slot_of(path)].registered), 1);
	atomic_fetch_add(&fake[slot_of(path)].starts, 1);
	return atomic_load(&fake[slot_of(path)].refuses) ? -1 : 0;
}

int rte_vhost_driver_unregister(const char *path)
{
	return atomic_exchange(&fake[slot_of(path)].registered, 0) ? 0 : -1;
}

int rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
	void *(*run)(void *), void *arg)
{
	(void)name;
	return -pthread_create(thread, attr, run, arg);
}

struct bench {
	char *dir, **path;
	_Atomic uint32_t unheard;
	struct vhost_connector *connector;
};

static void bench_make(struct bench *b, uint32_t nb)
{
	memset(fake, 0, sizeof(fake));
	b->unheard = 0;
	b->dir = g_dir_make_tmp("connector-XXXXXX", NULL);
	b->path = g_new0(char *, nb + 1);
	for (uint32_t i = 0; i < nb; i++)
		b->path[i] = g_strdup_printf("%s/%u", b->dir, i);
	b->connector = vhost_connector_new(&(struct vhost_connector_cfg){ .path = b->path,
		.nb = nb,
		.nb_all = nb,
		.unheard = &b->unheard,
		.register_path = register_fake });
	assert_true(vhost_connector_start(b->connector, NULL));
}

static void bench_clear(struct bench *b)
{
	vhost_connector_free(b->connector);
	for (char **path = b->path; *path != NULL; path++) {
		assert_int_equal(atomic_load(&fake[slot_of(*path)].registered), 0);
		unlink(*path);
	}
	rmdir(b->dir);
	g_strfreev(b->path);
	g_free(b->dir);
}

/* A socket appears at the guest's path, in place of the one that was there. */
static void make_socket(const struct bench *b, uint32_t slot)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/new", b->dir);
	assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(rename(address.sun_path, b->path[slot]), 0);
	close(s);
}

static void wait_for_starts(const uint32_t *slots, unsigned nb, int wanted)
{
	gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
	int starts;

	do {
		starts = 0;
		for (unsigned i = 0; i < nb; i++)
			starts += atomic_load(&fake[slots[i]].starts);
		g_usleep(PAUSE_US);
	} while (starts < wanted && g_get_monotonic_time() < until_us);
	assert_int_equal(starts, wanted);
}

static void waits_for_sockets(void **state)
{
	static const uint32_t first = 0, second = 1;
	struct bench b;

	(void)state;
	bench_make(&b, 2);
	make_socket(&b, second);
	wait_for_starts(&second, 1, 1);
	assert_int_equal(atomic_load(&fake[first].starts), 0);
	make_socket(&b, first);
	wait_for_starts(&first, 1, 1);
	assert_int_equal(atomic_load(&fake[second].starts), 1);
	bench_clear(&b);
}

static void tries_dead_sockets_once(void **state)
{
	static const uint32_t dead = 0, other = 1;
	struct bench b;

	(void)state;
	bench_make(&b, 2);
	atomic_store(&fake[dead].refuses, 1);
	make_socket(&b, dead);
	wait_for_starts(&dead, 1, 1);
	make_socket(&b, other); /* it is seen in a later round */
	wait_for_starts(&other, 1, 1);
	assert_int_equal(atomic_load(&fake[dead].starts), 1);
	assert_int_equal(atomic_load(&fake[dead].registered), 0);
	atomic_store(&fake[dead].refuses, 0);
	make_socket(&b, dead);
	wait_for_starts(&dead, 1, 2);
	bench_clear(&b);
}

static void connects_again(void **state)
{
	static const uint32_t slot = 1;
	struct bench b;

	(void)state;
	bench_make(&b, 3);
	make_socket(&b, slot);
	for (int times = 1; times < 5; times++) {
		wait_for_starts(&slot, 1, times);
		vhost_connector_ended(b.connector, slot);
	}
	wait_for_starts(&slot, 1, 5);
	bench_clear(&b);
}

/* librte_vhost's list of descriptors may never be full: vhost_connector.c has the reason. */
static void returns_as_there_is_room(void **state)
{
	static const uint32_t slots[] = { 5, 500, 1000 }, newcomer = 2;
	struct bench b;

	(void)state;
	bench_make(&b, VHOST_CONNECTOR_MAX - 1); /* room for two */
	for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++)
		make_socket(&b, slots[i]);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 3);
	for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++)
		vhost_connector_ended(b.connector, slots[i]);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 5);
	make_socket(&b, newcomer); /* takes no room; there have been more rounds when it is seen */
	wait_for_starts(&newcomer, 1, 1);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 5);
	for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++)
		if (atomic_load(&fake[slots[i]].starts) == 2)
			vhost_connector_heard(b.connector, slots[i]);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 6);
	bench_clear(&b);
}

/* A fleet with two interfaces on vhost-user has two connectors, and librte_vhost one list. */
static void connectors_share_the_room(void **state)
{
	static const uint32_t slots[] = { 5, 6 };
	struct bench b;

	(void)state;
	bench_make(&b, VHOST_CONNECTOR_MAX - 1); /* room for two */
	atomic_store(&b.unheard, 1);             /* one is another's */
	for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++)
		make_socket(&b, slots[i]);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 2);
	for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++)
		vhost_connector_ended(b.connector, slots[i]);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 3);
	g_usleep(PAUSE_MANY_US);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 3);
	atomic_fetch_sub(&b.unheard, 1);
	wait_for_starts(slots, G_N_ELEMENTS(slots), 4);
	bench_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_sockets),
		cmocka_unit_test(tries_dead_sockets_once),
		cmocka_unit_test(connects_again),
		cmocka_unit_test(returns_as_there_is_room),
		cmocka_unit_test(connectors_share_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
