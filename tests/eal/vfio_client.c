/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Machines that reflect frames on vfio-user devices, MACs swapped, until SIGTERM; then an account as
 * JSON. All but the first device are driven as any driver does it; to the first one something happens
 * every so often, from SIGUSR1 on:
 *
 *   reset      reset of the machine, in traffic; then the driver comes anew
 *   status     reset by the driver
 *   leave      by the driver, who comes back later
 *   late       reset; the send queue is enabled later than the receive queue
 *   low        memory in which no frames are is unmapped and mapped
 *   remap      memory with rings and buffers is unmapped and mapped
 *   irqs       each vector gets another event
 *   mask       vectors are masked, or their events taken away, in turn; implies --calls
 *   rings      both queues are reset, and then made anew
 *   reconnect  the machine is killed; another one comes
 */
#include "tests/eal/peer.h"
#include "tests/eal/vfio_guest.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/virtio_net.h>
#include <sys/eventfd.h>

enum {
	MACHINES_MAX = 64,
	AWAY_MS = 200,
	SILENCE_MS = 2000, /* after which a call is missing */
	FRAME_MIN = 60,
};

struct machine {
	struct guest g;
	uint64_t received, sent, foreign, calls, bells, events;
	uint64_t waits_since; /* ms; frames are there, no call is; 0: nothing waits */
	uint64_t until;       /* ms; of an event that lasts */
	bool masked, up;
};

static struct machine machines[MACHINES_MAX];
static unsigned nb_machines;

static uint8_t *buffer_of(struct guest *g, uint16_t buffer)
{
	return g->ram + GUEST_BUFFERS_AT + (size_t)buffer * GUEST_STRIDE;
}

static uint16_t used_index(const struct guest_queue *q)
{
	return __atomic_load_n(&q->used->idx, __ATOMIC_ACQUIRE);
}

/* Sent frames give their buffers back to the receive queue. */
static void take_sent(struct machine *m)
{
	struct guest *g = &m->g;
	struct guest_queue *q = &g->tx;

	for (uint16_t end = used_index(q); q->seen != end; q->seen++) {
		uint32_t id = q->used->ring[q->seen % q->size].id;

		for (bool more = true; more;) {
			if (id >= q->size || g->owner[id] != GUEST_SENDS)
				guest_fail(g, "send queue: descriptor %u is used, but was not sent",
					id);
			more = (q->desc[id].flags & VRING_DESC_F_NEXT) != 0;
			guest_give(g, (uint16_t)id);
			id = q->desc[id].next;
		}
		m->sent++;
	}
}

static void swap_macs(struct machine *m, uint8_t *frame)
{
	uint8_t mac[6];

	if (memcmp(frame, m->g.mac, 6) != 0)
		m->foreign++;
	memcpy(mac, frame, 6);
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, mac, 6);
}

/* The frame whose first buffer is next in the receive queue; whoever counts buffers says how many. */
static void send_back(struct machine *m, uint16_t nb)
{
	struct guest *g = &m->g;
	struct guest_queue *q = &g->rx, *tx = &g->tx;
	uint32_t frame_len = 0, first = 0, last = 0;

	for (uint16_t i = 0; i < nb; i++) {
		const struct vring_used_elem *u = &q->used->ring[(q->seen + i) % q->size];
		uint32_t id = u->id;

		if (id >= q->size || g->owner[id] != GUEST_RECEIVES)
			guest_fail(
				g, "receive queue: descriptor %u is used, but was not there", id);
		if (u->len > g->buffer_len || u->len == 0 ||
			(i + 1U < nb && u->len != g->buffer_len))
			guest_fail(g, "receive queue: %u bytes in buffer %u of %u", u->len, i, nb);
		g->owner[id] = GUEST_SENDS;
		frame_len += u->len;
		tx->desc[id] = (struct vring_desc){
			.addr = GUEST_BUFFERS_AT + (uint64_t)id * GUEST_STRIDE, .len = u->len
		};
		if (i == 0) {
			first = id;
		} else {
			tx->desc[last].flags = VRING_DESC_F_NEXT;
			tx->desc[last].next = (uint16_t)id;
		}
		last = id;
	}
	q->seen = (uint16_t)(q->seen + nb);
	if (frame_len < GUEST_HEADER_LEN + FRAME_MIN)
		guest_fail(g, "a frame of %u bytes", frame_len - GUEST_HEADER_LEN);
	swap_macs(m, buffer_of(g, (uint16_t)first) + GUEST_HEADER_LEN);
	memset(buffer_of(g, (uint16_t)first), 0, GUEST_HEADER_LEN);
	tx->avail->ring[tx->next++ % tx->size] = (uint16_t)first;
	m->received++;
}

