/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/campaign.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/ranks.h"
#include "analyze/base/scratch.h"
#include "analyze/base/text.h"
#include "analyze/contract/part.h"
#include "sim/datapath/fabric.h"
#include "sim/base/eal.h"
#include "sim/engine/clock.h"
#include "sim/base/error.h"
#include "sim/fleet/fleet.h"
#include "sim/trial/label_lock.h"
#include "sim/base/limits.h"
#include "sim/trial/measure.h"
#include "sim/trial/params.h"
#include "sim/trial/progress.h"
#include "sim/trial/environment.h"
#include "sim/trial/printout.h"
#include "sim/trial/jsonl.h"
#include "sim/base/stop.h"
#include "traffic/frame.h"
#include "traffic/mix.h"

struct campaign {
	const struct options *o;
	const mix *mix;                /* o's */
	struct generators *generators; /* NULL: alone */
	struct fabric_share share;     /* our guests: all, if alone */
	char *mix_digest;
	char *dir;        /* OUT/LABEL */
	file_lock *lock;  /* of dir */
	scratch *scratch; /* sockets, reports; NULL: no guests */
	char *socket_dir; /* NULL: scratch */
	GPtrArray *todo;  /* struct trial_params, in order */
	GPtrArray *done;  /* struct trial_params of what is there already */
	GPtrArray *again; /* char *: why some of todo are measured again */
	gboolean printed; /* a trial is on stdout */
	char *above;      /* what was there of dir at the beginning; NULL: dir is not made */
	gboolean untrustworthy;
	guint nb_measured; /* of todo, whole and kept */
	eal_words *eal_args;
	struct fabric *fabric;
	struct fleet *fleet;
	struct progress progress;
	struct jsonl *jsonl; /* NULL: --format is another, or we are not rank 0 */
	struct clock_pair clock_origin;
};

static void free_params(gpointer p)
{
	trial_params_clear(p);
	g_free(p);
}

static struct trial_params *params_of(const struct campaign *c, uint64_t rate_pps, uint32_t rep)
{
	return params_new(c->o, c->mix_digest, generators_count(c->generators), rate_pps, rep);
}

/* Sort a trial in: done, to do, or in the way. */
static gboolean plan_trial(struct campaign *c, uint64_t rate_pps, uint32_t rep, GError **error)
{
	struct trial_params *p = params_of(c, rate_pps, rep);
	g_autofree char *why = NULL;
	enum trial_state state;

	if (generators_own(c->generators) != 0) { /* rank 0 knows better: it has the results */
		g_ptr_array_add(c->todo, p);
		return TRUE;
	}
	state = trial_state(c->dir, p, &why);
	g_ptr_array_add(state == TRIAL_DONE && !c->o->overwrite ? c->done : c->todo, p);
	if (state == TRIAL_OTHER && !c->o->overwrite)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s; use another --label, or --overwrite to replace it", why);
	if (state == TRIAL_AGAIN)
		g_ptr_array_add(c->again, g_steal_pointer(&why));
	return TRUE;
}

static gboolean plan_repetitions(struct campaign *c, double pps, GError **error)
{
	for (int rep = c->o->first_rep; rep < c->o->first_rep + c->o->reps; rep++)
		if (!plan_trial(c, (uint64_t)llround(pps), (uint32_t)rep, error))
			return FALSE;
	return TRUE;
}

/* What is in the directory already, and stays there, has to be of one kind with what comes. */
static gboolean check_derivation(const struct campaign *c, GError **error)
{
	g_autoptr(GHashTable) todo = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *other = NULL;

	for (guint i = 0; i < c->todo->len && generators_own(c->generators) == 0; i++)
		g_hash_table_add(todo, trial_file_name(g_ptr_array_index(c->todo, i)));
	if (generators_own(c->generators) == 0)
		other = trial_other_derivation(c->dir, todo);
	return other == NULL || sim_fail(error, SIM_ERROR_USAGE,
					"%s: schedules not comparable; use another --label", other);
}

static void clear_plan(struct campaign *c)
{
	g_clear_pointer(&c->todo, g_ptr_array_unref);
	g_clear_pointer(&c->done, g_ptr_array_unref);
	g_clear_pointer(&c->again, g_ptr_array_unref);
}

