/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface vmux: a process of the host that multiplexes one NIC among guests. It emulates a NIC for
 * each guest, or passes a queue pair of the real one through to it; which, a policy says.
 *
 * step of the model                   | stands for                        | left out
 * ------------------------------------+-----------------------------------+--------------------------
 * load worker puts an mbuf on the     | the cable; the NIC writes the     | the link's speed, the
 *  wire, one queue a load worker      |  frame into a receive queue (RSS) |  DMA's cost
 * mediator polls that queue           | rte_eth_rx_burst of vMux's thread | nothing
 * looks the destination MAC up        | vMux's choice of the device; NIC  | VLANs, learning
 *                                     |  filters where it mediates        |
 * takes a descriptor of the guest's   | the emulated NIC reads its ring   | register model, chains,
 *  receive queue, copies the frame,   |  in guest memory, writes the      |  offloads
 *  gives the descriptor back          |  frame and the write-back         |
 * signals an eventfd, if wanted       | irqfd: KVM injects MSI-X          | moderation (ITR)
 * no descriptor: the frame is dropped | a NIC's receive ring is empty     | nothing
 * polls the guests' transmit queues:  | doorbells: BAR writes that reach  | the exit of the virtual CPU
 *  active ones each turn, guests at   |  vMux as vfio-user messages or by |  and the message, which
 *  rest a few a turn                  |  ioregionfd; here it polls        |  polling does without
 * copies the frame into an mbuf, puts | rte_eth_tx_burst                  | checksum and segmentation
 *  it on the port of the receiver     |                                   |  offloads
 * to another guest: copies it there   | a software switch                 | the NIC's own switch: to a
 *                                     |                                   |  guest passed through it
 *                                     |                                   |  leaves by the port
 * load worker and receiver use a      | passthrough: the NIC's queue pair | IOMMU, a queue pair's
 *  guest's queues themselves          |  works on guest memory            |  set-up
 * control thread: the busiest guests  | mediation: rte_flow rules steer a | time that the NIC takes to
 *  get a queue pair while they run    |  guest's MAC to its own queues    |  install a rule
 *
 * Guest i belongs to mediator i modulo their number, which alone is inside its queues while it is
 * emulated. Frames come back by one port a receiver, which has the frames of that receiver's guests:
 * so what a guest sent by the port and what it sends by a queue pair meet in one thread, in order.
 *
 * Guests of vmux_virtio.c are behind the same mediators as those here, on the same wire.
 */
#include "sim/datapath/vmux_private.h"

#include <json-glib/json-glib.h>
#include <rte_branch_prediction.h>

#include "sim/base/clock_read.h"
#include "traffic/frame.h"

static struct vmux *vmux_of(struct datapath *d)
{
	return d->state;
}

static gboolean has_guests(const struct datapath_cfg *cfg, const char *by)
{
	return datapath_cfg_count(cfg, by) != 0;
}

size_t vmux_memory(const struct datapath_cfg *cfg)
{
	return wire_memory(cfg, cfg->nb_rx) + vmux_mediators_memory(cfg) +
	       (has_guests(cfg, DATAPATH_SOCKET) ? vhost_guests_memory(cfg) : 0);
}

size_t vmux_shared(const struct datapath_cfg *cfg)
{
	return qpairs_memory(cfg, FALSE);
}

gboolean vmux_fits(const struct datapath_cfg *cfg, GError **error)
{
	return !has_guests(cfg, DATAPATH_SOCKET) || vhost_guests_fits(cfg, error);
}

