/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface port: any DPDK ethdev: a NIC by its PCI address, or net_af_packet, net_af_xdp, net_tap,
 * net_memif, net_ring, net_pcap by their devargs. All guests are behind it; frames to them differ
 * by address, frames from them by signature. Each load worker has a transmit queue of its own, each
 * receiver a receive queue: spread by RSS where the device has it, else all frames come by the
 * first, and receivers hand each other what is not theirs.
 *
 * Time of arrival: by the NIC where it stamps every frame (RTE_ETH_RX_OFFLOAD_TIMESTAMP) and its
 * clock can be read, else the generator reads the TSC when it has taken a burst. With cfg->ptp its
 * IEEE 1588 unit is on: stamps of single PTP frames, read from its registers by the timer worker.
 */
#include <string.h>

#include <json-glib/json-glib.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_time.h>

#include "sim/datapath/datapath.h"
#include "sim/datapath/nic_clock.h"
#include "sim/base/error.h"
#include "sim/datapath/pool.h"

enum {
	DESCRIPTORS = 1024,
	LINK_WAIT_US = 10000000,
	LINK_POLL_US = 50000,
	RESERVE = 4096,
	PTP_MBUFS = DESCRIPTORS + 2 * POOL_CACHE,
	PAIR_TRIES = 4,
};

static const uint32_t ETH_LEN = FRAME_ETH_LEN + FRAME_FCS_LEN; /* what an MTU leaves out */

struct port_state {
	uint16_t id;
	char *name;
	const char *driver;
	struct rte_mempool *tx_pool, *rx_pool;
	gboolean rss, started;
	int stamp_field; /* of an mbuf; < 0: none */
	uint64_t stamp_flag;
	struct nic_clock clock;
	struct rte_mempool *ptp_pool; /* flags of its mbufs differ from those of tx_pool */
	struct nic_clock ptp_clock;   /* of the IEEE 1588 unit, in ns */
	uint64_t pair_cycles;         /* that a reading of it takes, undisturbed; 0: not known */
	struct {
		uint64_t received, sent, missed, errors;
	} described; /* counts when they were asked for last */
};

static unsigned nb_mbufs(unsigned queues)
{
	return queues * (DESCRIPTORS + 2 * POOL_CACHE) + RESERVE;
}

static size_t port_memory(const struct datapath_cfg *cfg)
{
	enum { DEVICE = 16 << 20 }; /* rings and buffers of drivers */

	return pool_bytes(nb_mbufs(cfg->nb_load), cfg->frame_len_max) +
	       pool_bytes(nb_mbufs(cfg->nb_rx), cfg->frame_len_max) +
	       (cfg->ptp ? pool_bytes(PTP_MBUFS, FRAME_LEN_MIN) : 0) + DEVICE;
}

G_GNUC_PRINTF(3, 4)
static gboolean fail_port(const struct port_state *s, GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	return sim_fail(error, SIM_ERROR_DPDK, "--port %s: %s", s->name, text);
}

static gboolean check_queues(const struct port_state *s, const struct rte_eth_dev_info *info,
	const struct datapath_cfg *cfg, GError **error)
{
	if (cfg->nb_load > info->max_tx_queues)
		return fail_port(s, error,
			"%u transmit queues for %u load workers; use fewer --cores, or set more "
			"queues in the devargs (net_af_packet: qpairs=N)",
			info->max_tx_queues, cfg->nb_load);
	if (cfg->nb_rx > info->max_rx_queues)
		return fail_port(s, error,
			"%u receive queues for %u receivers; use fewer --cores, or set more "
			"queues in the devargs (net_af_packet: qpairs=N)",
			info->max_rx_queues, cfg->nb_rx);
	return TRUE;
}

static void configure_stamps(
	struct port_state *s, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	uint64_t ticks;

	if (!(info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) ||
		rte_mbuf_dyn_rx_timestamp_register(&s->stamp_field, &s->stamp_flag) != 0 ||
		rte_eth_read_clock(s->id, &ticks) != 0)
		s->stamp_field = -1;
	else
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
}