/* By what is in the directory now. */
static gboolean make_plan(struct campaign *c, GError **error)
{
	double sum = 0;

	clear_plan(c);
	c->todo = g_ptr_array_new_with_free_func(free_params);
	c->done = g_ptr_array_new_with_free_func(free_params);
	c->again = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < c->o->nb_pps; i++) {
		sum += c->o->pps[i];
		if (c->o->ramp == NULL && !plan_repetitions(c, c->o->pps[i], error))
			return FALSE;
	}
	/* A ramp is one trial of all rates; its own is their mean. */
	if (c->o->ramp != NULL && !plan_repetitions(c, sum / c->o->nb_pps, error))
		return FALSE;
	return check_derivation(c, error);
}

static gboolean wait_is_over(void *arg)
{
	const struct campaign *c = arg;

	generators_tick(c->generators);
	return atomic_load(stop_flag()) != 0;
}

static void say_of_lock(void *arg, const char *text)
{
	struct campaign *c = arg;

	progress_say(&c->progress, "%s", text);
}

/*
 * Plan for measuring. Whoever only shows what is there needs no lock; once the directory is ours, what
 * another one has measured meanwhile is done.
 */
static gboolean plan_and_lock(struct campaign *c, GError **error)
{
	const struct label_lock_cfg cfg = { .dir = c->dir,
		.remedy = "use --wait, or another --label",
		.wait = c->o->wait,
		.interrupted = wait_is_over,
		.say = say_of_lock,
		.arg = c };

	if (!make_plan(c, error))
		return FALSE;
	if (generators_own(c->generators) != 0)
		return TRUE;
	if (c->todo->len != 0) {
		if (!label_lock_take(&cfg, &c->lock, error))
			return FALSE;
		part_join_left(c->dir, say_of_lock, c);
		if (!make_plan(c, error))
			return FALSE;
	} else {
		label_lock_clear(c->dir);
	}
	for (guint i = 0; i < c->again->len; i++)
		progress_say(&c->progress, "measuring again: %s", (const char *)c->again->pdata[i]);
	return TRUE;
}

/*
 * Lines: what has to be the same on all ranks, beside the schedule, which is compared later; then the
 * names of what is to be measured.
 */
static GBytes *pack_plan(const struct campaign *c)
{
	struct trial_params *p = params_of(c, 0, 0);
	g_autofree char *infix = trial_infix(p);
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%s %s %s %.17g %.17g %" G_GUINT64_FORMAT, p->mix_digest, infix,
		p->pattern, p->warm_up_s, p->drain_s, p->seed);
	for (guint i = 0; i < c->todo->len; i++) {
		g_autofree char *name = trial_file_name(g_ptr_array_index(c->todo, i));

		g_string_append_printf(text, "\n%s", name);
	}
	free_params(p);
	return g_string_free_to_bytes(text);
}

static char **split_lines(GBytes *bytes)
{
	g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

	return g_strsplit(text, "\n", -1);
}

/* Rank 0's plan is everybody's; ours has all trials. */
static gboolean take_plan(struct campaign *c, GBytes *mine, GBytes *of_first, GError **error)
{
	g_auto(GStrv) own = split_lines(mine), first = split_lines(of_first);

	if (g_strcmp0(own[0], first[0]) != 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"options differ from those of rank 0: guests, mix, times and seed "
			"must be the same on all ranks");
	for (guint i = c->todo->len; i > 0; i--)
		if (!g_strv_contains((const char *const *)first + 1, own[i]))
			g_ptr_array_remove_index(c->todo, i - 1);
	return TRUE;
}

static gboolean check_generators(const struct campaign *c, GError **error)
{
	const struct options *o = c->o;

	if (generators_count(c->generators) > c->mix->nb_guests)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%u ranks, but only %u guests: each rank requires at least one "
			"guest; start fewer ranks (mpirun -np %u) or use more --guests",
			generators_count(c->generators), c->mix->nb_guests, c->mix->nb_guests);
	if (o->capture != NULL || o->pattern != ENGINE_TO_GUESTS)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s requires a single generator; start tsim without mpirun (all "
			"ranks together send the same load)",
			o->capture != NULL ? "--capture" : "--pattern");
	return TRUE;
}

