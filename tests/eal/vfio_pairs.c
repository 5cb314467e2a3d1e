/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A machine with several queue pairs on a vfio-user device: vfio_pairs PAIRS DEVICE. Reflects frames, MACs
 * swapped, on one pair for a time, then on the next one; from SIGUSR1 on it changes the number of pairs in
 * use five times. Until SIGTERM; then an account as JSON.
 */
#include "tests/eal/peer.h"
#include "tests/eal/vfio_guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/virtio_net.h>

enum {
	PAIRS_MAX = 8,
	CHANGES = 5,
	CHANGE_MS = 100,
	TURN_MS = 20, /* frames go back by one pair for so long */
	COMMAND_AT = GUEST_HIGH_AT + (2 * PAIRS_MAX + 1) * GUEST_QUEUE_LEN,
	BUFFERS_AT = COMMAND_AT + 0x1000,
	FRAME_MIN = 60,
	PATIENCE_MS = 10000,
	DRIVER_OK = 15,
};

struct pair {
	struct guest_queue rx, tx;
	uint64_t received, sent;
};

struct machine {
	struct guest g;
	unsigned nb, in_use, sender; /* pairs; sender: frames go back by it */
	uint16_t buffers;            /* per pair; buffers of a pair are of its queues alone */
	struct pair pair[PAIRS_MAX];
	struct guest_queue control;
	uint64_t foreign, idle_received;
};

static uint64_t address_of(const struct machine *m, unsigned pair, uint32_t buffer)
{
	return BUFFERS_AT + ((uint64_t)pair * m->buffers + buffer) * GUEST_STRIDE;
}

static void offer(struct guest_queue *q, uint32_t buffer)
{
	q->avail->ring[q->next++ % q->size] = (uint16_t)buffer;
}

static void give(struct machine *m, unsigned pair, uint32_t buffer)
{
	struct guest_queue *q = &m->pair[pair].rx;

	q->desc[buffer] = (struct vring_desc){ .addr = address_of(m, pair, buffer),
		.len = GUEST_STRIDE,
		.flags = VRING_DESC_F_WRITE };
	offer(q, buffer);
}

/* The next used buffer of a queue; UINT32_MAX: none. */
static uint32_t reap(struct machine *m, struct guest_queue *q, uint32_t *len)
{
	const struct vring_used_elem *e = &q->used->ring[q->seen % q->size];

	if (__atomic_load_n(&q->used->idx, __ATOMIC_ACQUIRE) == q->seen)
		return UINT32_MAX;
	if (e->id >= q->size)
		guest_fail(&m->g, "descriptor %u of %u is used", e->id, q->size);
	*len = e->len;
	q->seen++;
	return e->id;
}

static void swap_macs(struct machine *m, uint8_t *frame)
{
	uint8_t mac[6];

	m->foreign += memcmp(frame, m->g.mac, 6) != 0;
	memcpy(mac, frame, 6);
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, mac, 6);
}

/*
 * Copied to a buffer of the sender, as a driver's sockets do it, if it has one that is idle. Its
 * buffers for sending are the second half.
 */
static void send_back(struct machine *m, unsigned pair, uint32_t buffer, uint32_t len)
{
	struct pair *out = &m->pair[m->sender];
	uint16_t slot = (uint16_t)(out->tx.next % out->tx.size);
	uint8_t *to = m->g.ram + address_of(m, m->sender, m->buffers / 2U + slot);

	if (len < GUEST_HEADER_LEN + FRAME_MIN || len > GUEST_STRIDE)
		guest_fail(&m->g, "pair %u: a frame of %u bytes", pair, len);
	if ((uint16_t)(out->tx.next - out->tx.seen) == out->tx.size)
		return; /* lost, as drivers do it */
	memcpy(to, m->g.ram + address_of(m, pair, buffer), len);
	swap_macs(m, to + GUEST_HEADER_LEN);
	memset(to, 0, GUEST_HEADER_LEN);
	out->tx.desc[slot] = (struct vring_desc){
		.addr = address_of(m, m->sender, m->buffers / 2U + slot), .len = len
	};
	offer(&out->tx, slot);
}

/* TRUE: there was something to do. sends: else what came is left where it is. */
static bool reflect_frames(struct machine *m, bool sends)
{
	bool busy = false;

	for (unsigned i = 0; i < m->nb; i++) {
		struct pair *p = &m->pair[i];
		uint32_t buffer, len;

		for (; reap(m, &p->tx, &len) != UINT32_MAX; p->sent++)
			busy = true;
		for (; sends && (buffer = reap(m, &p->rx, &len)) != UINT32_MAX; p->received++) {
			if (i >= m->in_use)
				m->idle_received++;
			send_back(m, i, buffer, len);
			give(m, i, buffer);
			busy = true;
		}
	}
	for (unsigned i = 0; i < m->in_use; i++) {
		guest_publish(&m->g, &m->pair[i].rx, (uint16_t)(2 * i));
		guest_publish(&m->g, &m->pair[i].tx, (uint16_t)(2 * i + 1));
	}
	return busy;
}