static void make_guest(struct vmux *v, uint32_t slot, const struct datapath_cfg *cfg,
	const struct vmux_queues *queues)
{
	struct vmux_guest *g = &v->guest[slot];
	gboolean direct = v->policy.ops->starts_direct != NULL &&
			  v->policy.ops->starts_direct(&v->policy, slot);
	uint8_t mac[8] = { 0 };

	g->queues = *queues;
	g->slot = slot;
	g->mediator = (uint16_t)(v->nb_mediators == 0 ? 0U : slot % v->nb_mediators);
	g->port = (uint16_t)(cfg->guest[slot] % cfg->nb_rx);
	atomic_store(&g->rx, direct ? VMUX_RX_DIRECT : VMUX_RX_MEDIATED);
	atomic_store(&g->tx, direct ? VMUX_TX_DIRECT : VMUX_TX_MEDIATED);
	frame_guest_mac(cfg->base_mac, cfg->guest[slot], mac);
	vmux_macs_add(&v->macs, vmux_mac_at(mac), (uint16_t)slot);
}

gboolean vmux_start(struct vmux *v, struct datapath *d, const struct datapath_cfg *cfg,
	const struct vmux_queues *queues, GError **error)
{
	v->d = d;
	v->nb_guests = cfg->nb_guests;
	v->room = cfg->frame_len_max - FRAME_FCS_LEN;
	v->has_wire = !vmux_policy_passes_all(&v->policy, cfg->nb_guests);
	v->nb_mediators = v->has_wire ? MIN(cfg->mediators, cfg->nb_guests) : 0;
	v->guest = g_aligned_alloc0(cfg->nb_guests, sizeof(*v->guest), VMUX_LINE);
	v->mediators = g_aligned_alloc0(v->nb_mediators + 1, sizeof(*v->mediators), VMUX_LINE);
	vmux_macs_init(&v->macs, cfg->nb_guests);
	for (uint32_t i = 0; i < cfg->nb_guests; i++)
		make_guest(v, i, cfg, &queues[i]);
	if (!v->has_wire)
		return TRUE;
	if (!wire_open(&v->wire, d, cfg, cfg->nb_rx, v->nb_mediators > 1, error) ||
		!vmux_mediators_start(v, cfg, error))
		return FALSE;
	if (v->policy.ops->next != NULL)
		vmux_control_start(v);
	return TRUE;
}

void vmux_stop(struct vmux *v)
{
	vmux_control_stop(v);
	vmux_mediators_stop(v);
}

void vmux_clear(struct vmux *v)
{
	vmux_mediators_clear(v);
	if (v->has_wire)
		wire_close(&v->wire);
	vmux_macs_clear(&v->macs);
	g_aligned_free(v->guest);
	g_aligned_free(v->mediators);
}

/* The queues of a guest that has gone are made new: nobody may be inside of them. */
static void guest_went(struct datapath *d, uint32_t slot)
{
	struct vmux *v = vmux_of(d);

	(void)slot;
	if (atomic_load(&v->ready))
		vmux_mediators_turn(v);
}

void vmux_close(struct datapath *d)
{
	struct vmux *v = vmux_of(d);

	vmux_stop(v);
	qpairs_free(d->qpairs);
	vhost_guests_free(d->vhost);
	vmux_clear(v);
	g_free(v);
}

/* Makes the guests' queues, of either kind, and connects guests. */
static gboolean reach_guests(struct datapath *d, const struct datapath_cfg *cfg,
	struct vmux_queues *queues, GError **error)
{
	if (has_guests(cfg, DATAPATH_QUEUES) && qpairs_new(&(struct qpairs_cfg){ .datapath = d,
								   .cfg = cfg,
								   .socket_name = "vmux.sock",
								   .went = guest_went },
							error) == NULL)
		return FALSE;
	if (has_guests(cfg, DATAPATH_SOCKET) &&
		vhost_guests_new(
			&(struct vhost_guests_cfg){ .datapath = d, .cfg = cfg, .went = guest_went },
			error) == NULL)
		return FALSE;
	for (uint32_t i = 0; i < cfg->nb_guests; i++) {
		if (datapath_cfg_reaches(cfg, i, DATAPATH_QUEUES))
			queues[i].packed = qpairs_get(d->qpairs, i);
		else
			queues[i].split = vhost_guests_get(d->vhost, i);
	}
	return TRUE;
}