static void take_received(struct machine *m)
{
	struct guest *g = &m->g;
	struct guest_queue *q = &g->rx;

	for (uint16_t end = used_index(q); q->seen != end;) {
		struct virtio_net_hdr_v1 h;
		uint32_t id = q->used->ring[q->seen % q->size].id;

		if (id >= q->size)
			guest_fail(g, "receive queue: descriptor %u is used", id);
		memcpy(&h, buffer_of(g, (uint16_t)id), sizeof(h));
		/* Virtio 1.2, 5.1.6.4.1: 1 where mergeable buffers are not agreed on. */
		if (h.num_buffers == 0 || (h.num_buffers != 1 && !g->mergeable) ||
			h.num_buffers > (uint16_t)(end - q->seen))
			guest_fail(g, "receive queue: a frame of %u buffers, %u are used",
				h.num_buffers, (uint16_t)(end - q->seen));
		if (h.flags != 0 || h.gso_type != VIRTIO_NET_HDR_GSO_NONE)
			guest_fail(g, "receive queue: offloads that were not agreed on");
		send_back(m, h.num_buffers);
	}
}

/* TRUE: there was something to do. */
static bool reflect_frames(struct machine *m)
{
	uint64_t before = m->received + m->sent;

	take_sent(m);
	take_received(m);
	m->bells += guest_publish(&m->g, &m->g.rx, 0);
	m->bells += guest_publish(&m->g, &m->g.tx, 1);
	return m->received + m->sent != before;
}

/* How often the device has called since. */
static uint64_t take_calls(struct guest *g)
{
	uint64_t all = 0, n;

	for (int i = GUEST_RX_VECTOR; i <= GUEST_TX_VECTOR; i++)
		if (read(g->event[i], &n, sizeof(n)) == sizeof(n))
			all += n;
	return all;
}

/* A driver that is called and has nothing to do is not called for long, one with frames is. */
static bool is_called(struct machine *m)
{
	struct guest *g = &m->g;
	uint64_t calls = take_calls(g);

	m->calls += calls;
	if (m->masked && calls != 0)
		guest_fail(g, "%lu calls of masked vectors", (unsigned long)calls);
	if (calls != 0 || m->masked || used_index(&g->rx) == g->rx.seen) {
		m->waits_since = 0;
		return calls != 0;
	}
	if (m->waits_since == 0)
		m->waits_since = peer_now_ms();
	else if (peer_now_ms() - m->waits_since > SILENCE_MS)
		guest_fail(g, "frames are received, but no call comes");
	return false;
}

static void come_up(struct machine *m)
{
	guest_start(&m->g);
	m->up = true;
	m->waits_since = 0;
}

static void go_down(struct machine *m, bool reset)
{
	guest_stop(&m->g, reset);
	take_calls(&m->g);
	m->up = false;
}

