/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/reflector.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf.h>

#include "analyze/base/file.h"
#include "sim/base/clock_read.h"
#include "sim/engine/clock.h"
#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/reflector/front.h"
#include "sim/reflector/queue.h"
#include "sim/reflector/turn.h"
#include "sim/datapath/pool.h"
#include "traffic/frame.h"

enum {
	BURST = 32,
	OUT_MAX = FAULT_OUT_MAX(BURST),
	ROOM_MIN = 2048, /* what drivers expect of a buffer at least */
	DRIVER_LEN = 64, /* what drivers count besides the frame: VLAN tags, a virtio header */
	POOL_MARGIN = 1024,
	POOL_DELAYED = 32768, /* further mbufs where frames are held for a time */
	LOOKS_PER_S = 1000,   /* at sockets: did a back end connect, or answer */
	LOOKS_PER_HOST = 10,  /* how many of these until one, whether a host is still there */
	IDLE_TURNS = 16,      /* before it sleeps */
	CROWDED_US = 50,      /* away from the CPU for so long: others use it */
	SLEEP_MS = 10,
	EVENTS = 16,
	AHEAD = 8, /* queues that memory is asked for together */
};

struct port {
	uint16_t id;           /* of a device */
	gboolean has_back_end; /* a device of cfg.devices; its socket is still open */
	/* Both NULL: it is a device. */
	struct queue *queue;
	struct rings *rings;
	struct rte_mempool *pool; /* for copies */
	struct turn turn;         /* whose frames these are, and what is done with them */
	struct fault *fault;      /* NULL: none */
	/* OUT_MAX, what waits to be sent; NULL if frames stay where they are. */
	struct rte_mbuf **out;
	uint16_t nb_out, next_out;
	uint64_t received, sent;
};

struct reflector {
	struct reflector_cfg cfg;
	struct rte_mempool *pool;
	unsigned nb_ports;
	struct port *ports;
	/* Those that are served by mbufs, and those whose frames stay where they are. */
	unsigned nb_polled, nb_watched;
	struct port **polled, **watched;
	struct queue_watch *watch; /* of each that is watched: all that a turn looks at */
	struct front *front;       /* of sockets; NULL: none */
	struct port *first_socket;
	unsigned nb_left, nb_looks; /* nb_left: guests of front when it was looked at last */
	unsigned idle_turns;        /* since the last frame, or sleep */
	struct pages *pages;        /* memory of queue pairs */
	int epoll_fd;               /* and their sockets */
	gboolean back_ends_gone;    /* of some devices */
	struct clock_pair started;
	uint64_t busy_cycles;
};

static gboolean is_device(const struct port *p)
{
	return p->queue == NULL && p->rings == NULL;
}

gboolean reflector_swap_parse(const char *text, gboolean *ip, gboolean *ports, GError **error)
{
	gboolean is_ip = text != NULL && g_str_equal(text, "ip");
	gboolean is_ports = text != NULL && g_str_equal(text, "ports");

	if (text != NULL && !is_ip && !is_ports && !g_str_equal(text, "mac"))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--swap: invalid value '%s'; expected mac, ip or ports", text);
	*ip = is_ip || is_ports;
	*ports = is_ports;
	return TRUE;
}

gboolean reflector_queues_parse(const char *text, GArray *out, GError **error)
{
	const char *at = strrchr(text, '@');
	g_auto(GStrv) range = g_strsplit(at == NULL ? "" : at + 1, "-", 2);
	guint64 first, last;

	if (at == NULL || at == text || range[0] == NULL ||
		!g_ascii_string_to_unsigned(range[0], 10, 0, FRAME_GUESTS_MAX - 1, &first, NULL) ||
		!g_ascii_string_to_unsigned(range[1] == NULL ? range[0] : range[1], 10, first,
			FRAME_GUESTS_MAX - 1, &last, NULL))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--queues: invalid value '%s'; expected SOCKET@SLOT or SOCKET@FIRST-LAST",
			text);
	for (guint64 slot = first; slot <= last; slot++) {
		struct reflector_queue q = { g_strndup(text, (gsize)(at - text)), (uint32_t)slot };

		g_array_append_val(out, q);
	}
	return TRUE;
}

/* An MTU for the longest frame that comes, or what the device can take. */
static uint32_t choose_mtu(const struct reflector *r, const struct rte_eth_dev_info *info)
{
	const uint32_t eth_len = FRAME_ETH_LEN + FRAME_FCS_LEN;
	uint32_t mtu = MAX(r->cfg.frame_len_max - eth_len, (uint32_t)RTE_ETHER_MTU);

	if (info->max_mtu != 0)
		mtu = MIN(mtu, info->max_mtu);
	if (info->max_rx_pktlen > eth_len)
		mtu = MIN(mtu, info->max_rx_pktlen - eth_len);
	return mtu;
}

