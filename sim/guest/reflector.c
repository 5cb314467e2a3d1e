/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/guest/reflector.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <json-glib/json-glib.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "analyze/file.h"
#include "sim/engine/clock.h"
#include "sim/error.h"
#include "sim/pool.h"
#include "traffic/frame.h"

enum {
	BURST = 32,
	OUT_MAX = FAULT_OUT_MAX(BURST),
	DRIVER_LEN = 64, /* what drivers count besides the frame: VLAN tags, a virtio header */
	POOL_MARGIN = 1024,
	POOL_DELAYED = 32768, /* further mbufs where frames are held for a time */
};

struct port {
	uint16_t id;
	uint32_t guest;
	struct fault *fault;           /* NULL: none */
	struct rte_mbuf *out[OUT_MAX]; /* what waits to be sent */
	uint16_t nb_out, next_out;
	uint64_t received, sent;
};

struct reflector {
	struct reflector_cfg cfg;
	struct rte_mempool *pool;
	uint16_t nb_ports;
	struct port *ports;
};

gboolean reflector_swap_parse(const char *text, gboolean *ip, gboolean *ports, GError **error)
{
	gboolean is_ip = text != NULL && g_str_equal(text, "ip");
	gboolean is_ports = text != NULL && g_str_equal(text, "ports");

	if (text != NULL && !is_ip && !is_ports && !g_str_equal(text, "mac")) {
		g_set_error_literal(error, SIM_ERROR, SIM_ERROR_USAGE, "--swap: mac, ip or ports");
		return FALSE;
	}
	*ip = is_ip || is_ports;
	*ports = is_ports;
	return TRUE;
}

static gboolean start_port(struct reflector *r, uint16_t id, GError **error)
{
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	uint16_t nb_rx = r->cfg.descriptors, nb_tx = r->cfg.descriptors;
	int rc = rte_eth_dev_info_get(id, &info);

	if (rc == 0)
		conf.rxmode.mtu = MAX(r->cfg.frame_len_max - FRAME_ETH_LEN - FRAME_FCS_LEN,
			(uint32_t)RTE_ETHER_MTU);
	if (rc == 0 && info.max_mtu != 0 && conf.rxmode.mtu > info.max_mtu)
		conf.rxmode.mtu = info.max_mtu;
	if (rc == 0)
		rc = rte_eth_dev_configure(id, 1, 1, &conf);
	if (rc == 0)
		rc = rte_eth_dev_adjust_nb_rx_tx_desc(id, &nb_rx, &nb_tx);
	if (rc == 0)
		rc = rte_eth_rx_queue_setup(
			id, 0, nb_rx, (unsigned)rte_eth_dev_socket_id(id), NULL, r->pool);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(
			id, 0, nb_tx, (unsigned)rte_eth_dev_socket_id(id), NULL);
	if (rc == 0)
		rc = rte_eth_dev_start(id);
	if (rc != 0) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK, "port %u cannot be started (%s)", id,
			g_strerror(-rc));
		return FALSE;
	}
	rte_eth_promiscuous_enable(
		id); /* not every device can; those see their own frames anyway */
	return TRUE;
}

static gboolean make_pool(struct reflector *r, GError **error)
{
	unsigned nb = r->nb_ports * (2U * r->cfg.descriptors + 2U * BURST) + POOL_MARGIN;
	uint16_t room = (uint16_t)(RTE_PKTMBUF_HEADROOM +
				   RTE_ALIGN_CEIL(r->cfg.frame_len_max, 64U) + DRIVER_LEN);

	if (r->cfg.faults.share[FAULT_DELAY] > 0)
		nb += POOL_DELAYED;
	r->pool = pool_new("frames", nb, room, error);
	return r->pool != NULL;
}

struct reflector *reflector_new(const struct reflector_cfg *cfg, uint16_t nb_ports, GError **error)
{
	struct reflector *r = g_new0(struct reflector, 1);

	r->cfg = *cfg;
	r->nb_ports = nb_ports;
	r->ports = g_new0(struct port, nb_ports);
	if (!make_pool(r, error)) {
		reflector_free(r);
		return NULL;
	}
	nb_ports = 0;
	for (uint16_t id = 0; id < RTE_MAX_ETHPORTS && nb_ports < r->nb_ports; id++) {
		struct port *p = &r->ports[nb_ports];

		if (!rte_eth_dev_is_valid_port(id))
			continue;
		if (!start_port(r, id, error)) {
			reflector_free(r);
			return NULL;
		}
		p->id = id;
		p->guest = cfg->first_guest + nb_ports++;
		if (!fault_plan_is_empty(&cfg->faults))
			p->fault = fault_new(&cfg->faults, cfg->seed, p->guest);
	}
	return r;
}

