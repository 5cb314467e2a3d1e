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
 */
#include "sim/datapath/vmux_private.h"

#include <json-glib/json-glib.h>
#include <rte_branch_prediction.h>
#include <rte_memcpy.h>

#include "sim/datapath/pool.h"
#include "traffic/frame.h"

static struct vmux *vmux_of(struct datapath *d)
{
	return d->state;
}

static size_t vmux_memory(const struct datapath_cfg *cfg)
{
	return wire_memory(cfg, cfg->nb_rx) + vmux_mediators_memory(cfg);
}

static void make_guest(
	struct vmux *v, uint32_t slot, const struct datapath_cfg *cfg, struct qpair *qp)
{
	struct vmux_guest *g = &v->guest[slot];
	gboolean direct = v->policy.kind == VMUX_PASSTHROUGH && slot < v->policy.nb;
	uint8_t mac[8] = { 0 };

	g->qp = qp;
	g->slot = slot;
	g->mediator = (uint16_t)(v->nb_mediators == 0 ? 0U : slot % v->nb_mediators);
	g->port = (uint16_t)(cfg->guest[slot] % cfg->nb_rx);
	atomic_store(&g->rx, direct ? VMUX_RX_DIRECT : VMUX_RX_MEDIATED);
	atomic_store(&g->tx, direct ? VMUX_TX_DIRECT : VMUX_TX_MEDIATED);
	frame_guest_mac(cfg->base_mac, cfg->guest[slot], mac);
	vmux_macs_add(&v->macs, vmux_mac_at(mac), (uint16_t)slot);
}

gboolean vmux_start(struct vmux *v, struct datapath *d, const struct datapath_cfg *cfg,
	struct qpair *const *qp, GError **error)
{
	v->d = d;
	v->nb_guests = cfg->nb_guests;
	v->has_wire = v->policy.kind != VMUX_PASSTHROUGH || v->policy.nb < cfg->nb_guests;
	v->nb_mediators = v->has_wire ? MIN(cfg->mediators, cfg->nb_guests) : 0;
	v->guest = g_aligned_alloc0(cfg->nb_guests, sizeof(*v->guest), VMUX_LINE);
	v->mediators = g_aligned_alloc0(v->nb_mediators + 1, sizeof(*v->mediators), VMUX_LINE);
	v->side = g_aligned_alloc0(1, sizeof(*v->side), VMUX_LINE);
	vmux_macs_init(&v->macs, cfg->nb_guests);
	for (uint32_t i = 0; i < cfg->nb_guests; i++)
		make_guest(v, i, cfg, qp[i]);
	g_mutex_init(&v->control_lock);
	g_cond_init(&v->control_wake);
	if (!v->has_wire)
		return TRUE;
	d->nb_ports = cfg->nb_rx;
	if (!wire_open(&v->wire, cfg, cfg->nb_rx, v->nb_mediators > 1, error) ||
		!vmux_mediators_start(v, cfg, error)) {
		vmux_stop(v);
		vmux_clear(v);
		return FALSE;
	}
	if (v->policy.kind == VMUX_BUSIEST)
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
	g_aligned_free(v->side);
	g_mutex_clear(&v->control_lock);
	g_cond_clear(&v->control_wake);
}

/* The queues of a guest that has gone are made new: nobody may be inside of them. */
static void on_went(struct datapath *d, uint32_t slot)
{
	struct vmux *v = vmux_of(d);

	(void)slot;
	if (atomic_load(&v->ready))
		vmux_mediators_turn(v);
}

static void vmux_close(struct datapath *d)
{
	struct vmux *v = vmux_of(d);

	vmux_stop(v);
	qpairs_free(v->qpairs);
	vmux_clear(v);
	g_free(v);
}

static gboolean vmux_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct vmux_policy policy;
	struct vmux *v;
	g_autofree struct qpair **qp = g_new(struct qpair *, cfg->nb_guests);

	if (!vmux_policy_parse(cfg->policy, cfg->vf_limit, &policy, error))
		return FALSE;
	v = g_new0(struct vmux, 1);
	v->policy = policy;
	d->state = v;
	v->qpairs = qpairs_new(
		&(struct qpairs_cfg){
			.datapath = d, .cfg = cfg, .socket_name = "vmux.sock", .went = on_went },
		error);
	for (uint32_t i = 0; v->qpairs != NULL && i < cfg->nb_guests; i++)
		qp[i] = qpairs_get(v->qpairs, i);
	if (v->qpairs != NULL && vmux_start(v, d, cfg, qp, error))
		return TRUE;
	qpairs_free(v->qpairs);
	g_free(v);
	return FALSE;
}