static gboolean start_port(struct reflector *r, uint16_t id, GError **error)
{
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	uint16_t nb_rx = r->cfg.descriptors, nb_tx = r->cfg.descriptors;
	int rc = rte_eth_dev_info_get(id, &info);

	if (rc == 0)
		conf.rxmode.mtu = choose_mtu(r, &info);
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
	if (rc != 0)
		return sim_fail(
			error, SIM_ERROR_DPDK, "cannot start port %u (%s)", id, g_strerror(-rc));
	rte_eth_promiscuous_enable(
		id); /* not every device can; those see their own frames anyway */
	return TRUE;
}

static gboolean make_pool(struct reflector *r, unsigned nb_ports, GError **error)
{
	unsigned nb = nb_ports * (2U * r->cfg.descriptors + 2U * BURST) + POOL_MARGIN;
	uint16_t room = (uint16_t)(RTE_PKTMBUF_HEADROOM +
				   RTE_ALIGN_CEIL(
					   MAX(r->cfg.frame_len_max, (uint32_t)ROOM_MIN), 64U) +
				   DRIVER_LEN);

	if (r->cfg.faults.share[FAULT_DELAY] > 0)
		nb += POOL_DELAYED;
	r->pool = pool_new("frames", nb, room, error);
	return r->pool != NULL;
}

static void set_turn(const struct reflector *r, struct port *p, uint32_t guest)
{
	p->turn = (struct turn){ .swap_ip = r->cfg.swap_ip,
		.swap_ports = r->cfg.swap_ports,
		.relay = r->cfg.relay,
		.guest = guest,
		.base_mac = turn_mac(r->cfg.base_mac),
		.own_mac = turn_mac(r->cfg.base_mac) + guest,
		.generator_mac = turn_mac(frame_generator_mac) };
	if (!fault_plan_is_empty(&r->cfg.faults))
		p->fault = fault_new(&r->cfg.faults, r->cfg.seed, guest);
}

static void poll_it(struct reflector *r, struct port *p)
{
	p->pool = r->pool;
	p->out = g_new(struct rte_mbuf *, OUT_MAX);
	r->polled[r->nb_polled++] = p;
}

static unsigned count_words(char **words)
{
	return words == NULL ? 0 : g_strv_length(words);
}

static gboolean make_devices(const struct reflector *r, GError **error)
{
	for (char **d = r->cfg.devices; d != NULL && *d != NULL; d++) {
		int status = rte_dev_probe(*d);

		if (status == 0)
			continue;
		return sim_fail(error, SIM_ERROR_DPDK,
			"DPDK cannot create device %s (%s); --verbose shows details", *d,
			rte_strerror(-status));
	}
	return TRUE;
}

static gboolean add_devices(struct reflector *r, unsigned nb_devices, GError **error)
{
	for (uint16_t id = 0; id < RTE_MAX_ETHPORTS && r->nb_ports < nb_devices; id++) {
		struct port *p = &r->ports[r->nb_ports];

		if (!rte_eth_dev_is_valid_port(id))
			continue;
		if (!start_port(r, id, error))
			return FALSE;
		p->id = id;
		p->has_back_end = r->nb_ports >= nb_devices - count_words(r->cfg.devices);
		set_turn(r, p, r->cfg.first_guest + r->cfg.guest_step * r->nb_ports++);
		poll_it(r, p);
	}
	return TRUE;
}

static gboolean add_sockets(struct reflector *r, gboolean copies, GError **error)
{
	unsigned nb = count_words(r->cfg.sockets);
	const struct front_cfg cfg = { .paths = r->cfg.sockets,
		.server = r->cfg.server,
		.descriptors = r->cfg.descriptors,
		.frame_len_max = r->cfg.frame_len_max,
		.copies = copies,
		.calls = r->cfg.sleeps };

	if (nb == 0)
		return TRUE;
	r->front = front_new(&cfg, error);
	if (r->front == NULL)
		return FALSE;
	r->first_socket = &r->ports[r->nb_ports];
	for (unsigned i = 0; i < nb; i++) {
		struct port *p = &r->first_socket[i];

		p->rings = front_rings(r->front, i);
		p->rings->turn = &p->turn;
		set_turn(r, p, r->cfg.first_guest + r->cfg.guest_step * r->nb_ports++);
		if (copies)
			poll_it(r, p);
	}
	return TRUE;
}