static gboolean configure_port(struct port_state *s, const struct datapath_cfg *cfg, GError **error)
{
	const uint64_t rss = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(s->id, &info);

	if (rc != 0)
		return fail_port(s, error, "rte_eth_dev_info_get failed (%s)", g_strerror(-rc));
	s->driver = info.driver_name;
	if (!check_queues(s, &info, cfg, error))
		return FALSE;
	conf.rxmode.mtu = MAX(cfg->frame_len_max - ETH_LEN, (uint32_t)RTE_ETHER_MTU);
	if (info.max_mtu != 0 && cfg->frame_len_max > info.max_mtu + ETH_LEN)
		return fail_port(s, error,
			"maximum frame length is %u bytes (with FCS), but the mix has frames of "
			"%u; use another --profile",
			info.max_mtu + ETH_LEN, cfg->frame_len_max);
	if (info.max_mtu != 0)
		conf.rxmode.mtu = MIN(conf.rxmode.mtu, info.max_mtu);
	if (info.max_rx_pktlen != 0 && cfg->frame_len_max > info.max_rx_pktlen)
		return fail_port(s, error,
			"receives frames up to %u bytes, but the mix has frames of %u; use "
			"another --profile",
			info.max_rx_pktlen, cfg->frame_len_max);
	conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	if (cfg->nb_rx > 1 && (info.flow_type_rss_offloads & rss) != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads & rss;
		s->rss = TRUE;
	}
	configure_stamps(s, &info, &conf);
	rc = rte_eth_dev_configure(s->id, (uint16_t)cfg->nb_rx, (uint16_t)cfg->nb_load, &conf);
	return rc == 0 || fail_port(s, error, "rte_eth_dev_configure failed (%s)", g_strerror(-rc));
}

static gboolean set_up_queues(struct port_state *s, const struct datapath_cfg *cfg, GError **error)
{
	unsigned socket = (unsigned)rte_eth_dev_socket_id(s->id);
	uint16_t nb_rx = DESCRIPTORS, nb_tx = DESCRIPTORS;
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(s->id, &nb_rx, &nb_tx);

	for (unsigned q = 0; rc == 0 && q < cfg->nb_rx; q++)
		rc = rte_eth_rx_queue_setup(s->id, (uint16_t)q, nb_rx, socket, NULL, s->rx_pool);
	for (unsigned q = 0; rc == 0 && q < cfg->nb_load; q++)
		rc = rte_eth_tx_queue_setup(s->id, (uint16_t)q, nb_tx, socket, NULL);
	return rc == 0 || fail_port(s, error, "queue setup failed (%s)", g_strerror(-rc));
}

static gboolean wait_for_link(const struct port_state *s, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + LINK_WAIT_US;
	struct rte_eth_link link;

	for (;;) {
		if (rte_eth_link_get_nowait(s->id, &link) != 0 || link.link_status != 0)
			return TRUE; /* up, or a device that cannot tell */
		if (g_get_monotonic_time() > until_us)
			return fail_port(s, error, "no link; check that the other end is up");
		g_usleep(LINK_POLL_US);
	}
}

static void port_close(struct datapath *d)
{
	struct port_state *s = d->state;

	if (d->ptp)
		rte_eth_timesync_disable(s->id);
	if (s->started)
		rte_eth_dev_stop(s->id);
	if (s->driver != NULL)
		rte_eth_dev_close(s->id);
	rte_mempool_free(s->tx_pool);
	rte_mempool_free(s->rx_pool);
	rte_mempool_free(s->ptp_pool);
	g_free(s->name);
	g_free(s);
}