static void change_events(struct guest *g)
{
	for (uint32_t i = 0; i < GUEST_VECTORS; i++) {
		int old = g->event[i];
		uint64_t n;

		g->event[i] = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC); /* look once by oneself */
		/* As QEMU does it: all away and anew, or one for the other. */
		if (i == GUEST_RX_VECTOR)
			guest_set_irqs(g, i, 1, NULL);
		if (guest_set_irqs(g, i, 1, &g->event[i]) != 0)
			guest_fail(g, "vector %u: no other event", i);
		while (read(old, &n, sizeof(n)) == sizeof(n))
			;
		usleep(5000);
		if (read(old, &n, sizeof(n)) == sizeof(n))
			guest_fail(g, "vector %u: a call by the event that was replaced", i);
		close(old);
	}
}

static void change_mask(struct machine *m, bool masked)
{
	struct guest *g = &m->g;

	/* QEMU takes the event away where the device cannot mask. */
	if (m->events % 2 == 0)
		guest_mask(g, GUEST_RX_VECTOR, 2, masked);
	else
		for (uint32_t i = GUEST_RX_VECTOR; i <= GUEST_TX_VECTOR; i++)
			if (guest_set_irqs(g, i, 1, masked ? NULL : &g->event[i]) != 0)
				guest_fail(g, "vector %u: event does not change", i);
	if (masked)
		m->calls += take_calls(g); /* that came before */
	m->masked = masked;
}

static void begin_event(struct machine *m, const char *word)
{
	struct guest *g = &m->g;

	if (strcmp(word, "reset") == 0 || strcmp(word, "status") == 0) {
		go_down(m, word[0] == 'r');
		come_up(m);
	} else if (strcmp(word, "leave") == 0) {
		go_down(m, false);
	} else if (strcmp(word, "late") == 0) {
		go_down(m, false);
		g->late = true;
		come_up(m);
	} else if (strcmp(word, "low") == 0) {
		if (guest_unmap(g, 0, GUEST_LOW_LEN) != 0 ||
			guest_unmap(g, GUEST_ROM_AT, GUEST_ROM_LEN) != 0 ||
			guest_map(g, 0, GUEST_LOW_LEN, 0, g->ram_fd) != 0 ||
			guest_map(g, GUEST_ROM_AT, GUEST_ROM_LEN, 0, -1) != 0)
			guest_fail(g, "memory is not mapped again");
	} else if (strcmp(word, "remap") == 0) {
		guest_unmap_high(g);
		guest_expect_quiet(g, "after it was unmapped");
		guest_map_high(g);
	} else if (strcmp(word, "irqs") == 0) {
		change_events(g);
	} else if (strcmp(word, "mask") == 0) {
		change_mask(m, true);
	} else if (strcmp(word, "rings") == 0) {
		guest_reset_queues(g);
	} else if (strcmp(word, "reconnect") == 0) {
		guest_close(g);
		guest_open(g);
		come_up(m);
	} else {
		fprintf(stderr, "unknown event '%s'\n", word);
		_exit(2);
	}
	m->until = peer_now_ms() + AWAY_MS;
}

static void end_event(struct machine *m)
{
	if (!m->up)
		come_up(m);
	if (m->g.late)
		guest_enable(&m->g, 1);
	if (m->g.late && (m->g.tx.used->flags & VRING_USED_F_NO_NOTIFY) == 0)
		guest_put(&m->g, &m->g.notify, m->g.tx.bell, 2, 1);
	m->g.late = false;
	if (m->masked)
		change_mask(m, false);
	m->until = 0;
	m->events++;
}

/* Until something happens, or ms have passed. */
static void wait_for_devices(int ms)
{
	struct pollfd p[MACHINES_MAX * 3];

	for (unsigned i = 0; i < nb_machines; i++)
		for (unsigned k = 0; k < 3; k++)
			p[3 * i + k] = (struct pollfd){
				k == 0 ? machines[i].g.s : machines[i].g.event[k], POLLIN, 0
			};
	if (poll(p, 3 * nb_machines, ms) <= 0)
		return;
	for (unsigned i = 0; i < nb_machines; i++)
		if (p[3 * i].revents != 0)
			guest_fail(&machines[i].g,
				"the device has hung up, or says what nobody asked");
}