static gboolean add_queues(struct reflector *r, gboolean copies, GError **error)
{
	for (unsigned i = 0; i < r->cfg.nb_queues; i++) {
		const struct reflector_queue *at = &r->cfg.queues[i];
		struct port *p = &r->ports[r->nb_ports];
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = p };

		p->queue = queue_connect(at->path, at->slot, copies, r->pages, error);
		if (p->queue == NULL)
			return FALSE;
		r->nb_ports++;
		if (copies && queue_buf_len(p->queue) + FRAME_FCS_LEN > r->cfg.frame_len_max)
			return sim_fail(error, SIM_ERROR_USAGE,
				"--frame-len-max %u: %s@%u has frames of up to %u bytes",
				r->cfg.frame_len_max, at->path, at->slot,
				queue_buf_len(p->queue) + FRAME_FCS_LEN);
		epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, queue_socket(p->queue), &e);
		set_turn(r, p, queue_guest(p->queue));
		if (copies) {
			poll_it(r, p);
			continue;
		}
		queue_watch(p->queue, &r->watch[r->nb_watched]);
		r->watched[r->nb_watched++] = p;
	}
	return TRUE;
}

struct reflector *reflector_new(const struct reflector_cfg *cfg, GError **error)
{
	struct reflector *r = g_new0(struct reflector, 1);
	unsigned nb_devices = rte_eth_dev_count_avail() + count_words(cfg->devices);
	/* Faults hold frames, and make more of them: they need mbufs. */
	gboolean copies = !fault_plan_is_empty(&cfg->faults);
	unsigned nb = nb_devices + cfg->nb_queues + count_words(cfg->sockets);
	unsigned nb_polled = copies ? nb : nb_devices;

	r->cfg = *cfg;
	r->started = clock_pair_now();
	r->ports = g_new0(struct port, nb);
	r->polled = g_new0(struct port *, nb);
	r->watched = g_new0(struct port *, nb);
	r->watch = g_new0(struct queue_watch, nb);
	r->pages = pages_new();
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if ((nb_polled == 0 || make_pool(r, nb_polled, error)) && make_devices(r, error) &&
		add_devices(r, nb_devices, error) && add_sockets(r, copies, error) &&
		add_queues(r, copies, error))
		return r;
	reflector_free(r);
	return NULL;
}

void reflector_free(struct reflector *r)
{
	if (r == NULL)
		return;
	/* Drivers complain that they cannot say goodbye to a back end that has gone. */
	if (r->back_ends_gone)
		rte_log_set_global_level(RTE_LOG_CRIT);
	for (unsigned i = 0; i < r->nb_ports; i++) {
		fault_free(r->ports[i].fault);
		queue_free(r->ports[i].queue);
		/* Else rte_eal_cleanup complains that it cannot close a started device. */
		if (is_device(&r->ports[i]))
			(void)rte_eth_dev_stop(r->ports[i].id);
		g_free(r->ports[i].out);
	}
	front_free(r->front);
	pages_free(r->pages);
	fd_close(r->epoll_fd);
	g_free(r->watch);
	g_free(r->watched);
	g_free(r->polled);
	g_free(r->ports);
	g_free(r);
}

static inline uint16_t receive_burst(const struct port *p, struct rte_mbuf **m)
{
	if (p->rings != NULL)
		return rings_rx(p->rings, p->pool, m, BURST);
	return p->queue == NULL ? rte_eth_rx_burst(p->id, 0, m, BURST)
				: queue_rx(p->queue, p->pool, m, BURST);
}

static inline uint16_t send_burst(const struct port *p, struct rte_mbuf **m, uint16_t n)
{
	if (p->rings != NULL)
		return rings_tx(p->rings, m, n);
	return p->queue == NULL ? rte_eth_tx_burst(p->id, 0, m, n) : queue_tx(p->queue, m, n);
}