static gboolean start_port(struct port_state *s, const struct datapath_cfg *cfg, GError **error)
{
	int rc;

	if (rte_eth_dev_get_port_by_name(s->name, &s->id) != 0)
		return fail_port(s, error,
			"device not found by DPDK; use a PCI address bound to vfio-pci, or "
			"devargs such as net_af_packet0,iface=eth0");
	if (!configure_port(s, cfg, error))
		return FALSE;
	s->tx_pool = pool_of_frames("port-tx", nb_mbufs(cfg->nb_load), cfg->frame_len_max, error);
	if (s->tx_pool == NULL)
		return FALSE;
	s->rx_pool = pool_of_frames("port-rx", nb_mbufs(cfg->nb_rx), cfg->frame_len_max, error);
	if (s->rx_pool == NULL || !set_up_queues(s, cfg, error))
		return FALSE;
	if (cfg->ptp)
		s->ptp_pool = pool_of_frames("port-ptp", PTP_MBUFS, FRAME_LEN_MIN, error);
	if (cfg->ptp && s->ptp_pool == NULL)
		return FALSE;
	rc = rte_eth_dev_start(s->id);
	if (rc != 0)
		return fail_port(s, error, "rte_eth_dev_start failed (%s)", g_strerror(-rc));
	s->started = TRUE;
	rte_eth_promiscuous_enable(s->id); /* not every device can; those see what there is */
	return wait_for_link(s, error);
}

static gboolean port_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct port_state *s = g_new0(struct port_state, 1);

	d->state = s;
	s->stamp_field = -1;
	s->name = g_strndup(cfg->port, strcspn(cfg->port, ","));
	if (!start_port(s, cfg, error)) {
		port_close(d);
		return FALSE;
	}
	d->nb_ports = cfg->nb_rx;
	d->stamps = s->stamp_field >= 0;
	d->ptp = cfg->ptp && rte_eth_timesync_enable(s->id) == 0;
	return TRUE;
}

/* Both clocks were read in the cycles from before on, the NIC's in their middle if all was well. */
static void add_pair(
	struct datapath *d, struct nic_clock *c, uint64_t ticks, uint64_t before, uint64_t cycles)
{
	uint64_t tsc = before + cycles / 2;
	uint64_t error = nic_clock_runs(c) ? nic_clock_error(c, ticks, tsc) + cycles / 2 : 0;

	if (error > atomic_load_explicit(&d->stamp_error_tsc, memory_order_relaxed))
		atomic_store_explicit(&d->stamp_error_tsc, error, memory_order_relaxed);
	nic_clock_update(c, ticks, tsc);
}

/*
 * The IEEE 1588 clock: of some readings the quickest. Where all were disturbed there is no pair:
 * the line so far is better.
 */
static void tick_ptp(struct datapath *d)
{
	struct port_state *s = d->state;
	uint64_t best = UINT64_MAX, best_before = 0, ns = 0;

	for (unsigned i = 0; i < PAIR_TRIES; i++) {
		struct timespec now;
		uint64_t before = rte_rdtsc_precise(), cycles;

		if (rte_eth_timesync_read_time(s->id, &now) != 0)
			return;
		cycles = rte_rdtsc_precise() - before;
		if (cycles >= best)
			continue;
		best = cycles;
		best_before = before;
		ns = rte_timespec_to_ns(&now);
	}
	if (s->pair_cycles == 0)
		s->pair_cycles = best;
	if (best <= 2 * s->pair_cycles)
		add_pair(d, &s->ptp_clock, ns, best_before, best);
	/* Not for ever: it may have become slower. */
	s->pair_cycles = MIN(best, s->pair_cycles + s->pair_cycles / 64 + 1);
}

/* The NIC's clocks and the TSC, read together; often enough that the line between holds. */
static void port_tick(struct datapath *d)
{
	struct port_state *s = d->state;
	uint64_t before = rte_rdtsc(), ticks;

	if (s->stamp_field >= 0 && rte_eth_read_clock(s->id, &ticks) == 0)
		add_pair(d, &s->clock, ticks, before, rte_rdtsc() - before);
	if (d->ptp)
		tick_ptp(d);
}

static void add_count(JsonObject *o, const char *name, uint64_t now, uint64_t *last)
{
	json_object_set_int_member(o, name, (gint64)datapath_since_last(now, last));
}

