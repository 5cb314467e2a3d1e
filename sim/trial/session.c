/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/session.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/ranks.h"
#include "analyze/base/scratch.h"
#include "analyze/base/text.h"
#include "sim/base/eal.h"
#include "sim/base/error.h"
#include "sim/base/limits.h"
#include "sim/base/stop.h"
#include "sim/datapath/fabric.h"
#include "sim/engine/clock.h"
#include "sim/fleet/fleet.h"
#include "sim/trial/generators.h"
#include "sim/trial/measure.h"
#include "traffic/frame.h"
#include "traffic/mix.h"

struct session {
	struct session_cfg cfg;
	const mix *mix;            /* cfg.o's */
	struct fabric_share share; /* our guests: all, if alone */
	scratch *scratch;          /* sockets, reports; NULL: no guests */
	char *socket_dir;          /* NULL: scratch */
	eal_words *eal_args;
	uint32_t *longest; /* by guest; NULL: guests send to guests */
	struct fabric *fabric;
	const char **nulls;         /* by guest, as cfg.o->interfaces; NULL: not null_too */
	struct fabric *null_fabric; /* of them */
	struct fleet *fleet;
	struct clock_pair clock_origin;
};

/* Find out before measuring, not after, that results cannot be kept. */
static gboolean check_writable(const struct session *s, GError **error)
{
	g_autofree char *probe = g_build_filename(s->cfg.dir, ".tsim-writes-here", NULL);

	if (!file_make_folder(s->cfg.dir, error) || !file_write_durably(probe, "", 0, error)) {
		g_prefix_error(error, "--out: ");
		return FALSE;
	}
	unlink(probe);
	return TRUE;
}

/* What all interfaces have in common. */
static struct datapath_cfg datapath_cfg(const struct session *s)
{
	const struct options *o = s->cfg.o;

	return (struct datapath_cfg){
		.base_mac = o->base_mac,
		.frame_len_max = mix_longest_frame_len(s->mix),
		.longest = s->longest,
		.strangers = g_str_equal(o->machine, "external"),
		.nb_load = o->cores.nb_load + o->cores.nb_timer,
		.nb_rx = o->cores.nb_rx,
		.socket_dir = s->socket_dir != NULL ? s->socket_dir
			      : s->scratch != NULL  ? scratch_path(s->scratch)
						    : NULL,
		.guests_listen = options_guests_listen(o),
		.descriptors = (uint16_t)o->descriptors,
		.nb_host_cpus = o->cores.nb_host,
		.host_cpu = o->cores.host_cpu,
		.host_shares = o->cores.host_shares,
		.vhost = o->vhost,
		.policy = o->policy == NULL ? "emulate-all" : o->policy,
		.vf_limit = (uint32_t)o->vf_limit,
		.mediators = (unsigned)o->mediators,
		.port = o->port,
		.ptp = o->probe_ptp,
	};
}

static gboolean has_guests(const struct session *s)
{
	for (uint32_t i = s->share.first; i < s->mix->nb_guests; i += s->share.step)
		if (fabric_ops(s->cfg.o->interfaces[i], NULL)->guest_option != NULL)
			return TRUE;
	return FALSE;
}

static struct fabric_memory interface_memory(const struct session *s)
{
	struct datapath_cfg cfg = datapath_cfg(s);
	struct fabric_memory of = fabric_memory(
		&cfg, s->cfg.o->interfaces, s->mix->nb_guests, s->share);

	if (s->nulls != NULL)
		of.eal += fabric_memory(&cfg, s->nulls, s->mix->nb_guests, s->share).eal;
	return of;
}

static unsigned memory_mib(const struct session *s)
{
	enum { EAL_BYTES = 64 << 20, WORKER_BYTES = 64 << 10, GUEST_BYTES = 64 };
	uint64_t bytes = interface_memory(s).eal +
			 cores_nb_workers(&s->cfg.o->cores) *
				 (WORKER_BYTES + (uint64_t)s->mix->nb_guests * GUEST_BYTES) +
			 EAL_BYTES;

	return s->cfg.o->memory != 0 ? (unsigned)s->cfg.o->memory : (unsigned)(bytes * 9 / 8 >> 20);
}

/* Guests see frames in memory that is a file: its size has a limit, too. */
static gboolean check_shared_memory(const struct session *s, GError **error)
{
	unsigned mib = memory_mib(s);
	struct rlimit limit;

	return !has_guests(s) || getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	       limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >> 20 >= mib ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "file size limit is %" G_GUINT64_FORMAT
		       " KiB, but guests share %u MiB of memory: raise the limit (ulimit -f)",
		       (uint64_t)limit.rlim_cur >> 10, mib);
}