static const char *vmux_address(struct datapath *d, uint32_t slot)
{
	return qpairs_address(vmux_of(d)->qpairs, slot);
}

static gboolean vmux_connected(struct datapath *d, uint32_t slot)
{
	return qpair_is_connected(vmux_of(d)->guest[slot].qp);
}

static void vmux_cost(struct datapath *d, struct datapath_cost *out)
{
	struct vmux *v = vmux_of(d);

	*out = (struct datapath_cost){ .threads = v->nb_mediators };
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		struct vmux_mediator *m = &v->mediators[i];
		struct timespec t;

		out->busy_cycles += ctr_get(&m->busy_cycles);
		if (atomic_load_explicit(&m->has_clock, memory_order_acquire) &&
			clock_gettime(m->clock, &t) == 0)
			out->cpu_ns += (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	}
}

/*
 * What commit will have room for. It is asked here already so that nothing is written in vain, and
 * nothing counts as offered, at rate max, that has no room.
 */
static inline uint16_t room_for(
	const struct vmux *v, const struct vmux_guest *g, unsigned q, uint16_t n)
{
	uint32_t rx = atomic_load_explicit(&g->rx, memory_order_acquire);
	uint32_t room = likely(rx == VMUX_RX_MEDIATED || rx == VMUX_RX_LEAVING)
				? rte_ring_free_count(v->wire.in[q])
				: vmux_side_room(v->side);

	return (uint16_t)MIN(n, room);
}

static uint16_t vmux_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vmux *v = vmux_of(d);
	struct vmux_guest *g = &v->guest[slot];

	if (unlikely(!qpair_is_connected(g->qp)))
		return 0;
	g->reserved_direct = atomic_load_explicit(&g->rx, memory_order_acquire) == VMUX_RX_DIRECT;
	if (g->reserved_direct)
		return qpair_reserve(g->qp, f, n);
	n = room_for(v, g, q, n);
	return n == 0 ? 0 : wire_reserve(&v->wire, f, n);
}

/* Frames in mbufs for a guest whose queue became the load worker's after they had been reserved. */
static uint16_t copy_to_guest(struct vmux_guest *g, const struct frame_slot *f, uint16_t nb)
{
	struct frame_slot own[POOL_BURST];
	uint16_t room = nb == 0 ? 0 : qpair_reserve(g->qp, own, nb);

	for (uint16_t i = 0; i < room; i++) {
		own[i].len = f[i].len;
		rte_memcpy(own[i].data, f[i].data, f[i].len);
	}
	return room == 0 ? 0 : qpair_commit(g->qp, own, room, room);
}

/* While the guest is on its way to the NIC. */
static uint16_t commit_aside(
	struct vmux *v, struct vmux_guest *g, struct frame_slot *f, uint16_t nb, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];
	int put = -1;

	pool_slots_to_mbufs(f, m, nb);
	if (atomic_load_explicit(&g->rx, memory_order_acquire) != VMUX_RX_DIRECT)
		put = vmux_side_put(v->side, (void *const *)m, nb);
	if (put >= 0) {
		pool_slots_free(v->wire.down, f + put, (uint16_t)(n - put));
		return (uint16_t)put;
	}
	nb = copy_to_guest(g, f, nb);
	pool_slots_free(v->wire.down, f, n);
	return nb;
}

static uint16_t vmux_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct vmux *v = vmux_of(d);
	struct vmux_guest *g = &v->guest[slot];
	uint16_t sent;
	uint32_t rx;

	if (g->reserved_direct) {
		sent = qpair_commit(g->qp, f, nb, n);
		ctr_add(&g->sent_direct, sent);
		return sent;
	}
	rx = atomic_load_explicit(&g->rx, memory_order_acquire);
	if (likely(rx == VMUX_RX_MEDIATED || rx == VMUX_RX_LEAVING))
		sent = wire_commit(&v->wire, q, f, nb, n);
	else
		sent = commit_aside(v, g, f, nb, n);
	ctr_add(&g->sent, sent);
	return sent;
}

static uint16_t vmux_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vmux_guest *g = &vmux_of(d)->guest[slot];
	uint16_t got;

	if (atomic_load_explicit(&g->tx, memory_order_acquire) != VMUX_TX_DIRECT)
		return 0;
	got = qpair_receive(g->qp, f, n);
	ctr_add(&g->received_direct, got);
	return got;
}