gboolean vmux_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	g_autofree struct vmux_queues *queues = g_new0(struct vmux_queues, cfg->nb_guests);
	struct vmux *v = g_new0(struct vmux, 1);

	if (!vmux_policy_parse(cfg->policy, cfg->vf_limit, &v->policy, error)) {
		g_free(v);
		return FALSE;
	}
	d->state = v;
	if (reach_guests(d, cfg, queues, error) && vmux_start(v, d, cfg, queues, error))
		return TRUE;
	vmux_close(d);
	return FALSE;
}

gboolean vmux_connected(struct datapath *d, uint32_t slot)
{
	return vmux_queues_connected(&vmux_of(d)->guest[slot].queues);
}

uint64_t vmux_calls(struct datapath *d, uint32_t slot)
{
	const struct vmux_guest *g = &vmux_of(d)->guest[slot];

	return g->queues.packed != NULL ? ctr_get(&g->called) : vhost_guests_calls(d, slot);
}

void vmux_cost(struct datapath *d, struct datapath_cost *out)
{
	struct vmux *v = vmux_of(d);

	*out = (struct datapath_cost){ .threads = v->nb_mediators };
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		struct vmux_mediator *m = &v->mediators[i];

		out->busy_cycles += ctr_get(&m->busy_cycles);
		if (atomic_load_explicit(&m->has_clock, memory_order_acquire))
			out->cpu_ns += clock_read_ns(m->clock);
	}
}

/* Which state the receive queue is in for this burst: see vmux_private.h, step 5. */
static inline uint32_t rx_of(struct vmux_guest *g)
{
	uint32_t rx = atomic_load_explicit(&g->rx, memory_order_acquire);

	if (unlikely(rx == VMUX_RX_OFFERED) && vmux_has_arrived(g) &&
		atomic_compare_exchange_strong(&g->rx, &rx, VMUX_RX_DIRECT))
		return VMUX_RX_DIRECT;
	return rx;
}

uint16_t vmux_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vmux *v = vmux_of(d);
	struct vmux_guest *g = &v->guest[slot];
	uint32_t rx, room;

	if (unlikely(!vmux_queues_connected(&g->queues)))
		return 0;
	rx = rx_of(g);
	g->reserved_direct = rx == VMUX_RX_DIRECT;
	if (g->reserved_direct)
		return g->queues.packed != NULL ? qpair_reserve(g->queues.packed, f, n)
						: vhost_guests_reserve(d, q, slot, f, n);
	/*
	 * What commit will have room for is asked here already, so that nothing is written in vain,
	 * and nothing counts as offered, at rate max, that has no room.
	 */
	room = unlikely(rx == VMUX_RX_HELD) ? 0 : rte_ring_free_count(v->wire.in[q]);
	n = (uint16_t)MIN(n, room);
	return n == 0 ? 0 : wire_reserve(d, q, slot, f, n);
}

uint16_t vmux_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct vmux *v = vmux_of(d);
	struct vmux_guest *g = &v->guest[slot];
	uint16_t sent;

	if (g->reserved_direct) {
		sent = g->queues.packed != NULL ? qpair_commit(g->queues.packed, f, nb, n)
						: vhost_guests_commit(d, q, slot, f, nb, n);
		ctr_add(&g->sent_direct, sent);
		return sent;
	}
	sent = wire_commit(d, q, slot, f, nb, n);
	ctr_add(&g->sent, sent);
	return sent;
}

uint16_t vmux_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vmux_guest *g = &vmux_of(d)->guest[slot];
	uint16_t got;

	if (atomic_load_explicit(&g->tx, memory_order_acquire) != VMUX_TX_DIRECT)
		return 0;
	got = g->queues.packed != NULL ? qpair_receive(g->queues.packed, f, n)
				       : vhost_guests_receive(d, slot, f, n);
	ctr_add(&g->received_direct, got);
	return got;
}

