/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/engine_private.h"

#include "sim/engine/stamp.h"

enum {
	BURSTS_LEFT = 2048, /* that an earlier trial may have left in an interface */
	BURSTS_HEARD = 64,  /* in one look for answers: strangers may send without end */
};

static const uint32_t ANY_GUEST = UINT32_MAX;

/* A frame from guest via, or from a port: note it where it is an answer. */
static void hear_answer(struct engine *e, const struct frame_slot *f, uint32_t via)
{
	struct frame_sig sig;

	if (frame_classify(f->data, f->len, &sig) != FRAME_OURS || sig.run != e->cfg.run ||
		sig.guest >= e->nb_guests || frame_sig_phase(&sig) != FRAME_HELLO ||
		!engine_serves(e, sig.guest))
		return;
	hello_note(&e->hello[sig.guest], &sig, via == ANY_GUEST ? sig.guest : via);
}

/* An answer may be another guest's: all are noted. What a trial before left are no answers. */
static void listen_to_ports(struct engine *e, struct datapath *d, unsigned nb_bursts)
{
	struct frame_slot f[WORKER_BURST];
	uint16_t n;

	for (unsigned port = 0; port < d->nb_ports; port++)
		for (unsigned k = 0;
			k < nb_bursts && (n = d->ops->receive_port(d, port, f, WORKER_BURST)) != 0;
			k++) {
			for (uint16_t i = 0; i < n; i++)
				hear_answer(e, &f[i], ANY_GUEST);
			d->ops->release_port(d, port, f, n);
		}
}

static void listen_to_guest(struct engine *e, uint32_t guest, unsigned nb_bursts)
{
	struct datapath *d = e->tx[guest].datapath;
	uint32_t slot = e->tx[guest].slot;
	struct frame_slot f[WORKER_BURST];
	uint16_t n;

	for (unsigned k = 0; k < nb_bursts && d->ops->receive != NULL &&
			     (n = d->ops->receive(d, slot, f, WORKER_BURST)) != 0;
		k++) {
		for (uint16_t i = 0; i < n; i++)
			hear_answer(e, &f[i], guest);
		d->ops->release(d, slot, f, n);
	}
}

void engine_empty_interfaces(struct engine *e)
{
	const struct fabric *fabric = e->cfg.fabric;

	for (uint32_t i = 0; i < e->nb_guests; i++) {
		if (!engine_serves(e, i))
			continue;
		pthread_mutex_lock(&e->tx[i].datapath->quiesce_lock); /* as engine_hello */
		listen_to_guest(e, i, BURSTS_LEFT);
		pthread_mutex_unlock(&e->tx[i].datapath->quiesce_lock);
	}
	for (unsigned i = 0; i < fabric->nb; i++)
		listen_to_ports(e, fabric->datapath[i], BURSTS_LEFT);
}

static gboolean send_hello(struct engine *e, uint32_t guest, enum hello_length length)
{
	struct datapath *d = e->tx[guest].datapath;
	uint32_t slot = e->tx[guest].slot;
	struct frame_sig sig = { .run = e->cfg.run,
		.phase_class = (uint8_t)((uint32_t)FRAME_HELLO << 6 | length),
		.guest = (uint16_t)guest,
		.seq = e->hello[guest].asked };
	uint32_t frame_len = length == HELLO_LONGEST ? e->hello[guest].frame_len : FRAME_LEN_MIN;
	struct frame_template direct = e->templates[guest];
	struct stamp_head head;
	struct frame_slot f;

	if (d->ops->reserve(d, 0, slot, &f, 1) == 0)
		return FALSE;
	frame_template_relay(&direct, guest);
	stamp_head_init(&head, &direct, frame_len);
	stamp_write(f.data, &head, &sig);
	if (!d->ops->zeroed)
		memset(f.data + FRAME_HEAD_LEN, 0, frame_len - FRAME_FCS_LEN - FRAME_HEAD_LEN);
	f.len = frame_len - FRAME_FCS_LEN;
	return d->ops->commit(d, 0, slot, &f, 1, 1) == 1;
}

static void ask_guest(struct engine *e, uint32_t guest)
{
	struct hello *h = &e->hello[guest];

	h->news = FALSE;
	if (hello_needs_longest(h))
		send_hello(e, guest, HELLO_LONGEST); /* no room for it: it is not answered */
	if (send_hello(e, guest, HELLO_SHORTEST))
		h->asked++;
}

/* As quiesce is not set yet, whoever waits until nobody is inside a burst waits for the lock. */
gboolean engine_hello(struct engine *e, uint32_t guest, gboolean ask, char **fault)
{
	struct datapath *d = e->tx[guest].datapath;
	const struct hello *h = &e->hello[guest];
	gboolean known = d->ops->one_way;

	*fault = NULL;
	pthread_mutex_lock(&d->quiesce_lock);
	if (!known) {
		listen_to_ports(e, d, BURSTS_HEARD);
		listen_to_guest(e, guest, BURSTS_HEARD);
		known = hello_judge(h, fault) != HELLO_WAITS;
	}
	if (!known && (ask || hello_asks_at_once(h)))
		ask_guest(e, guest);
	pthread_mutex_unlock(&d->quiesce_lock);
	return known;
}

gboolean engine_hello_is_under_way(const struct engine *e, uint32_t guest)
{
	return hello_is_under_way(&e->hello[guest]);
}