/* The device's answer. */
static uint8_t command(struct machine *m, uint8_t class, uint8_t number, uint16_t value)
{
	const uint8_t asked[] = { class, number, (uint8_t)value, (uint8_t)(value >> 8) };
	struct guest_queue *q = &m->control;
	uint32_t len = 0;

	memcpy(m->g.ram + COMMAND_AT, asked, sizeof(asked));
	m->g.ram[COMMAND_AT + 64] = 77;
	q->desc[0] = (struct vring_desc){ COMMAND_AT, 2, VRING_DESC_F_NEXT, 1 };
	q->desc[1] = (struct vring_desc){ COMMAND_AT + 2, 2, VRING_DESC_F_NEXT, 2 };
	q->desc[2] = (struct vring_desc){ COMMAND_AT + 64, 1, VRING_DESC_F_WRITE, 0 };
	offer(q, 0);
	if (!guest_publish(&m->g, q, (uint16_t)(2 * m->nb)))
		guest_fail(&m->g, "control queue: no notification wanted");
	for (int t = 0; reap(m, q, &len) == UINT32_MAX; t++) {
		if (t == PATIENCE_MS)
			guest_fail(&m->g, "control queue: no answer");
		usleep(1000);
	}
	if (len != 1)
		guest_fail(&m->g, "control queue: %u bytes written", len);
	return m->g.ram[COMMAND_AT + 64];
}

static void use_pairs(struct machine *m, unsigned nb)
{
	if (command(m, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, (uint16_t)nb) !=
		VIRTIO_NET_OK)
		guest_fail(&m->g, "%u pairs are refused", nb);
	m->sender %= nb;
	reflect_frames(m, true); /* what came before the answer */
	m->in_use = nb;
}

/* Answered, and nothing has changed. */
static void ask_nonsense(struct machine *m)
{
	const uint16_t nonsense[] = { 0, (uint16_t)(m->nb + 1), 0xffff };

	for (unsigned i = 0; i < 3; i++)
		if (command(m, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, nonsense[i]) !=
			VIRTIO_NET_ERR)
			guest_fail(&m->g, "%u pairs are not refused", nonsense[i]);
	if (command(m, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1) != VIRTIO_NET_ERR)
		guest_fail(&m->g, "a command that there is not is not refused");
}

static void come_up(struct machine *m)
{
	struct guest *g = &m->g;

	guest_greet(g);
	if (guest_get(g, &g->device, 8, 2) != m->nb)
		guest_fail(g, "max_virtqueue_pairs is not %u", m->nb);
	for (unsigned i = 0; i < m->nb; i++) {
		struct pair *p = &m->pair[i];

		guest_make_queue(g, &p->rx, (uint16_t)(2 * i), (uint16_t)(2 * i + 1));
		guest_make_queue(g, &p->tx, (uint16_t)(2 * i + 1), (uint16_t)(2 * i + 2));
		guest_enable(g, (uint16_t)(2 * i));
		guest_enable(g, (uint16_t)(2 * i + 1));
		for (uint32_t k = 0; k < m->buffers / 2U; k++)
			give(m, i, k);
	}
	guest_make_queue(g, &m->control, (uint16_t)(2 * m->nb), (uint16_t)(2 * m->nb + 1));
	guest_enable(g, (uint16_t)(2 * m->nb));
	guest_put(g, &g->common, 20, 1, DRIVER_OK);
	m->in_use = 1;
	use_pairs(m, m->nb);
	ask_nonsense(m);
}

static void print_account(const struct machine *m, unsigned changes)
{
	printf("{\"foreign\":%lu,\"idle_received\":%lu,\"changes\":%u,\"pairs\":[",
		(unsigned long)m->foreign, (unsigned long)m->idle_received, changes);
	for (unsigned i = 0; i < m->nb; i++)
		printf("%s{\"received\":%lu,\"sent\":%lu}", i == 0 ? "" : ",",
			(unsigned long)m->pair[i].received, (unsigned long)m->pair[i].sent);
	printf("]}\n");
}

/* All frames that came are on their way back before pairs go: no driver leaves frames in a queue. */
static bool is_settled(const struct machine *m)
{
	for (unsigned i = 0; i < m->nb; i++)
		if (m->pair[i].tx.seen != m->pair[i].tx.next)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	static struct machine m = { .g.buffer_len = GUEST_STRIDE };
	uint64_t turn = 0, change = 0;
	unsigned changes = 0;

	m.nb = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	if (m.nb < 2 || m.nb > PAIRS_MAX) {
		fputs("usage: vfio_pairs PAIRS DEVICE (2 to 8)\n", stderr);
		return 2;
	}
	m.g.path = argv[2];
	m.g.features = UINT64_C(1) << VIRTIO_NET_F_CTRL_VQ | UINT64_C(1) << VIRTIO_NET_F_MQ;
	m.g.descriptors = 64;
	m.buffers = 2 * m.g.descriptors;
	peer_take_signals();
	guest_open(&m.g);
	come_up(&m);
	fprintf(stderr, "1 devices are up\n");
	while (peer_is_over == 0) {
		uint64_t now = peer_now_ms();
		bool is_due = peer_is_told != 0 && changes < CHANGES && now >= change;

		if (!reflect_frames(&m, !is_due))
			usleep(50);
		if (now >= turn) {
			m.sender = (m.sender + 1) % m.in_use;
			turn = now + TURN_MS;
		}
		if (is_due && is_settled(&m)) {
			use_pairs(&m, 1 + (changes * 3 + 1) % m.nb);
			change = peer_now_ms() + CHANGE_MS;
			if (++changes == CHANGES)
				fputs("all changes are done\n", stderr);
		}
	}
	print_account(&m, changes);
	return 0;
}