static void print_account(void)
{
	printf("{\"devices\":[");
	for (unsigned i = 0; i < nb_machines; i++) {
		const struct machine *m = &machines[i];

		printf("%s{\"received\":%lu,\"sent\":%lu,\"foreign\":%lu,\"calls\":%lu,\"bells\":%"
		       "lu,"
		       "\"events\":%lu,\"descriptors\":%u,\"mac\":\"%02x:%02x:%02x:%02x:%02x:%"
		       "02x\"}",
			i == 0 ? "" : ",", (unsigned long)m->received, (unsigned long)m->sent,
			(unsigned long)m->foreign, (unsigned long)m->calls, (unsigned long)m->bells,
			(unsigned long)m->events, m->g.rx.size, m->g.mac[0], m->g.mac[1],
			m->g.mac[2], m->g.mac[3], m->g.mac[4], m->g.mac[5]);
	}
	printf("]}\n");
}

static void reflect_until_over(const char *event, uint64_t every_ms)
{
	uint64_t next = 0;

	while (peer_is_over == 0) {
		bool busy = false;

		for (unsigned i = 0; i < nb_machines; i++) {
			struct machine *m = &machines[i];

			if (m->up && (!m->g.calls || is_called(m)))
				busy |= reflect_frames(m);
		}
		if (event != NULL && peer_is_told != 0 && machines[0].until == 0 &&
			peer_now_ms() >= next) {
			begin_event(&machines[0], event);
			next = peer_now_ms() + every_ms;
		} else if (machines[0].until != 0 && peer_now_ms() >= machines[0].until) {
			end_event(&machines[0]);
		} else if (!busy) {
			wait_for_devices(machines[0].g.calls ? 10 : 0);
			if (!machines[0].g.calls)
				usleep(50);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "calls", no_argument, NULL, 'c' },
		{ "small", no_argument, NULL, 's' }, { "mergeable", no_argument, NULL, 'm' },
		{ "descriptors", required_argument, NULL, 'd' },
		{ "pieces", required_argument, NULL, 'p' },
		{ "event", required_argument, NULL, 'e' },
		{ "every", required_argument, NULL, 'n' }, { NULL, 0, NULL, 0 } };
	struct guest as = { .buffer_len = GUEST_STRIDE };
	const char *event = NULL;
	uint64_t every_ms = 500;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		as.calls |= option == 'c';
		as.mergeable |= option == 'm' || option == 's';
		if (option == 's')
			as.buffer_len = 512; /* several for a frame */
		else if (option == 'd')
			as.descriptors = (uint16_t)strtoul(optarg, NULL, 10);
		else if (option == 'p')
			as.pieces = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'n')
			every_ms = strtoul(optarg, NULL, 10);
		else if (option == 'e')
			event = optarg;
		else if (option == '?')
			return 2;
	}
	as.calls |= event != NULL && strcmp(event, "mask") == 0;
	nb_machines = (unsigned)(argc - optind);
	if (nb_machines == 0 || nb_machines > MACHINES_MAX) {
		fputs("usage: vfio_client [OPTION...] DEVICE...\n", stderr);
		return 2;
	}
	peer_take_signals();
	for (unsigned i = 0; i < nb_machines; i++) {
		machines[i].g = as;
		machines[i].g.path = argv[optind + (int)i];
		guest_open(&machines[i].g);
		come_up(&machines[i]);
	}
	fprintf(stderr, "%u devices are up\n", nb_machines);
	reflect_until_over(event, every_ms);
	for (unsigned i = 0; i < nb_machines; i++)
		machines[i].calls += take_calls(&machines[i].g);
	for (unsigned i = 0; i < nb_machines; i++)
		if (machines[i].up && machines[i].until == 0)
			guest_stop(&machines[i].g, false);
	print_account();
	return 0;
}