static void vmux_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	qpair_release(vmux_of(d)->guest[slot].qp, f, n);
}

static uint16_t vmux_receive_port(
	struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n)
{
	return wire_receive(&vmux_of(d)->wire, port, f, n);
}

static void vmux_release_port(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n)
{
	(void)port;
	wire_release(&vmux_of(d)->wire, f, n);
}

static void describe_policy(const struct vmux *v, JsonObject *o)
{
	static const char *const words[] = { "emulate-all", "passthrough", "busiest" };
	g_autofree char *policy = v->policy.kind == VMUX_EMULATE_ALL
					  ? g_strdup(words[0])
					  : g_strdup_printf(
						    "%s:%u", words[v->policy.kind], v->policy.nb);
	JsonArray *direct = json_array_new();

	for (uint32_t i = 0; i < v->nb_guests; i++)
		if (atomic_load(&v->guest[i].rx) == VMUX_RX_DIRECT)
			json_array_add_int_element(direct, v->d->guest[i]);
	json_object_set_string_member(o, "policy", policy);
	if (v->policy.kind == VMUX_BUSIEST)
		json_object_set_int_member(o, "policy_interval_ns", (gint64)v->policy.interval_ns);
	json_object_set_array_member(o, "passed_through", direct);
	json_object_set_int_member(o, "mediators", v->nb_mediators);
}

/* What has been done since it was asked last. */
static struct vmux_account account_since(struct vmux *v)
{
	struct vmux_account now = { .switches = ctr_get(&v->switches) }, since,
			    *old = &v->described;

	for (unsigned i = 0; i < v->nb_mediators; i++) {
		const struct vmux_mediator *m = &v->mediators[i];

		now.busy_cycles += ctr_get(&m->busy_cycles);
		now.to_guests += ctr_get(&m->to_guests);
		now.from_guests += ctr_get(&m->from_guests);
		now.between_guests += ctr_get(&m->between_guests);
		for (int k = 0; k < VMUX_DROPS; k++)
			now.dropped[k] += ctr_get(&m->dropped[k]);
	}
	since = (struct vmux_account){ .switches = now.switches - old->switches,
		.busy_cycles = now.busy_cycles - old->busy_cycles,
		.to_guests = now.to_guests - old->to_guests,
		.from_guests = now.from_guests - old->from_guests,
		.between_guests = now.between_guests - old->between_guests };
	for (int k = 0; k < VMUX_DROPS; k++)
		since.dropped[k] = now.dropped[k] - old->dropped[k];
	v->described = now;
	return since;
}

static void vmux_describe(struct datapath *d, void *json_object)
{
	static const char *const why[VMUX_DROPS] = { "no_descriptor", "not_connected",
		"unknown_mac", "mediator_full" };
	struct vmux *v = vmux_of(d);
	struct vmux_account a = account_since(v);
	uint64_t moved = a.to_guests + a.from_guests;
	JsonObject *o = json_object, *drops = json_object_new();

	describe_policy(v, o);
	json_object_set_int_member(o, "switches", (gint64)a.switches);
	json_object_set_int_member(o, "frames_to_guests", (gint64)a.to_guests);
	json_object_set_int_member(o, "frames_from_guests", (gint64)a.from_guests);
	json_object_set_int_member(o, "frames_between_guests", (gint64)a.between_guests);
	for (int k = 0; k < VMUX_DROPS; k++)
		json_object_set_int_member(drops, why[k], (gint64)a.dropped[k]);
	json_object_set_object_member(o, "dropped", drops);
	/* Of a mediator, to a guest or from one: a frame that is reflected costs it twice. */
	json_object_set_double_member(
		o, "cycles_per_frame", moved == 0 ? 0 : (double)a.busy_cycles / (double)moved);
}

const struct datapath_ops datapath_vmux = {
	.interface = "vmux",
	.mechanism =
		"polling mediators between one shared port and all guests: MAC lookup, emulated "
		"descriptor rings, copies; queue pairs of their own for guests that the policy "
		"passes through",
	.guest_option = "--queues",
	.host_files = 6,
	.memory = vmux_memory,
	.open = vmux_open,
	.close = vmux_close,
	.address = vmux_address,
	.connected = vmux_connected,
	.cost = vmux_cost,
	.describe = vmux_describe,
	.reserve = vmux_reserve,
	.commit = vmux_commit,
	.receive = vmux_receive,
	.release = vmux_release,
	.receive_port = vmux_receive_port,
	.release_port = vmux_release_port,
};