/* plan, together. */
static gboolean plan_together(struct campaign *c, GError **error)
{
	g_autoptr(GBytes) mine = NULL, first = NULL;

	if (c->generators == NULL)
		return plan_and_lock(c, error);
	(void)(check_generators(c, error) && plan_and_lock(c, error));
	if (!ranks_agree(error))
		return FALSE;
	mine = pack_plan(c);
	first = ranks_broadcast(mine, 0);
	(void)take_plan(c, mine, first, error);
	return ranks_agree(error);
}

/* Find out before measuring, not after, that results cannot be kept. */
static gboolean check_writable(const struct campaign *c, GError **error)
{
	g_autofree char *probe = g_build_filename(c->dir, ".tsim-writes-here", NULL);

	if (!file_make_folder(c->dir, error) || !file_write_durably(probe, "", 0, error)) {
		g_prefix_error(error, "--out: ");
		return FALSE;
	}
	unlink(probe);
	return TRUE;
}

/* The same of the capture, which is written when the trial is over. */
static gboolean check_capture(const struct campaign *c, GError **error)
{
	g_autofree char *dir = NULL;
	int err = 0;

	if (c->o->capture == NULL)
		return TRUE;
	dir = g_path_get_dirname(c->o->capture);
	if (g_file_test(c->o->capture, G_FILE_TEST_IS_DIR))
		err = EISDIR;
	else if (!g_file_test(dir, G_FILE_TEST_EXISTS))
		err = ENOENT;
	else if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
		err = ENOTDIR;
	else if (g_access(c->o->capture, F_OK) == 0 ? g_access(c->o->capture, W_OK) != 0
						    : g_access(dir, W_OK) != 0)
		err = errno;
	if (err == 0)
		return TRUE;
	(void)file_write_failed(error, c->o->capture, err);
	g_prefix_error(error, "--capture: ");
	return FALSE;
}

/* What all interfaces have in common. */
static struct datapath_cfg datapath_cfg(const struct campaign *c)
{
	const struct options *o = c->o;