void reflector_free(struct reflector *r)
{
	if (r == NULL)
		return;
	for (uint16_t i = 0; i < r->nb_ports; i++)
		fault_free(r->ports[i].fault);
	g_free(r->ports);
	g_free(r);
}

static inline void swap_bytes(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t t[6];

	memcpy(t, a, len);
	memcpy(a, b, len);
	memcpy(b, t, len);
}

static inline void turn_round(const struct reflector *r, struct rte_mbuf *m)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);

	if (unlikely(m->data_len < FRAME_ETH_LEN))
		return;
	swap_bytes(p, p + 6, 6);
	if (!r->cfg.swap_ip && !r->cfg.swap_ports)
		return;
	/* Untagged IPv4 without options, UDP or TCP: sums do not change when halves change places. */
	if (m->data_len < FRAME_SIG_OFFSET || p[12] != 0x08 || p[13] != 0x00 || p[14] != 0x45)
		return;
	if (r->cfg.swap_ip)
		swap_bytes(p + 26, p + 30, 4);
	if (r->cfg.swap_ports && (p[23] == 17 || p[23] == 6))
		swap_bytes(p + 34, p + 36, 2);
}

/* TRUE if something was received or sent. A port whose peer has no room gets no new frames. */
static gboolean serve(struct reflector *r, struct port *p, const struct tsc_clock *clock)
{
	struct rte_mbuf *in[BURST];
	uint16_t n, sent;

	if (p->next_out == p->nb_out) {
		n = rte_eth_rx_burst(p->id, 0, in, BURST);
		p->received += n;
		for (uint16_t i = 0; i < n; i++)
			turn_round(r, in[i]);
		p->next_out = 0;
		if (p->fault != NULL) {
			p->nb_out = fault_apply(
				p->fault, in, n, tsc_clock_ns(clock, rte_rdtsc()), r->pool, p->out);
		} else {
			for (uint16_t i = 0; i < n; i++)
				p->out[i] = in[i];
			p->nb_out = n;
		}
		if (p->nb_out == 0)
			return n != 0;
	}
	sent = rte_eth_tx_burst(
		p->id, 0, p->out + p->next_out, (uint16_t)(p->nb_out - p->next_out));
	p->next_out = (uint16_t)(p->next_out + sent);
	p->sent += sent;
	return sent != 0;
}

static void add_counts(JsonBuilder *b, const struct fault_counts *c)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = { { "received", c->received }, { "sent", c->sent }, { "dropped", c->dropped },
		{ "corrupted", c->corrupted }, { "duplicated", c->duplicated },
		{ "reordered", c->reordered }, { "delayed", c->delayed },
		{ "passed_full", c->passed_full } };

	json_builder_begin_object(b);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		json_builder_set_member_name(b, rows[i].name);
		json_builder_add_int_value(b, (gint64)rows[i].n);
	}
	json_builder_end_object(b);
}

static void add_number(JsonBuilder *b, const char *name, uint64_t n)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)n);
}

char *reflector_report(const struct reflector *r, int serial)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;

	json_builder_begin_object(b);
	add_number(b, "serial", (uint64_t)serial);
	json_builder_set_member_name(b, "guests");
	json_builder_begin_array(b);
	for (uint16_t i = 0; i < r->nb_ports; i++) {
		const struct port *p = &r->ports[i];

		json_builder_begin_object(b);
		add_number(b, "guest", p->guest);
		add_number(b, "received", p->received);
		add_number(b, "sent", p->sent);
		if (p->fault != NULL) {
			json_builder_set_member_name(b, "measured");
			add_counts(b, fault_counts_measured(p->fault));
		}
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	return json_to_string(root, TRUE);
}

gboolean reflector_run(struct reflector *r, const _Atomic int *stop, const _Atomic int *report,
	const char *report_path, GError **error)
{
	struct clock_pair now = clock_pair_now();
	struct tsc_clock clock;
	int reported = atomic_load(report);

	tsc_clock_start(&clock, rte_rdtsc(), clock_hz_since(&now));
	while (!atomic_load_explicit(stop, memory_order_relaxed)) {
		gboolean busy = FALSE;
		int wanted = atomic_load_explicit(report, memory_order_relaxed);

		for (uint16_t i = 0; i < r->nb_ports; i++)
			busy |= serve(r, &r->ports[i], &clock);
		if (unlikely(wanted != reported) && report_path != NULL) {
			g_autofree char *text = reflector_report(r, wanted);

			if (!file_write_durably(report_path, text, strlen(text), error))
				return FALSE;
			reported = wanted;
		}
		if (!busy && r->cfg.give_way)
			sched_yield();
	}
	return TRUE;
}