/* The built-in driver's buffers are as short as frames allow; others have mbufs. */
static uint32_t longest_of_guests(const struct session *s)
{
	enum { MBUF_LEN = 2048 };
	uint32_t longest = mix_longest_frame_len(s->mix);

	return options_guests_listen(s->cfg.o) && s->cfg.o->fault == NULL ? longest
									  : MAX(longest, MBUF_LEN);
}

static gboolean start_guests(struct session *s, GError **error)
{
	const struct options *o = s->cfg.o;
	g_autofree char *mac = frame_mac_format(o->base_mac);

	if (!has_guests(s))
		return TRUE;
	if (g_str_equal(o->machine, "external")) {
		for (uint32_t i = s->share.first; i < s->mix->nb_guests; i += s->share.step) {
			const struct datapath_guest *g = &s->fabric->guest[i];
			g_autofree char *guest_mac = NULL;
			uint8_t bytes[6];

			if (g->ops->address == NULL)
				continue;

			frame_guest_mac(o->base_mac, i, bytes);
			guest_mac = frame_mac_format(bytes);
			fprintf(stderr, "guest %u: %s socket %s, MAC %s\n", i, s->fabric->word[i],
				g->ops->address(g->datapath, g->slot), guest_mac);
		}
		return TRUE;
	}
	s->fleet = fleet_new(&(struct fleet_cfg){ .guest = s->fabric->guest,
				     .nb_guests = s->mix->nb_guests,
				     .step = s->share.step,
				     .per_process = (uint32_t)o->per_process,
				     .driver = o->guest_driver,
				     .descriptors = (uint16_t)o->descriptors,
				     .cores = &o->cores,
				     .run_dir = scratch_path(s->scratch),
				     .fault = o->fault,
				     .swap = o->swap,
				     .relay = o->pattern != ENGINE_TO_GUESTS,
				     .seed = (uint64_t)o->seed,
				     .frame_len_max = longest_of_guests(s),
				     .base_mac = mac,
				     .hugepages = o->hugepages },
		error);
	return s->fleet != NULL;
}

