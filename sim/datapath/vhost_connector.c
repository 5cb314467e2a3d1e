/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two weaknesses of librte_vhost 22.11 shape this file.
 *
 * Its list of descriptors is packed by its own thread when that has gone through the list; a list that
 * is full is packed by whoever adds to it, also while that thread stands in the middle of it. So the
 * list must never be full. A guest that comes back may be on it twice until the first message of the
 * new connection, which is read in the round after. Of such guests there are as many at a time as
 * there is room.
 *
 * A connection may end in its thread before the call that made it has put it where it is looked for.
 * So the lock is held while a guest is connected, and what hears of the end waits for it.
 */
#include "sim/datapath/vhost_connector.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include <rte_lcore.h>
#include <rte_vhost.h>

#include "sim/base/error.h"

enum {
	LIST = 1024, /* MAX_FDS of librte_vhost; its own is a pipe */
	LIST_OWN = 1,
	/* Between looks for sockets: a share of the time that they have been waited for. */
	PAUSE_SHARE = 8,
	PAUSE_MIN_US = 1000,
	PAUSE_MAX_US = 100000,
};

enum state { ABSENT, CONNECTED, ENDED };

struct peer {
	enum state state;     /* under the lock */
	_Atomic int unheard;  /* it came back, and has not said anything yet */
	gboolean back;        /* it has been here before */
	ino_t tried;          /* the socket that was connected to last: not again, unless it did */
	struct timespec made; /* when that got its name */
};

struct vhost_connector {
	struct vhost_connector_cfg cfg;
	struct peer *peer;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a connection has ended, or it is over */
	gboolean over;          /* under the lock */
	pthread_t thread;
	gboolean runs;
};

/* Is a socket there that was not tried yet? */
static gboolean find_socket(struct peer *p, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISSOCK(st.st_mode) ||
		(st.st_ino == p->tried && st.st_ctim.tv_sec == p->made.tv_sec &&
			st.st_ctim.tv_nsec == p->made.tv_nsec))
		return FALSE;
	p->tried = st.st_ino;
	p->made = st.st_ctim;
	return TRUE;
}

static void forget_unheard(struct vhost_connector *c, struct peer *p)
{
	if (atomic_exchange(&p->unheard, 0) != 0)
		atomic_fetch_sub(c->cfg.unheard, 1);
}

/* One that comes back may be on the list twice. FALSE: there is no room. */
static gboolean take_room(struct vhost_connector *c, struct peer *p)
{
	if (!p->back)
		return TRUE;
	atomic_store(&p->unheard, 1);
	if (atomic_fetch_add(c->cfg.unheard, 1) + c->cfg.nb_all < LIST - LIST_OWN)
		return TRUE;
	forget_unheard(c, p);
	return FALSE;
}

static void connect_peer(struct vhost_connector *c, struct peer *p, const char *path)
{
	if (!c->cfg.register_path(path)) {
		forget_unheard(c, p);
		return;
	}
	p->state = CONNECTED;
	if (rte_vhost_driver_start(path) == 0)
		return;
	p->state = ABSENT; /* nobody listens on it any more */
	forget_unheard(c, p);
	rte_vhost_driver_unregister(path);
}

/* Under the lock, which is open meanwhile: the thread that is waited for may wait for it. */
static void forget_connection(struct vhost_connector *c, struct peer *p, const char *path)
{
	pthread_mutex_unlock(&c->lock);
	rte_vhost_driver_unregister(path);
	pthread_mutex_lock(&c->lock);
	p->state = ABSENT;
	p->back = TRUE;
	p->tried = 0;
}

/* Under the lock. Is it connected now? */
static gboolean attend_peer(struct vhost_connector *c, struct peer *p, const char *path)
{
	if (p->state == ENDED)
		forget_connection(c, p, path);
	if (p->state == ABSENT && take_room(c, p)) {
		if (find_socket(p, path))
			connect_peer(c, p, path);
		else
			forget_unheard(c, p);
	}
	return p->state == CONNECTED;
}

/* How many have just been connected, and how many are left to wait for. */
struct round {
	uint32_t connected, missing;
};

static struct round attend_all(struct vhost_connector *c)
{
	struct round r = { 0 };

	for (uint32_t i = 0; i < c->cfg.nb; i++) {
		struct peer *p = &c->peer[i];
		gboolean before, now;

		pthread_mutex_lock(&c->lock);
		before = p->state == CONNECTED;
		now = before || (!c->over && attend_peer(c, p, c->cfg.path[i]));
		pthread_mutex_unlock(&c->lock);
		r.connected += now && !before;
		r.missing += !now;
	}
	return r;
}

static gboolean has_ended(const struct vhost_connector *c)
{
	for (uint32_t i = 0; i < c->cfg.nb; i++)
		if (c->peer[i].state != CONNECTED)
			return TRUE;
	return FALSE;
}

/* Until a connection ends; FALSE: it is over. */
static gboolean wait_for_end(struct vhost_connector *c, gboolean all_there)
{
	gboolean over;

	pthread_mutex_lock(&c->lock);
	while (!c->over && all_there && !has_ended(c))
		pthread_cond_wait(&c->changed, &c->lock);
	over = c->over;
	pthread_mutex_unlock(&c->lock);
	return !over;
}

static void *connect_guests(void *arg)
{
	struct vhost_connector *c = arg;
	gint64 since_us = g_get_monotonic_time();
	struct round r = { .missing = c->cfg.nb };

	while (wait_for_end(c, r.missing == 0)) {
		gint64 now_us = g_get_monotonic_time();

		if (r.connected != 0 || r.missing == 0)
			since_us = now_us;
		g_usleep((gulong)CLAMP(
			(now_us - since_us) / PAUSE_SHARE, PAUSE_MIN_US, PAUSE_MAX_US));
		r = attend_all(c);
	}
	return NULL;
}

struct vhost_connector *vhost_connector_new(const struct vhost_connector_cfg *cfg)
{
	struct vhost_connector *c = g_new0(struct vhost_connector, 1);

	c->cfg = *cfg;
	c->peer = g_new0(struct peer, cfg->nb);
	for (uint32_t i = 0; i < cfg->nb; i++)
		c->peer[i].state = cfg->path[i] == NULL ? CONNECTED : ABSENT;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	return c;
}

gboolean vhost_connector_start(struct vhost_connector *c, GError **error)
{
	/* Off the workers' CPUs. */
	int rc = rte_ctrl_thread_create(&c->thread, "tsim-connect", NULL, connect_guests, c);

	c->runs = rc == 0;
	return c->runs ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "cannot start the thread that connects guests (%s)", g_strerror(-rc));
}

void vhost_connector_heard(struct vhost_connector *c, uint32_t slot)
{
	forget_unheard(c, &c->peer[slot]);
}

void vhost_connector_ended(struct vhost_connector *c, uint32_t slot)
{
	forget_unheard(c, &c->peer[slot]);
	pthread_mutex_lock(&c->lock);
	c->peer[slot].state = ENDED;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

void vhost_connector_free(struct vhost_connector *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->over = TRUE;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
	if (c->runs)
		pthread_join(c->thread, NULL);
	for (uint32_t i = 0; i < c->cfg.nb; i++)
		if (c->cfg.path[i] != NULL)
			(void)rte_vhost_driver_unregister(
				c->cfg.path[i]); /* -1: it was not registered */
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	g_free(c->peer);
	g_free(c);
}