/* TRUE if something was received or sent. A port whose peer has no room gets no new frames. */
static gboolean serve_port(struct reflector *r, struct port *p, const struct tsc_clock *clock)
{
	struct rte_mbuf *in[BURST];
	uint16_t n, rest, sent;

	if (p->next_out == p->nb_out) {
		n = receive_burst(p, in);
		p->received += n;
		for (uint16_t i = 0; i < n; i++)
			turn_frame(&p->turn, rte_pktmbuf_mtod(in[i], uint8_t *), in[i]->data_len);
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
	rest = (uint16_t)(p->nb_out - p->next_out);
	sent = send_burst(p, p->out + p->next_out, rest);
	p->next_out = (uint16_t)(p->next_out + sent);
	p->sent += sent;
	return sent != 0;
}

/*
 * The first watched queue from *at on in which there is something to do, and those of the AHEAD - 1
 * behind it: their numbers; memory is asked for them. *at is where the next look begins.
 */
static inline unsigned find_ready(const struct reflector *r, unsigned *at, unsigned *ready)
{
	unsigned n = 0, i = *at, end = r->nb_watched;

	for (; i < end; i++) {
		if (!queue_watch_ready(&r->watch[i]))
			continue;
		if (n == 0)
			end = RTE_MIN(end, i + AHEAD);
		queue_prefetch(&r->watch[i]);
		rte_prefetch0(r->watched[i]);
		ready[n++] = i;
	}
	*at = i;
	return n;
}

static inline uint16_t serve_queue(struct reflector *r, unsigned i, const struct queue_burst *b)
{
	struct port *p = r->watched[i];

	queue_turn(p->queue, b, &p->turn);
	queue_watch(p->queue, &r->watch[i]);
	p->received += b->n;
	p->sent += b->n;
	return b->n;
}

/* Every port once. Guests whose queues are idle cost one look each. */
static inline gboolean serve_all(struct reflector *r, const struct tsc_clock *clock)
{
	unsigned ready[AHEAD], at = 0, n;
	gboolean busy = FALSE;

	for (unsigned i = 0; i < r->nb_polled; i++)
		busy |= serve_port(r, r->polled[i], clock);
	while ((n = find_ready(r, &at, ready)) != 0) {
		struct queue_burst b[2];

		queue_take(r->watched[ready[0]]->queue, &b[0]);
		for (unsigned i = 0; i < n; i++) {
			if (i + 1 < n)
				queue_take(r->watched[ready[i + 1]]->queue, &b[(i + 1) % 2]);
			busy |= serve_queue(r, ready[i], &b[i % 2]) != 0;
		}
	}
	if (r->front != NULL)
		busy |= front_reflect(r->front) != 0;
	return busy;
}

/* Its account stays, but it is served no more. */
static void retire_port(struct reflector *r, const struct port *p)
{
	for (unsigned i = 0; i < r->nb_polled; i++)
		if (r->polled[i] == p)
			r->polled[i--] = r->polled[--r->nb_polled];
	for (unsigned i = 0; i < r->nb_watched; i++) {
		if (r->watched[i] != p)
			continue;
		r->watched[i] = r->watched[--r->nb_watched];
		r->watch[i--] = r->watch[r->nb_watched];
	}
}

/* The link of a vhost-user socket is up for as long as its back end is there. */
static void look_for_back_ends(struct reflector *r)
{
	for (unsigned i = 0; i < r->nb_ports; i++) {
		struct port *p = &r->ports[i];
		struct rte_eth_link link;

		if (!p->has_back_end || rte_eth_link_get_nowait(p->id, &link) != 0 ||
			link.link_status == RTE_ETH_LINK_UP)
			continue;
		p->has_back_end = FALSE;
		r->back_ends_gone = TRUE;
		retire_port(r, p);
	}
}

/* Sockets, and guests whose back ends have gone for good. */
static void look_at_sockets(struct reflector *r)
{
	unsigned nb_left;

	front_look(r->front);
	nb_left = front_nb_left(r->front);
	for (unsigned i = 0; nb_left != r->nb_left && r->cfg.sockets[i] != NULL; i++)
		if (front_has_gone(r->front, i))
			retire_port(r, &r->first_socket[i]);
	r->nb_left = nb_left;
}

/* Hosts say nothing behind the hello: a socket that can be read is one that was closed. */
static void look_for_hosts(struct reflector *r)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(r->epoll_fd, events, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		struct port *p = events[i].data.ptr;

		epoll_ctl(r->epoll_fd, EPOLL_CTL_DEL, queue_socket(p->queue), NULL);
		retire_port(r, p);
	}
}

/* FALSE: there is nobody left to reflect for. */
static gboolean look_around(struct reflector *r)
{
	if (r->front != NULL)
		look_at_sockets(r);
	if (r->nb_looks++ % LOOKS_PER_HOST == 0) {
		look_for_hosts(r);
		look_for_back_ends(r);
	}
	return r->nb_polled + r->nb_watched + r->nb_left != 0;
}

struct number {
	const char *name;
	uint64_t n;
};