	return (struct datapath_cfg){
		.base_mac = o->base_mac,
		.frame_len_max = mix_longest_frame_len(c->mix),
		.nb_load = o->cores.nb_load + o->cores.nb_timer,
		.nb_rx = o->cores.nb_rx,
		.socket_dir = c->socket_dir != NULL ? c->socket_dir
			      : c->scratch != NULL  ? scratch_path(c->scratch)
						    : NULL,
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

static gboolean has_guests(const struct campaign *c)
{
	for (uint32_t i = c->share.first; i < c->mix->nb_guests; i += c->share.step)
		if (fabric_ops(c->o->interfaces[i], NULL)->guest_option != NULL)
			return TRUE;
	return FALSE;
}

static unsigned memory_mib(const struct campaign *c)
{
	enum { EAL_BYTES = 64 << 20, WORKER_BYTES = 64 << 10, GUEST_BYTES = 64 };
	struct datapath_cfg cfg = datapath_cfg(c);
	uint64_t bytes = fabric_memory(&cfg, c->o->interfaces, c->mix->nb_guests, c->share) +
			 cores_nb_workers(&c->o->cores) *
				 (WORKER_BYTES + (uint64_t)c->mix->nb_guests * GUEST_BYTES) +
			 EAL_BYTES;

	return c->o->memory != 0 ? (unsigned)c->o->memory : (unsigned)(bytes * 9 / 8 >> 20);
}

/* Guests see frames in memory that is a file: its size has a limit, too. */
static gboolean check_shared_memory(const struct campaign *c, GError **error)
{
	unsigned mib = memory_mib(c);
	struct rlimit limit;

	return !has_guests(c) || getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	       limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >> 20 >= mib ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "file size limit is %" G_GUINT64_FORMAT
		       " KiB, but guests share %u MiB of memory: raise the limit (ulimit -f)",
		       (uint64_t)limit.rlim_cur >> 10, mib);
}

static gboolean start_guests(struct campaign *c, GError **error)
{
	const struct options *o = c->o;
	g_autofree char *mac = frame_mac_format(o->base_mac);

	if (!has_guests(c))
		return TRUE;
	if (g_str_equal(o->machine, "external")) {
		for (uint32_t i = c->share.first; i < c->mix->nb_guests; i += c->share.step) {
			const struct datapath_guest *g = &c->fabric->guest[i];
			g_autofree char *guest_mac = NULL;
			uint8_t bytes[6];

			if (g->datapath->ops->address == NULL)
				continue;

			frame_guest_mac(o->base_mac, i, bytes);
			guest_mac = frame_mac_format(bytes);
			fprintf(stderr, "guest %u: %s socket %s, MAC %s\n", i, g->datapath->name,
				g->datapath->ops->address(g->datapath, g->slot), guest_mac);
		}
		return TRUE;
	}
	c->fleet = fleet_new(&(struct fleet_cfg){ .guest = c->fabric->guest,
				     .nb_guests = c->mix->nb_guests,
				     .step = c->share.step,
				     .per_process = (uint32_t)o->per_process,
				     .cores = &o->cores,
				     .run_dir = scratch_path(c->scratch),
				     .fault = o->fault,
				     .swap = o->swap,
				     .relay = o->pattern != ENGINE_TO_GUESTS,
				     .seed = (uint64_t)o->seed,
				     .frame_len_max = MAX(mix_longest_frame_len(c->mix), 2048U),
				     .base_mac = mac,
				     .hugepages = o->hugepages },
		error);
	return c->fleet != NULL;
}

/* A NIC maps all of DPDK's memory. Virtual devices map nothing. */
static gboolean check_locked(const struct campaign *c, GError **error)
{
	struct rlimit limit;

	if (c->o->port == NULL || g_str_has_prefix(c->o->port, "net_") ||
		g_str_has_prefix(c->o->port, "eth_") || getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
		return TRUE;
	return limits_fit_locked(
		c->o->port, (uint64_t)memory_mib(c) << 20, &limit, getuid() == 0, error);
}

/* What tsim itself takes; the guests' processes are the fleet's. Before anything is made. */
static gboolean check_limits(const struct campaign *c, GError **error)
{
	/*
	 * Measured: EAL opens four descriptors per lcore and eight more, tsim eight, QEMU's guests send one to
	 * three for their memory, where treflect's send one. Memory: what is used without frames.
	 */
	enum { FILES = 20, FILES_WORKER = 4, FILES_MEMORY = 2, THREADS = 4, BYTES = 32 << 20 };
	unsigned workers = cores_nb_workers(&c->o->cores);
	struct datapath_cfg cfg = datapath_cfg(c);
	uint32_t nb = (c->mix->nb_guests - c->share.first + c->share.step - 1) / c->share.step;
	g_autofree char *who = g_strdup_printf("%u guest%s", nb, text_plural(nb));
	uint64_t files, threads, bytes;

	fabric_need(c->o->interfaces, c->mix->nb_guests, c->share, &files, &threads);
	if (g_str_equal(c->o->machine, "external") || c->o->hugepages)
		files += FILES_MEMORY * (uint64_t)c->mix->nb_guests / c->share.step;
	bytes = fabric_memory(&cfg, c->o->interfaces, c->mix->nb_guests, c->share) + BYTES;
	if (has_guests(c) &&
		!limits_check_tmpdir(g_get_tmp_dir(),
			c->o->socket_dir == NULL ? strlen("/tsim-XXXXXX/guest-4095.sock") : 0,
			error))
		return FALSE;
	return limits_raise_files(who, files + FILES + (uint64_t)FILES_WORKER * workers, error) &&
	       limits_check_tasks("", "tsim", threads + workers + THREADS, error) &&
	       limits_check_memory("", "tsim", bytes, error) && check_locked(c, error);
}

static gboolean prepare_machine(struct campaign *c, GError **error)
{
	const struct options *o = c->o;
	g_autofree char *lcores = cores_eal_lcores(&o->cores);
	char *devices[] = { o->port, NULL };
	struct datapath_cfg cfg;

	if (!check_limits(c, error) || !check_writable(c, error) || !check_capture(c, error))
		return FALSE;
	if (!check_shared_memory(c, error))
		return FALSE;
	if (has_guests(c)) {
		c->scratch = scratch_new("tsim", error);
		if (c->scratch == NULL)
			return FALSE;
		stop_remove(scratch_path(c->scratch));
	}
	/* Each rank has sockets of its own, though their names be the same. */
	if (o->socket_dir != NULL)
		c->socket_dir = c->generators == NULL ? g_strdup(o->socket_dir)
						      : g_strdup_printf("%s/rank-%u", o->socket_dir,
								c->share.first);
	if (c->socket_dir != NULL && !file_make_folder(c->socket_dir, error)) {
		g_prefix_error(error, "--socket-dir: ");
		return FALSE;
	}
	c->eal_args = eal_start(&(struct eal_cfg){ .program = "tsim",
					.lcores = lcores,
					.memory_mib = memory_mib(c),
					.hugepages = o->hugepages,
					.verbose = o->verbose,
					.devices = devices,
					.extra = o->eal },
		error);
	if (c->eal_args == NULL)
		return FALSE;
	cfg = datapath_cfg(c);
	c->fabric = fabric_open(&cfg, c->o->interfaces, c->mix->nb_guests, c->share, error);
	return c->fabric != NULL && start_guests(c, error);
}

static void clear_campaign(struct campaign *c)
{
	fleet_free(c->fleet);
	fabric_free(c->fabric);
	eal_end(c->eal_args);
	scratch_free(c->scratch);
	jsonl_free(c->jsonl);
	clear_plan(c);
	g_free(c->mix_digest);
	g_free(c->socket_dir);
	file_lock_free(c->lock);
	/* Nothing was measured: it is as if tsim had not been there. */
	if (c->above != NULL && generators_own(c->generators) == 0)
		file_remove_empty(c->dir, c->above);
	g_free(c->above);
	g_free(c->dir);
}

/* A trial that cannot be written where it belongs is kept where it can. */
static gboolean keep_trial(const struct campaign *c, trial *t, GError **error)
{
	g_autofree char *rescue = NULL;
	gboolean kept;

	if (trial_write(t, c->dir, error))
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

static void show_trial(struct campaign *c, const trial *t, gboolean measured)
{
	if (c->jsonl != NULL)
		jsonl_trial(c->jsonl, t, measured);
	else
		printout_trial(t, c->o->format, c->o->all_guests, !c->printed);
	c->printed = TRUE;
}

static gboolean run_trial(struct campaign *c, const struct trial_params *p, GError **error)
{
	g_autoptr(trial) t = NULL;
	g_autofree char *text = NULL;
	gboolean kept;

	if (c->fleet != NULL) {
		fleet_poll(c->fleet);
		(void)fleet_revive(c->fleet, error);
	}
	if (!ranks_agree(error))
		return FALSE;
	if (!measure(&(struct measure_cfg){ .o = c->o,
			     .mix = c->mix,
			     .fabric = c->fabric,
			     .fleet = c->fleet,
			     .generators = c->generators,
			     .share = c->share,
			     .dir = c->dir,
			     .params = p,
			     .progress = &c->progress,
			     .jsonl = c->jsonl,
			     .clock_origin = &c->clock_origin,
			     .interrupt = stop_flag() },
		    &t, error))
		return FALSE;
	if (t != NULL) {
		text = printout_text(t, TRUE);
		g_string_assign(t->log, text);
		kept = keep_trial(c, t, error);
		show_trial(c, t, TRUE);
		c->untrustworthy |= !t->trustworthy;
		c->nb_measured += kept && !t->interrupted;
	}
	return generators_keep(c->generators, error);
}

/* Nothing to measure: show what is there. */
static int show_done(struct campaign *c, GError **error)
{
	gboolean lacks_ipdv = FALSE;

	for (guint i = 0; i < c->done->len; i++) {
		const struct trial_params *p = g_ptr_array_index(c->done, i);
		g_autofree char *infix = trial_infix(p);
		g_autofree char *path = g_strdup_printf(
			"%s/trial_%s_rep%u.json", c->dir, infix, p->repetition);
		g_autoptr(trial) t = trial_read(path, TRIAL_BINS, error);

		if (t == NULL)
			return CLI_FAILED;
		show_trial(c, t, FALSE);
		c->untrustworthy |= !t->trustworthy;
		lacks_ipdv |= c->o->ipdv && !t->ipdv.recorded;
	}
	if (lacks_ipdv)
		progress_say(&c->progress,
			"--ipdv: the existing results have no IPDV; use --overwrite to "
			"measure them again");
	if (c->o->capture != NULL)
		fprintf(stderr,
			"tsim: --capture: %s not written: the trial is already measured; use "
			"--overwrite to measure it again\n",
			c->o->capture);
	return c->untrustworthy ? CLI_NOT_TRUSTWORTHY : CLI_DONE;
}

static int run_all(struct campaign *c, GError **error)
{
	for (guint i = 0; i < c->todo->len; i++) {
		gboolean done, go_on;

		c->progress.nth = i + 1;
		c->progress.of = c->todo->len;
		done = run_trial(c, g_ptr_array_index(c->todo, i), error);
		go_on = ranks_all_true(atomic_load(stop_flag()) == 0);
		if (!go_on)
			progress_say(&c->progress,
				"interrupted: %u of %u trial%s not measured yet; run the same "
				"command again to continue",
				c->todo->len - c->nb_measured, c->todo->len,
				text_plural(c->todo->len));
		if (!done || !go_on)
			return CLI_FAILED;
	}
	return c->untrustworthy ? CLI_NOT_TRUSTWORTHY : CLI_DONE;
}

int campaign_run(struct options *o, struct generators *generators)
{
	struct campaign c = {
		.o = o,
		.mix = o->traffic,
		.generators = generators,
		.share = { .first = generators_own(generators),
			.step = generators_count(generators) },
	};
	g_autoptr(GError) error = NULL;
	int status = CLI_FAILED;

	c.clock_origin = clock_pair_now();
	progress_init(&c.progress, o->quiet || generators_own(generators) != 0);
	if (o->format == CLI_JSONL && generators_own(generators) == 0)
		c.jsonl = jsonl_new(stdout);
	/* mpirun tells a process as often as it likes, and kills it soon enough. */
	stop_catch(generators == NULL ? STOP_AT_THIRD : STOP_NEVER);
	scratch_sweep("tsim");
	c.dir = g_build_filename(o->out, o->label, NULL);
	c.above = file_existing_above(c.dir);
	for (guint i = 0; i < c.mix->profiles->len; i++) {
		const profile *p = g_ptr_array_index(c.mix->profiles, i);

		if (p->notice != NULL)
			progress_say(&c.progress, "%s", p->notice);
	}
	c.mix_digest = environment_mix_digest(c.mix);
	if (plan_together(&c, &error)) {
		if (c.done->len != 0)
			progress_say(&c.progress,
				"already measured: %u (in %s); use --overwrite to measure "
				"again",
				c.done->len, c.dir);
		if (c.todo->len == 0) {
			status = show_done(&c, &error);
		} else {
			(void)(cores_assign(&o->cores, o->place, &o->cores, &error) &&
				prepare_machine(&c, &error));
			if (ranks_agree(&error))
				status = run_all(&c, &error);
		}
	}
	/* Of all ranks one talks. */
	if (error != NULL && generators_own(generators) == 0)
		status = cli_fail("tsim", sim_error_status(error), error);
	else if (error != NULL)
		status = sim_error_status(error);
	else if (c.todo->len != 0 && c.printed && o->format == CLI_TEXT)
		progress_say(&c.progress, "results: %s", c.dir);
	clear_campaign(&c);
	return status;
}

gboolean campaign_is_done(const struct options *o)
{
	struct campaign c = { .o = o, .mix = o->traffic, .share = { .step = 1 } };
	g_autoptr(GError) error = NULL;
	gboolean done = FALSE;

	progress_init(&c.progress, TRUE);
	c.dir = g_build_filename(o->out, o->label, NULL);
	c.mix_digest = environment_mix_digest(c.mix);
	done = make_plan(&c, &error) && c.todo->len == 0;
	clear_campaign(&c);
	return done;
}