/* A NIC maps all of DPDK's memory. Virtual devices map nothing. */
static gboolean check_locked(const struct session *s, GError **error)
{
	struct rlimit limit;

	if (s->cfg.o->port == NULL || g_str_has_prefix(s->cfg.o->port, "net_") ||
		g_str_has_prefix(s->cfg.o->port, "eth_") || getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
		return TRUE;
	return limits_fit_locked(
		s->cfg.o->port, (uint64_t)memory_mib(s) << 20, &limit, getuid() == 0, error);
}

/* What tsim itself takes; the guests' processes are the fleet's. Before anything is made. */
static gboolean check_limits(const struct session *s, GError **error)
{
	/*
	 * Measured: EAL opens four descriptors per lcore and eight more, tsim eight, QEMU's guests send one to
	 * three for their memory, where treflect's send one. Memory: what is used without frames.
	 */
	enum { FILES = 20, FILES_WORKER = 4, FILES_MEMORY = 2, THREADS = 4, BYTES = 32 << 20 };
	unsigned workers = cores_nb_workers(&s->cfg.o->cores);
	struct fabric_memory of = interface_memory(s);
	uint32_t nb = (s->mix->nb_guests - s->share.first + s->share.step - 1) / s->share.step;
	g_autofree char *who = g_strdup_printf("%u guest%s", nb, text_plural(nb));
	uint64_t files, threads, bytes;

	fabric_need(s->cfg.o->interfaces, s->mix->nb_guests, s->share, &files, &threads);
	if (g_str_equal(s->cfg.o->machine, "external") || s->cfg.o->hugepages)
		files += FILES_MEMORY * (uint64_t)s->mix->nb_guests / s->share.step;
	bytes = of.eal + of.shared + BYTES;
	if (has_guests(s) &&
		!limits_check_tmpdir(g_get_tmp_dir(),
			s->cfg.o->socket_dir == NULL ? strlen("/tsim-XXXXXX/guest-4095.sock") : 0,
			error))
		return FALSE;
	return limits_raise_files(who, files + FILES + (uint64_t)FILES_WORKER * workers, error) &&
	       limits_check_tasks("", "tsim", threads + workers + THREADS, error) &&
	       limits_check_memory("", "tsim", bytes, error) && check_locked(s, error);
}

static gboolean prepare_machine(struct session *s, GError **error)
{
	const struct options *o = s->cfg.o;
	g_autofree char *lcores = cores_eal_lcores(&o->cores);
	char *devices[] = { o->port, NULL };
	struct datapath_cfg cfg;

	if (!check_limits(s, error) || !check_writable(s, error))
		return FALSE;
	if (!check_shared_memory(s, error))
		return FALSE;
	if (has_guests(s)) {
		s->scratch = scratch_new("tsim", error);
		if (s->scratch == NULL)
			return FALSE;
		stop_remove(scratch_path(s->scratch));
	}
	/* Each rank has sockets of its own, though their names be the same. */
	if (o->socket_dir != NULL)
		s->socket_dir = s->cfg.generators == NULL ? g_strdup(o->socket_dir)
							  : g_strdup_printf("%s/rank-%u",
								    o->socket_dir, s->share.first);
	if (s->socket_dir != NULL && !file_make_folder(s->socket_dir, error)) {
		g_prefix_error(error, "--socket-dir: ");
		return FALSE;
	}
	s->eal_args = eal_start(&(struct eal_cfg){ .program = "tsim",
					.lcores = lcores,
					.memory_mib = memory_mib(s),
					.hugepages = o->hugepages,
					.verbose = o->verbose,
					.devices = devices,
					.extra = o->eal },
		error);
	if (s->eal_args == NULL)
		return FALSE;
	cfg = datapath_cfg(s);
	s->fabric = fabric_open(&cfg, s->cfg.o->interfaces, s->mix->nb_guests, s->share, error);
	if (s->fabric == NULL)
		return FALSE;
	if (s->nulls != NULL) {
		s->null_fabric = fabric_open(&cfg, s->nulls, s->mix->nb_guests, s->share, error);
		if (s->null_fabric == NULL)
			return FALSE;
	}
	return start_guests(s, error);
}

/* Guests whose frames come from the generator alone need no room for longer ones than theirs. */
static uint32_t *longest_frames(const struct options *o)
{
	uint32_t *longest;

	if (o->pattern != ENGINE_TO_GUESTS)
		return NULL;
	longest = g_new(uint32_t, o->traffic->nb_guests);
	for (uint32_t i = 0; i < o->traffic->nb_guests; i++)
		longest[i] = profile_longest_frame_len(o->traffic->guests[i].profile);
	return longest;
}

struct session *session_new(const struct session_cfg *cfg, GError **error)
{
	struct session *s = g_new0(struct session, 1);

	s->cfg = *cfg;
	s->mix = cfg->o->traffic;
	s->longest = longest_frames(cfg->o);
	s->share = (struct fabric_share){ .first = generators_own(cfg->generators),
		.step = generators_count(cfg->generators) };
	s->clock_origin = clock_pair_now();
	if (cfg->null_too) {
		s->nulls = g_new(const char *, s->mix->nb_guests);
		for (uint32_t i = 0; i < s->mix->nb_guests; i++)
			s->nulls[i] = "null";
	}
	(void)(cores_assign(&cfg->o->cores, cfg->o->place, &cfg->o->cores, error) &&
		prepare_machine(s, error));
	if (ranks_agree(error))
		return s;
	session_free(s);
	return NULL;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	fleet_free(s->fleet);
	fabric_free(s->fabric);
	fabric_free(s->null_fabric);
	g_free(s->longest);
	g_free(s->nulls);
	eal_end(s->eal_args);
	scratch_free(s->scratch);
	g_free(s->socket_dir);
	g_free(s);
}

gboolean session_measure(
	struct session *s, const struct session_trial *wanted, trial **done, GError **error)
{
	const struct options *o = wanted->o == NULL ? s->cfg.o : wanted->o;
	struct fleet *fleet = wanted->on_null ? NULL : s->fleet;

	*done = NULL;
	for (uint32_t i = 0; s->longest != NULL && i < o->traffic->nb_guests; i++)
		g_assert(profile_longest_frame_len(o->traffic->guests[i].profile) <= s->longest[i]);
	if (fleet != NULL) {
		fleet_poll(fleet);
		(void)fleet_revive(fleet, error);
	}
	return ranks_agree(error) &&
	       measure(&(struct measure_cfg){ .o = o,
			       .mix = o->traffic,
			       .fabric = wanted->on_null ? s->null_fabric : s->fabric,
			       .fleet = fleet,
			       .generators = s->cfg.generators,
			       .share = s->share,
			       .dir = s->cfg.dir,
			       .params = wanted->params,
			       .progress = wanted->progress,
			       .jsonl = wanted->jsonl,
			       .clock_origin = &s->clock_origin,
			       .interrupt = stop_flag() },
		       done, error);
}

gboolean session_keep(const trial *t, const char *dir, GError **error)
{
	g_autofree char *rescue = NULL;
	gboolean kept;

	if (trial_write(t, dir, error))
		return TRUE;
	rescue = g_dir_make_tmp("tsim-rescued-XXXXXX", NULL);
	kept = rescue != NULL && trial_write(t, rescue, NULL);
	if (rescue != NULL && !kept)
		(void)g_rmdir(rescue);
	if (kept)
		g_prefix_error(
			error, "trial saved in %s instead of the results directory: ", rescue);
	else
		g_prefix_error(error, "the trial could not be saved; only its output remains: ");
	return FALSE;
}