void vmux_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct qpair *packed = vmux_of(d)->guest[slot].queues.packed;

	if (packed != NULL)
		qpair_release(packed, f, n);
	else
		vhost_guests_release(d, slot, f, n);
}

static void describe_policy(const struct vmux *v, JsonObject *o)
{
	g_autofree char *policy = v->policy.nb == 0 ? g_strdup(v->policy.ops->word)
						    : g_strdup_printf("%s:%u", v->policy.ops->word,
							      v->policy.nb);
	JsonArray *direct = json_array_new();

	for (uint32_t i = 0; i < v->nb_guests; i++)
		if (atomic_load(&v->guest[i].rx) == VMUX_RX_DIRECT)
			json_array_add_int_element(direct, v->d->guest[i]);
	json_object_set_string_member(o, "policy", policy);
	if (v->policy.ops->next != NULL)
		json_object_set_int_member(o, "policy_interval_ns", (gint64)v->policy.interval_ns);
	json_object_set_array_member(o, "passed_through", direct);
	json_object_set_int_member(o, "mediators", v->nb_mediators);
}

void vmux_describe(struct datapath *d, void *json_object)
{
	static const char *const name[VMUX_COUNTS] = {
		[VMUX_TO_GUESTS] = "frames_to_guests",
		[VMUX_FROM_GUESTS] = "frames_from_guests",
		[VMUX_BETWEEN_GUESTS] = "frames_between_guests",
		[VMUX_DROP_NO_DESCRIPTOR] = "no_descriptor",
		[VMUX_DROP_NOT_CONNECTED] = "not_connected",
		[VMUX_DROP_UNKNOWN_MAC] = "unknown_mac",
		[VMUX_DROP_HANDED_FULL] = "mediator_full",
	};
	struct vmux *v = vmux_of(d);
	uint64_t n[VMUX_COUNTS] = { 0 }, cycles = 0, moved;
	JsonObject *o = json_object, *drops = json_object_new();

	if (d->qpairs != NULL)
		qpairs_describe(d, o);
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		cycles += ctr_get(&v->mediators[i].busy_cycles);
		for (int k = 0; k < VMUX_COUNTS; k++)
			n[k] += ctr_get(&v->mediators[i].count[k]);
	}
	cycles = datapath_since_last(cycles, &v->described_cycles);
	describe_policy(v, o);
	json_object_set_int_member(o, "switches",
		(gint64)datapath_since_last(ctr_get(&v->switches), &v->described_switches));
	for (int k = 0; k < VMUX_COUNTS; k++) {
		n[k] = datapath_since_last(n[k], &v->described[k]);
		json_object_set_int_member(k < VMUX_DROPS ? o : drops, name[k], (gint64)n[k]);
	}
	json_object_set_object_member(o, "dropped", drops);
	/* Of a mediator, to a guest or from one: a frame that is reflected costs it twice. */
	moved = n[VMUX_TO_GUESTS] + n[VMUX_FROM_GUESTS];
	json_object_set_double_member(
		o, "cycles_per_frame", moved == 0 ? 0 : (double)cycles / (double)moved);
}

const struct datapath_ops datapath_vmux = {
	.interface = "vmux",
	.family = VMUX_FAMILY,
	.mechanism = "polling mediators between one shared port and all guests: MAC lookup, "
		     "emulated descriptor rings, copies; dedicated queue pairs for guests that "
		     "the policy passes through",
	.guest_option = DATAPATH_QUEUES,
	.host_files = 6,
	.memory = vmux_memory,
	.shared = vmux_shared,
	.fits = vmux_fits,
	.open = vmux_open,
	.close = vmux_close,
	.address = qpairs_address,
	.connected = vmux_connected,
	.calls = vmux_calls,
	.cost = vmux_cost,
	.describe = vmux_describe,
	.reserve = vmux_reserve,
	.commit = vmux_commit,
	.receive = vmux_receive,
	.release = vmux_release,
	.receive_port = wire_receive_port,
	.release_port = wire_release_port,
};