/* Members of an object, as json-glib's pretty printer has them: it is not linked into guests. */
static void print_numbers(GString *out, int indent, const struct number *numbers, size_t nb)
{
	for (size_t i = 0; i < nb; i++)
		g_string_append_printf(out, "%s\n%*s\"%s\" : %" G_GUINT64_FORMAT, i == 0 ? "" : ",",
			indent, "", numbers[i].name, numbers[i].n);
}

static void print_port(GString *out, const struct port *p)
{
	uint64_t turned = p->rings == NULL ? 0 : p->rings->frames;
	const struct number of_guest[] = { { "guest", p->turn.guest },
		{ "received", p->received + turned }, { "sent", p->sent + turned } };

	g_string_append(out, "\n    {");
	print_numbers(out, 6, of_guest, G_N_ELEMENTS(of_guest));
	if (p->fault != NULL) {
		const struct fault_counts *c = fault_counts_measured(p->fault);
		const struct number counts[] = { { "received", c->received }, { "sent", c->sent },
			{ "dropped", c->dropped }, { "corrupted", c->corrupted },
			{ "duplicated", c->duplicated }, { "reordered", c->reordered },
			{ "delayed", c->delayed }, { "passed_full", c->passed_full } };

		g_string_append(out, ",\n      \"measured\" : {");
		print_numbers(out, 8, counts, G_N_ELEMENTS(counts));
		g_string_append(out, "\n      }");
	}
	g_string_append(out, "\n    }");
}

char *reflector_report(const struct reflector *r, int serial)
{
	GString *out = g_string_new("{");
	const struct number all[] = { { "serial", (uint64_t)serial },
		{ "busy_cycles", r->busy_cycles },
		{ "cpu_ns", clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) } };

	print_numbers(out, 2, all, G_N_ELEMENTS(all));
	g_string_append(out, ",\n  \"guests\" : [");
	for (unsigned i = 0; i < r->nb_ports; i++) {
		g_string_append(out, i == 0 ? "" : ",");
		print_port(out, &r->ports[i]);
	}
	g_string_append(out, "\n  ]\n}");
	return g_string_free(out, FALSE);
}

/*
 * Nothing is to be done. Only front ends can be called: nobody sleeps who serves others, too. Where others
 * use the CPU, who yields comes back when the scheduler's slice has ended, who sleeps when it is called.
 */
static void give_way(struct reflector *r)
{
	gint64 yields_us;

	if (!r->cfg.sleeps || r->front == NULL || r->nb_polled + r->nb_watched != 0) {
		sched_yield();
		return;
	}
	if (r->idle_turns++ < IDLE_TURNS) {
		yields_us = g_get_monotonic_time();
		sched_yield();
		if (g_get_monotonic_time() - yields_us > CROWDED_US)
			r->idle_turns = IDLE_TURNS;
		return;
	}
	front_sleep(r->front, SLEEP_MS);
	r->idle_turns = 0;
}

/* TSC cycles per second: exactly, which takes a time, where frames are held for one. */
static double measure_hz(const struct reflector *r)
{
	struct clock_pair now;

	if (!fault_plan_is_empty(&r->cfg.faults))
		return clock_hz_since(&r->started);
	do
		now = clock_pair_now();
	while (now.raw_ns - r->started.raw_ns < 1e6);
	return clock_rate_hz(&r->started, &now);
}

gboolean reflector_run(struct reflector *r, const _Atomic int *stop, const _Atomic int *report,
	const char *report_path, GError **error)
{
	double hz = measure_hz(r);
	uint64_t look_cycles = (uint64_t)(hz / LOOKS_PER_S), looked = rte_rdtsc();
	uint64_t before = looked;
	struct tsc_clock clock;
	int reported = atomic_load(report);

	tsc_clock_start(&clock, looked, hz);
	while (!atomic_load_explicit(stop, memory_order_relaxed)) {
		gboolean busy = serve_all(r, &clock);
		uint64_t now = rte_rdtsc();
		int wanted = atomic_load_explicit(report, memory_order_relaxed);

		if (busy)
			r->busy_cycles += now - before;
		before = now;
		if (unlikely(wanted != reported) && report_path != NULL) {
			g_autofree char *text = reflector_report(r, wanted);

			if (!file_write_at_once(report_path, text, strlen(text), error))
				return FALSE;
			reported = wanted;
			before = rte_rdtsc();
		}
		if (unlikely(now - looked > look_cycles)) {
			looked = now;
			if (!look_around(r))
				return TRUE;
		}
		if (busy) {
			r->idle_turns = 0;
		} else if (r->cfg.give_way) {
			give_way(r);
			before = rte_rdtsc();
		}
	}
	return TRUE;
}