static void port_describe(struct datapath *d, void *json_object)
{
	struct port_state *s = d->state;
	struct rte_eth_stats stats;

	json_object_set_string_member(json_object, "port", s->name);
	json_object_set_string_member(json_object, "driver", s->driver);
	json_object_set_string_member(json_object, "receive_spread", s->rss ? "rss" : "software");
	json_object_set_string_member(json_object, "time_of_arrival",
		s->stamp_field >= 0 ? "NIC" : "TSC, after each burst");
	if (rte_eth_stats_get(s->id, &stats) != 0)
		return;
	add_count(json_object, "port_received", stats.ipackets, &s->described.received);
	add_count(json_object, "port_sent", stats.opackets, &s->described.sent);
	add_count(json_object, "port_missed", stats.imissed, &s->described.missed);
	add_count(json_object, "port_errors", stats.ierrors + stats.oerrors + stats.rx_nombuf,
		&s->described.errors);
}

static uint16_t port_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	(void)q;
	(void)slot;
	return pool_slots(((struct port_state *)d->state)->tx_pool, f, n);
}

static uint16_t port_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct port_state *s = d->state;
	struct rte_mbuf *m[POOL_BURST];
	uint16_t sent;

	(void)slot;
	pool_slots_to_mbufs(f, m, nb);
	sent = rte_eth_tx_burst(s->id, (uint16_t)q, m, nb);
	if (unlikely(sent < n))
		pool_slots_free(s->tx_pool, f + sent, (uint16_t)(n - sent));
	return sent;
}

static uint16_t port_receive(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n)
{
	struct port_state *s = d->state;
	struct rte_mbuf *m[POOL_BURST];
	uint16_t got = rte_eth_rx_burst(s->id, (uint16_t)port, m, MIN(n, (uint16_t)POOL_BURST));

	pool_mbufs_to_slots(m, f, got);
	if (!d->stamps)
		return got;
	for (uint16_t i = 0; i < got; i++) {
		const uint64_t *stamp = (const void *)((const char *)m[i] + s->stamp_field);

		f[i].tsc = m[i]->ol_flags & s->stamp_flag ? nic_clock_tsc(&s->clock, *stamp)
							  : rte_rdtsc();
	}
	return got;
}

static void port_release(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];

	(void)d;
	(void)port;
	for (uint16_t i = 0; i < n; i++)
		m[i] = f[i].cookie;
	rte_pktmbuf_free_bulk(m, n); /* a loop of rings gives back frames of the other pool */
}

static gboolean port_send_ptp(struct datapath *d, unsigned q, const uint8_t *frame, uint32_t len)
{
	struct port_state *s = d->state;
	struct rte_mbuf *m = rte_pktmbuf_alloc(s->ptp_pool);

	if (m == NULL)
		return FALSE;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	if (d->ptp)
		m->ol_flags |= RTE_MBUF_F_TX_IEEE1588_TMST;
	if (rte_eth_tx_burst(s->id, (uint16_t)q, &m, 1) == 1)
		return TRUE;
	rte_pktmbuf_free(m);
	return FALSE;
}

static void port_take_stamps(struct datapath *d, struct datapath_stamps *out)
{
	struct port_state *s = d->state;
	gboolean runs = nic_clock_runs(&s->ptp_clock);
	struct timespec at;

	*out = (struct datapath_stamps){ 0 };
	if (rte_eth_timesync_read_tx_timestamp(s->id, &at) == 0 && runs)
		out->sent_tsc = nic_clock_tsc(&s->ptp_clock, rte_timespec_to_ns(&at));
	if (rte_eth_timesync_read_rx_timestamp(s->id, &at, 0) == 0 && runs)
		out->arrived_tsc = nic_clock_tsc(&s->ptp_clock, rte_timespec_to_ns(&at));
}

const struct datapath_ops datapath_port = {
	.interface = "port",
	.mechanism = "one DPDK port carries the frames of all guests",
	.zeroed = TRUE,
	.memory = port_memory,
	.open = port_open,
	.close = port_close,
	.tick = port_tick,
	.describe = port_describe,
	.reserve = port_reserve,
	.commit = port_commit,
	.receive_port = port_receive,
	.release_port = port_release,
	.send_ptp = port_send_ptp,
	.take_stamps = port_take_stamps,
};
